import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { appendOutbox } from '#db/outbox.repository.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { garageChange } from '#server/vehicles/garage-events.ts';
import { OUTBOX_CHANNEL, createOutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { cpuByKind } from '../requests/cpu.ts';

/** Starts a relay in a process of its own. */
export type RelayProcess = (databaseUrl: string, prefix: string) => { pid: number; stop: () => void };

export interface RelayFigures {
  what: string;
  events: number;
  perSecond: number;
  /** Of the relay's process, of one core; milliseconds. */
  cpuMsAnEvent: number;
  /** From the commit to the publication, milliseconds; null where a backlog was worked off. */
  p50Ms: number | null;
  p95Ms: number | null;
}

const cpuOf = (pid: number): number => cpuByKind(new Map([['relay', pid]]), '-')['relay'] ?? 0;
const round = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits;

async function append({ db }: TestDatabase, name: 'document.corrected' | 'document.read', count: number): Promise<void> {
  await db.transaction(async (tx) => {
    for (let one = 0; one < count; one += 1)
      await appendOutbox(tx, name, { documentId: randomUUID() }, [garageChange(randomUUID())]);
  });
}

/** Until nothing is left to tell, or to enqueue. */
async function done({ db }: TestDatabase): Promise<void> {
  const left = sql`select 1 from outbox where (emitted_at is null or enqueued_at is null) and parked_at is null limit 1`;
  await until(async () => (await db.execute(left)).length === 0, { timeoutMs: 180_000, everyMs: 100, what: 'all is given away' });
}

/** How fast one relay works off what has piled up: batches are full. */
export async function measureBacklog(
  startRelay: RelayProcess,
  what: string,
  name: 'document.corrected' | 'document.read',
  events: number,
): Promise<RelayFigures> {
  const database = await createTestDatabase(8);
  const each = 100;
  for (let at = 0; at < events; at += each * 4) await Promise.all(Array.from({ length: 4 }, () => append(database, name, each)));
  const relay = startRelay(database.url, testPrefix());
  try {
    const first = sql`select 1 from outbox where emitted_at is not null limit 1`;
    await until(async () => (await database.db.execute(first)).length > 0, { timeoutMs: 30_000, what: 'the relay begins' });
    const before = cpuOf(relay.pid);
    const [{ already } = { already: 0 }] = await database.db.execute<{ already: number }>(
      sql`select count(*)::int as already from outbox where emitted_at is not null`,
    );
    const began = performance.now();
    await done(database);
    const seconds = (performance.now() - began) / 1_000;
    const given = events - already;
    const cpuMsAnEvent = round(((cpuOf(relay.pid) - before) * 1_000) / given, 3);
    return { what, events: given, perSecond: Math.round(given / seconds), cpuMsAnEvent, p50Ms: null, p95Ms: null };
  } finally {
    relay.stop();
    await database.drop();
  }
}

/** What one relay costs, and how late it is, at a rate that it holds easily: batches are small. */
export async function measureSteady(startRelay: RelayProcess, perSecond: number, seconds: number): Promise<RelayFigures> {
  const database = await createTestDatabase(8);
  const relay = startRelay(database.url, testPrefix());
  try {
    await append(database, 'document.corrected', 1);
    await done(database);
    const notify = sql`select pg_notify(${OUTBOX_CHANNEL}, '')`;
    const notifier = createOutboxNotifier({ notify: () => database.db.execute(notify), logger: silentLogger() });
    const before = cpuOf(relay.pid);
    const began = performance.now();
    const under: Promise<void>[] = [];
    for (let sent = 0; sent < perSecond * seconds; sent += 1) {
      const due = began + (sent / perSecond) * 1_000;
      const early = due - performance.now();
      if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
      under.push(append(database, 'document.corrected', 1).then(notifier.wake));
    }
    await Promise.all(under);
    await done(database);
    const took = (performance.now() - began) / 1_000;
    const events = perSecond * seconds;
    const [late] = await database.db.execute<{ p50: number; p95: number }>(sql`
      select percentile_cont(0.5) within group (order by ms)::float8 as p50, percentile_cont(0.95) within group (order by ms)::float8 as p95
      from (select extract(epoch from emitted_at - created_at) * 1000 as ms from outbox) all_of_them`);
    return {
      ...{ what: `${perSecond} a second asked for`, events, perSecond: Math.round(events / took) },
      cpuMsAnEvent: round(((cpuOf(relay.pid) - before) * 1_000) / events, 3),
      ...{ p50Ms: round(late?.p50 ?? NaN, 1), p95Ms: round(late?.p95 ?? NaN, 1) },
    };
  } finally {
    relay.stop();
    await database.drop();
  }
}
