import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { connectDatabase, type Database } from '../connect.ts';
import { migrateDatabase } from '../migrator.ts';

const TEMPLATE = 'vignette_test_template';
/** One process at a time makes the template. */
const TEMPLATE_LOCK = 528_000_002;

export interface TestDatabase extends Database {
  url: string;
  name: string;
  /** Closes the connections and drops the database. */
  drop(): Promise<void>;
}

/** The Postgres given to the tests (`TEST_DATABASE_URL` or `DATABASE_URL`: an administrator's, on a server of the tests' own). */
export function testServerUrl(): string {
  const url = process.env['TEST_DATABASE_URL'] ?? process.env['DATABASE_URL'];
  if (!url) throw new Error('DATABASE_URL is not set: run the tests with `npm test`');
  return url;
}

/** A database of the test file's own, cloned from a migrated template: a few dozen milliseconds. */
export async function createTestDatabase(max = 10): Promise<TestDatabase> {
  const server = testServerUrl();
  const admin = postgres(server, { max: 1, onnotice: () => undefined });
  const name = `vignette_test_${randomBytes(6).toString('hex')}`;
  try {
    await admin`select pg_advisory_lock(${TEMPLATE_LOCK})`;
    await prepareTemplate(admin, server);
    await admin.unsafe(`create database ${name} template ${TEMPLATE}`);
  } finally {
    await admin.end();
  }
  const url = urlOf(server, name);
  const database = connectDatabase({ url, max, applicationName: 'test', prepared: true });
  return {
    ...database,
    url,
    name,
    async drop() {
      await database.close();
      const sql = postgres(server, { max: 1, onnotice: () => undefined });
      await sql.unsafe(`drop database if exists ${name} with (force)`);
      await sql.end();
    },
  };
}

async function prepareTemplate(admin: postgres.Sql, server: string): Promise<void> {
  const [found] = await admin`select 1 from pg_database where datname = ${TEMPLATE}`;
  if (!found) await admin.unsafe(`create database ${TEMPLATE}`);
  await migrateDatabase(urlOf(server, TEMPLATE));
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
