import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { sql } from 'drizzle-orm';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#shared/node/testing/helpers.ts';
import { connectDatabase, connectRaw, SILENT_MS, type Database, type Executor } from './connect.ts';
import { offices } from './schema/identity.ts';
import { withScope } from './scope.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let test: TestDatabase;
let one: Database;
beforeAll(async () => {
  test = await createTestDatabase();
});
beforeEach(() => {
  one = connectDatabase({ url: test.url, max: 1, applicationName: 'lost-line', silentMs: SILENT_MS });
  return () => one.close();
});
afterAll(() => test.drop());

const backendOf = async (executor: Executor): Promise<number> => {
  const [row] = await executor.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  return row?.pid ?? 0;
};
/** Ends the line as Postgres does when it dies: with a word, or without one. */
async function cut(pid: number): Promise<void> {
  await test.db.execute(sql`select pg_terminate_backend(${pid})`);
  const gone = async () => (await test.db.execute(sql`select from pg_stat_activity where pid = ${pid}`)).length === 0;
  await until(gone, { what: 'the backend gone' });
}
const office = () => ({ id: randomUUID(), code: randomUUID().slice(0, 8), name: 'Ici', city: 'Ici' });
const answers = async (): Promise<boolean> => (await one.db.execute(sql`select 1 as one`))[0]?.['one'] === 1;

describe('a line that is lost in the middle of a transaction', () => {
  it('fails what goes on in it, on whatever line the pool has meanwhile: nothing of it is written', async () => {
    const [first, second] = [office(), office()];
    const work = one.db.transaction(async (tx) => {
      await tx.insert(offices).values(first);
      await cut(await backendOf(tx));
      // Another asks: the only place of the pool has a new line now.
      await until(answers, { what: 'a new line' });
      await tx.insert(offices).values(second);
    });
    await expect(work).rejects.toThrow();
    expect(await answers()).toBe(true);
    const written = await test.db.execute(sql`select from offices where id in (${first.id}, ${second.id})`);
    expect(written).toHaveLength(0);
  });

  it('fails all that was asked at once, what waits for its turn too, and the next has a new line', async () => {
    const asked: Promise<unknown>[] = [];
    const work = one.db.transaction(async (tx) => {
      const pid = await backendOf(tx);
      // More than go to Postgres before the first is answered.
      for (let number = 0; number < 150; number += 1) asked.push(tx.execute(sql`select pg_sleep(${number === 0 ? 30 : 0})`));
      const settled = Promise.allSettled(asked);
      await cut(pid);
      await settled;
      // Given up after the line was: nothing is there to be undone.
      throw new Error('given up');
    });
    await expect(work).rejects.toThrow();
    expect((await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled')).toEqual([]);
    expect(await answers()).toBe(true);
  });

  it('is nobody’s any more who had it reserved', async () => {
    const raw = connectRaw({ url: test.url, max: 1, applicationName: 'lost-line', silentMs: SILENT_MS });
    try {
      const line = await raw.reserve();
      const [row] = await line<{ pid: number }[]>`select pg_backend_pid() as pid`;
      const waiting = [line`select pg_sleep(${30})`, line`select 1`];
      const settled = Promise.allSettled(waiting);
      await cut(row?.pid ?? 0);
      expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      await until(async () => (await raw`select 1`).length === 1, { what: 'a new line' });
      // A lock of the session that is gone must not be thought held.
      await expect(line`select 1`).rejects.toThrow(/CONNECTION_CLOSED/);
      line.release();
      expect(await raw`select 1`).toHaveLength(1);
    } finally {
      await raw.end();
    }
  });

  it('leaves nobody waiting who waited for a place: statements that have a transaction of their own', async () => {
    const walled = connectDatabase({ url: test.url, max: 2, applicationName: 'lost-line', silentMs: SILENT_MS, role: 'server' });
    try {
      const held = [1, 2].map(() =>
        walled.db.transaction(async (tx) => {
          const pid = await backendOf(tx);
          await new Promise((resolve) => setTimeout(resolve, 50));
          await cut(pid);
        }),
      );
      const waiting = withScope({ actor: 'system' }, () =>
        Array.from({ length: 5 }, () => Promise.resolve(walled.db.execute(sql`select count(*) from payments`))),
      );
      expect((await Promise.allSettled(held)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      // Some on a new line, some refused; not one of them waits.
      expect(await Promise.allSettled(waiting)).toHaveLength(5);
      const again = withScope({ actor: 'system' }, () =>
        Array.from({ length: 5 }, () => Promise.resolve(walled.db.execute(sql`select count(*) from payments`))),
      );
      expect(await Promise.all(again)).toHaveLength(5);
    } finally {
      await walled.close();
    }
  });

  it('whatever the moment', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 40; round += 1) {
      let cutting: Promise<void> | undefined;
      const work = one.db.transaction(async (tx) => {
        cutting = cut(await backendOf(tx));
        for (let number = 0; number < 400; number += 1) await tx.execute(sql`select ${number}`);
        await cutting;
      });
      await expect(work).rejects.toThrow();
      await cutting;
      expect(await answers()).toBe(true);
    }
  });
});

it('that cannot be opened costs the pool nothing: it has all its places when Postgres is back', async () => {
  const server = new URL(test.url);
  const door = net.createServer((visitor) => {
    const inside = net.connect(Number(server.port), server.hostname);
    visitor.pipe(inside).pipe(visitor);
    for (const end of [visitor, inside]) end.on('error', () => undefined);
  });
  const open = async (port: number): Promise<number> => {
    await once(door.listen(port, '127.0.0.1'), 'listening');
    return (door.address() as net.AddressInfo).port;
  };
  const port = await open(0);
  door.close();
  const url = new URL(test.url);
  [url.hostname, url.port] = ['127.0.0.1', String(port)];
  const two = connectDatabase({ url: url.href, max: 2, applicationName: 'lost-line', silentMs: SILENT_MS });
  try {
    for (let tries = 0; tries < 6; tries += 1) await expect(two.db.execute(sql`select 1`)).rejects.toThrow();
    await open(port);
    const both = await Promise.all(
      [1, 2].map(() => two.db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid, pg_sleep(0.1)`)),
    );
    expect(new Set(both.map(([row]) => row?.pid)).size).toBe(2);
  } finally {
    await two.close();
    door.close();
  }
});

it('a transaction that has ended takes no more: what goes on is refused, not done on a line that is others’', async () => {
  let late: (() => Promise<unknown>) | undefined;
  const work = one.db.transaction(async (tx) => {
    late = () => tx.insert(offices).values(office());
    await tx.execute(sql`select 1`);
    throw new Error('given up');
  });
  await expect(work).rejects.toThrow('given up');
  const before = await test.db.execute(sql`select from offices`);
  await expect(late?.()).rejects.toThrow();
  expect(await test.db.execute(sql`select from offices`)).toHaveLength(before.length);
});

it('a question that cannot be put is the asker’s fault alone: those asked beside it have their own answers', async () => {
  const asked = [1, 2, 3].map((number) =>
    one.db.execute<{ number: number }>(sql`select ${number}::int as number, pg_sleep(0.02)`),
  );
  const strange = one.db.execute(sql`select ${Symbol('strange') as never}`);
  const after = one.db.execute<{ number: number }>(sql`select 4 as number`);
  await expect(strange).rejects.toThrow();
  expect((await Promise.all([...asked, after])).map(([row]) => row?.number)).toEqual([1, 2, 3, 4]);
});

it('a way that cannot even be tried is a failure, not the end of the process', async () => {
  const nowhere = connectDatabase({
    url: 'postgres://x:y@255.255.255.255:5432/z',
    max: 1,
    applicationName: 'lost-line',
    silentMs: 500,
  });
  try {
    for (let tries = 0; tries < 3; tries += 1) await expect(nowhere.db.execute(sql`select 1`)).rejects.toThrow();
  } finally {
    await nowhere.close();
  }
});

describe('a line with TLS', () => {
  /** Before Postgres, as a server that speaks TLS: it answers the request for it (PostgreSQL's manual, 54.2.10), and goes silent when told. */
  const openDoor = async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const inside = new URL(test.url);
    const state = { silent: false, visitors: 0, asked: new Set<string | false | null | undefined>() };
    const door = net.createServer((visitor) => {
      state.visitors += 1;
      visitor.on('error', () => undefined);
      visitor.once('data', () => {
        visitor.write('S');
        const safe = new tls.TLSSocket(visitor, { isServer: true, key, cert }).on('error', () => undefined);
        safe.on('secure', () => state.asked.add((safe as tls.TLSSocket & { servername?: string }).servername));
        const line = net.connect(Number(inside.port), inside.hostname).on('error', () => undefined);
        safe.on('close', () => line.destroy());
        safe.on('data', (chunk: Buffer) => state.silent || line.write(chunk));
        line.on('data', (chunk) => state.silent || safe.write(chunk));
      });
    });
    await once(door.listen(0, '127.0.0.1'), 'listening');
    const url = new URL(test.url);
    [url.hostname, url.port] = ['localhost', String((door.address() as net.AddressInfo).port)];
    url.searchParams.set('sslmode', 'require');
    return { url, state, close: () => door.close() };
  };

  it('is given up as one without when nothing comes any more, and another one is opened', async () => {
    const door = await openDoor();
    const safe = connectDatabase({ url: door.url.href, max: 1, applicationName: 'lost-line', silentMs: 600 });
    try {
      expect([...(await safe.db.execute(sql`select 1 as one`))]).toEqual([{ one: 1 }]);
      door.state.silent = true;
      await expect(safe.db.execute(sql`select 1`)).rejects.toThrow();
      door.state.silent = false;
      // What is asked between its error and its end fails with it.
      await until(async () => safe.db.execute(sql`select 1`).then(Boolean, () => false), { what: 'a new line' });
      expect(door.state.visitors).toBe(2);
      // The name that its certificate is compared with (sslmode=verify-full).
      expect([...door.state.asked]).toEqual(['localhost']);
    } finally {
      await safe.close();
      door.close();
    }
  });
});
