import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StackIsRunningError } from './lock.ts';
import { removePostgresData } from './postgres.ts';
import { startServices } from './service-set.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'vignette-services-'));
});
afterEach(() => {
  removePostgresData(directory);
  rmSync(directory, { recursive: true });
});

describe('startServices', () => {
  it('uses what the environment names and starts nothing for it', async () => {
    const environment = {
      DATABASE_URL: 'postgres://somebody@db.example/vignette',
      REDIS_QUEUES_URL: 'redis://queues.example',
      REDIS_CACHE_URL: 'redis://cache.example',
      S3_ENDPOINT: 'https://store.example',
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'secret',
      S3_BUCKET: 'taxes',
    };
    const services = await startServices({ directory, environment });
    try {
      expect(services.env).toMatchObject({ ...environment, DATABASE_DIRECT_URL: environment.DATABASE_URL });
    } finally {
      await services.stop();
    }
  });

  it('starts only what is not given, with the promises each Redis makes', async () => {
    const environment = { DATABASE_URL: 'postgres://somebody@db.example/vignette', S3_ENDPOINT: 'https://store.example' };
    const services = await startServices({ directory, environment });
    try {
      const policies = await Promise.all(
        [services.env.REDIS_QUEUES_URL, services.env.REDIS_CACHE_URL].map(async (url) => {
          const redis = new Redis(url);
          const answer = await redis.config('GET', 'maxmemory-policy', 'appendonly');
          await redis.quit();
          return answer;
        }),
      );
      expect(policies).toEqual([expect.arrayContaining(['noeviction', 'yes']), expect.arrayContaining(['allkeys-lru', 'no'])]);
      await expect(startServices({ directory, environment })).rejects.toThrow(StackIsRunningError);
    } finally {
      await services.stop();
    }
  });

  it('runs a Postgres that searches French with accents, and keeps its data and address', async () => {
    const environment = { REDIS_QUEUES_URL: 'redis://q', REDIS_CACHE_URL: 'redis://c', S3_ENDPOINT: 'https://store.example' };
    const first = await startServices({ directory, environment });
    const sql = postgres(first.env.DATABASE_URL, { max: 1 });
    await sql`create table kept as select lower('ÉLÉPHANT') as word`;
    await sql.end();
    await first.stop();
    const second = await startServices({ directory, environment });
    try {
      expect(second.env.DATABASE_URL).toBe(first.env.DATABASE_URL);
      const again = postgres(second.env.DATABASE_URL, { max: 1 });
      expect(await again`select word from kept`).toEqual([{ word: 'éléphant' }]);
      await again.end();
    } finally {
      await second.stop();
    }
  });
});
