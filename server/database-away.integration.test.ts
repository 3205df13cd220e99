import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';
import { createStallingProxy, type StallingProxy } from '#shared/node/testing/stalling-proxy.ts';
import { errorBodyOf } from './http/errors.ts';

const SILENT_MS = 800;
let real: TestDatabase;
let through: Database;
let proxy: StallingProxy;

beforeAll(async () => {
  real = await createTestDatabase();
  proxy = await createStallingProxy(real.url);
  through = connectDatabase({ url: proxy.url, max: 2, applicationName: 'through-a-proxy', silentMs: SILENT_MS });
});
afterAll(async () => {
  await through.close();
  await proxy.close();
  await real.drop();
});

const ask = () => through.db.execute<{ one: number }>(sql`select 1 as one`);
const toldOf = (error: unknown) => errorBodyOf(error, silentLogger());

it('a host that vanishes without closing is noticed: what waits fails as UNAVAILABLE, and all goes on when it is back', async () => {
  expect(await ask()).toMatchObject([{ one: 1 }]);
  proxy.stalled = true;
  for (const failure of await Promise.all([ask(), ask(), ask()].map((one) => one.catch((error: unknown) => error)))) {
    expect(failure).toBeInstanceOf(Error);
    expect(toldOf(failure)).toEqual({ code: 'UNAVAILABLE', incident: expect.stringMatching(/^[0-9a-f]{10}$/) });
  }
  proxy.stalled = false;
  // What falls on a line that is given up in that very moment fails with it.
  expect(await until(() => ask().catch(() => null), { what: 'answered again' })).toMatchObject([{ one: 1 }]);
});

it('a line that is only idle is opened again without anybody noticing', async () => {
  await ask();
  const before = proxy.lines.filter((line) => !line.destroyed).length;
  expect(before).toBeGreaterThan(0);
  await Promise.all(
    proxy.lines.map((line) => new Promise((resolve) => (line.destroyed ? resolve(null) : line.once('close', resolve)))),
  );
  expect(await ask()).toMatchObject([{ one: 1 }]);
});

it('a transaction whose line is lost does nothing and says so; a fault of ours stays INTERNAL', async () => {
  const lost = through.db.transaction(async (tx) => {
    await tx.execute(sql`create table half_done (x int)`);
    proxy.stalled = true;
    await tx.execute(sql`select 1`);
  });
  expect(toldOf(await lost.catch((error: unknown) => error))).toMatchObject({ code: 'UNAVAILABLE' });
  proxy.stalled = false;
  expect(await real.db.execute(sql`select to_regclass('half_done') as there`)).toMatchObject([{ there: null }]);
  const ours = await real.db.execute(sql`select 1 from nowhere`).catch((error: unknown) => error);
  expect(toldOf(ours)).toMatchObject({ code: 'INTERNAL' });
});

it('a database that refuses connections, or ends them, is away', async () => {
  const gone = connectDatabase({ url: 'postgres://a:b@127.0.0.1:1/x', max: 1, applicationName: 'nobody', silentMs: SILENT_MS });
  const refused = await gone.db.execute(sql`select 1`).catch((error: unknown) => error);
  expect(toldOf(refused)).toMatchObject({ code: 'UNAVAILABLE' });
  await gone.close();
  const ended = await real.db.execute(sql`select pg_terminate_backend(pg_backend_pid())`).catch((error: unknown) => error);
  expect(toldOf(ended)).toMatchObject({ code: 'UNAVAILABLE' });
});
