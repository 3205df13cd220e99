import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rebuildTotals } from '#db/collection-totals.repository.ts';
import { connectRaw } from '#db/connect.ts';
import { readDashboardState } from '#db/dashboard.repository.ts';
import { topicVersions } from '#db/schema/platform.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { DASHBOARD_EVERY_MS, DASHBOARD_HEARTBEAT_MS, DashboardView } from '#shared/contracts/dashboards.ts';
import type { Role } from '#shared/contracts/identity.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createBusPublisher, subscribeBus, type BusPublisher, type BusSubscriber } from '#shared/node/live-bus.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import type { JobQueues } from '#shared/node/queues.ts';
import { connectRedis, redisReady } from '#shared/node/redis.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { createDashboardTopic } from '#server/dashboard/dashboard.topic.ts';
import { createDashboards } from '#server/dashboard/dashboards.service.ts';
import { readPresence, sayPresence } from '#server/dashboard/presence.service.ts';
import { createDashboardsBeside } from './dashboards.ts';
import { startRelay, type Relay } from './relay.ts';
import { createTotals } from './totals.ts';
import { prepareQuickPayments, quickPayments, type QuickPayments } from './testing/quick-payments.ts';

const redisUrl = process.env['REDIS_QUEUES_URL'] ?? '';
const logger = silentLogger();
const clock = (): Date => new Date();
interface Heard {
  topic: string;
  seq: number;
  view: DashboardView;
  at: number;
}
let database: TestDatabase;
let payments: QuickPayments;
let prefix: string;
let heard: Heard[];
let subscriber: BusSubscriber;
let relay: Relay;
let watched: Set<string>;
const redis = connectRedis(redisUrl, 'fail-fast', logger, 'test');

beforeAll(async () => {
  database = await createTestDatabase(12);
  await redisReady(redis);
  payments = await prepareQuickPayments(database.db, 2, ['boeny', 'anosy']);
  await rebuildTotals(database.db, madagascar.timeZone, clock());
});
beforeEach(async () => {
  [prefix, heard, watched] = [testPrefix(), [], new Set(['national'])];
  subscriber = await subscribeBus({
    ...{ redis: connectRedis(redisUrl, 'patient', logger, 'test'), prefix, logger, onRestored: () => undefined },
    onMessage(message) {
      if (message.kind !== 'live') return;
      const { topic, seq, state } = message.message;
      heard.push({ topic, seq, view: DashboardView.parse(state), at: Date.now() });
    },
  });
});
afterEach(async () => {
  await relay.stop();
  await subscriber.close();
});
afterAll(async () => {
  redis.disconnect();
  await database.drop();
});

function start(bus: BusPublisher = createBusPublisher(redis, prefix)): void {
  const dashboards = createDashboards({
    db: database.db,
    country: madagascar,
    clock,
    presence: () => readPresence(redis, prefix),
  });
  relay = startRelay({
    connect: () => connectRaw({ url: database.url, max: 1, applicationName: 'relay-here', prepared: true }),
    bus: { publish: () => Promise.resolve() },
    queues: { add: () => Promise.resolve() } as unknown as JobQueues,
    projections: [],
    project: createTotals({ timeZone: madagascar.timeZone, logger }),
    beside: createDashboardsBeside({
      ...{ dashboards, bus, logger, watched: () => Promise.resolve(watched), ensureTotals: () => Promise.resolve() },
    }),
    beforeSessionsEnd: () => Promise.resolve(),
    logger,
    metrics: createMetrics({ process: 'test', defaults: false }),
    ...{ standbyMs: 50, pollMs: 20 },
  });
}
const national = (): Heard[] => heard.filter(({ topic }) => topic === 'dashboard:national');
const collected = async (): Promise<number> => {
  const [row] = await database.db.execute<{ amount: number }>(
    sql`select coalesce(sum(amount), 0)::float8 as amount from payments`,
  );
  return row?.amount ?? -1;
};

describe('dashboards', () => {
  it('are told whole, at most four times a second, under growing numbers, and end with what was paid', async () => {
    start();
    await until(() => national().length > 0, { what: 'a first state' });
    for (let burst = 0; burst < 40; burst += 1) await quickPayments(database.db, payments, 5, 0);
    const amount = await collected();
    await until(() => national().at(-1)?.view.periods.year.collected.amount === amount, { what: 'all of it on the screen' });
    const [messages] = [national()];
    expect(messages.map(({ seq }) => seq)).toEqual([...messages.map(({ seq }) => seq)].sort((a, b) => a - b));
    expect(new Set(messages.map(({ seq }) => seq)).size).toBe(messages.length);
    // By the moments at which they were put together; a message may be held up on its way, and the next not.
    const moments = messages.map(({ view }) => Date.parse(view.asOf));
    // A round begins so long after the last one began, however long that one took: of three states the first and the last are that far apart.
    for (const [index, at] of moments.entries())
      if (index > 1) expect(at - (moments[index - 2] ?? 0)).toBeGreaterThan(DASHBOARD_EVERY_MS - 10);
    const lasted = (moments.at(-1) ?? 0) - (moments[0] ?? 0);
    expect(moments.length).toBeLessThanOrEqual(lasted / (DASHBOARD_EVERY_MS - 10) + 5);
    const last = messages.at(-1);
    expect(await readDashboardState(database.db, 'national')).toMatchObject({ state: last?.view });
    const [version] = await database.db.select().from(topicVersions).where(eq(topicVersions.topic, 'dashboard:national'));
    expect(version?.seq).toBe(last?.seq);
  });

  it('are told again within some seconds although nothing happens, where somebody looks; elsewhere they are not', async () => {
    start();
    const office = `dashboard:office-${payments.tills[0]?.officeId ?? ''}`;
    await until(() => national().length > 0 && heard.some(({ topic }) => topic === office), { what: 'first states' });
    const before = national().length;
    await until(() => national().length > before, { what: 'told again', timeoutMs: DASHBOARD_HEARTBEAT_MS + 5_000 });
    expect(heard.filter(({ topic }) => topic === office)).toHaveLength(1);
  });

  it('of an office are told at once when somebody begins to look, and something has changed', async () => {
    start();
    const [till] = payments.tills;
    const office = `dashboard:office-${till?.officeId ?? ''}`;
    await until(() => heard.some(({ topic }) => topic === office), { what: 'a first state' });
    await quickPayments(database.db, { ...payments, tills: till ? [till] : [] }, 30, 0);
    watched.add(office.slice('dashboard:'.length));
    await until(() => heard.filter(({ topic }) => topic === office).length > 1, { what: 'told again', timeoutMs: 5_000 });
  });

  it('that could not be told are told later, as they are then', async () => {
    let away = true;
    const bus = createBusPublisher(redis, prefix);
    start({ publish: (messages) => (away ? Promise.reject(new Error('away')) : bus.publish(messages)) });
    await quickPayments(database.db, payments, 5, 0);
    await until(async () => (await readDashboardState(database.db, 'national')) !== null);
    expect(heard).toEqual([]);
    away = false;
    const amount = await collected();
    await until(() => national().at(-1)?.view.periods.year.collected.amount === amount, { what: 'told' });
  });

  it('count who is connected, and forget a node that is killed', async () => {
    start();
    const said = { people: 3, connections: 5, dashboards: ['national'] };
    const stopSaying = sayPresence({ redis, prefix, logger, read: () => said });
    // One that speaks once and never again.
    const killed = sayPresence({
      redis,
      prefix,
      logger,
      read: () => ({ ...said, people: 100 }),
      everyMs: 3_600_000,
      expiresMs: 2_500,
    });
    const people = () => national().at(-1)?.view.people;
    await until(() => people()?.people === 103, { what: 'both nodes' });
    await until(() => people()?.people === 3, { what: 'one node' });
    expect(people()).toEqual({ people: 3, connections: 5, nodes: 1 });
    await stopSaying();
    await until(() => people()?.nodes === 0, { what: 'no node' });
    await killed();
  });
});

describe('the topic of a dashboard', () => {
  const dashboards = () =>
    createDashboards({ db: database.db, country: madagascar, clock, presence: () => Promise.resolve(null) });
  const topic = () =>
    createDashboardTopic({ dashboards: dashboards(), clock, timeZone: madagascar.timeZone, walls: { isOf: () => false } });
  const may = (role: Role, officeId: string | null, key: string) =>
    topic().authorise(database.db, { userId: payments.payerId, sessionId: '', role, officeId }, key);

  it('is of its office’s supervisor, and all are of administrators and auditors', async () => {
    start();
    const [here, there] = payments.tills.map(({ officeId }) => officeId);
    const scopes = ['national', 'region-boeny', `office-${here ?? ''}`, `office-${there ?? ''}`];
    const answers = async (role: Role): Promise<boolean[]> =>
      Promise.all(scopes.map(async (scope) => (await may(role, here ?? null, scope)) !== null));
    expect(await answers('supervisor')).toEqual([false, false, true, false]);
    expect(await answers('administrator')).toEqual([true, true, true, true]);
    expect(await answers('auditor')).toEqual([true, true, true, true]);
    expect(await answers('agent')).toEqual([false, false, false, false]);
    expect(await answers('citizen')).toEqual([false, false, false, false]);
  });

  it.each([
    'region-atlantis',
    'region-sava',
    `office-7c9d1c2e-0000-4000-8000-000000000001`,
    'office-7',
    'galaxy',
    "region-' or 1=1",
  ])('is not there for %s', async (key) => {
    start();
    expect(await may('administrator', null, key)).toBeNull();
  });

  it('has the state as it was told, or as it is where nobody has told it lately', async () => {
    start();
    await until(() => national().length > 0);
    await relay.stop();
    await database.db.execute(
      sql`update dashboard_states set as_of = now() - interval '1 hour', state = state || '{"today":"2000-01-01"}'`,
    );
    const definition = topic();
    if (definition.source !== 'database') throw new Error('not of the database');
    const snapshot = await database.db.transaction((tx) => definition.snapshot(tx, 'national', 'staff'));
    expect(DashboardView.parse(snapshot).today).not.toBe('2000-01-01');
    expect(snapshot.periods.year.collected.amount).toBe(await collected());
  });
});
