import { randomUUID } from 'node:crypto';
import { eq, sql, type SQL } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebuildTotals, refreshStats } from '#db/collection-totals.repository.ts';
import { connectRaw } from '#db/connect.ts';
import { collectionTargets } from '#db/schema/collections.ts';
import { documents } from '#db/schema/documents.ts';
import { documentReviews } from '#db/schema/reviews.ts';
import { offices } from '#db/schema/identity.ts';
import { paymentChannels } from '#db/schema/channels.ts';
import { officeServices } from '#db/schema/tickets.ts';
import { SECTIONS, type Collected, type DashboardScope, type DashboardView, type Period } from '#shared/contracts/dashboards.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { FIGURES, type FigureName } from '#shared/domain/dashboard/sources.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import type { JobQueues } from '#shared/node/queues.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';
import { createDashboards, type Dashboards } from '#server/dashboard/dashboards.service.ts';
import { createCountersService } from '#server/tickets/counters.service.ts';
import { createTicketsService } from '#server/tickets/tickets.service.ts';
import { createTillsFixture, type TillsFixture } from '#server/tills/testing/tills-fixture.ts';
import { startRelay, type Relay } from './relay.ts';
import { createTotals } from './totals.ts';

/** The country's midnight between the two days that things happen on: 21:00 UTC. */
const { timeZone } = madagascar;
const MINUTE = 60_000;
const CHANNEL = {
  provider: 'mvola' as const,
  status: 'slow' as const,
  since: '2026-01-15T08:00:00.000Z',
  paid: null,
  confirmation: null,
  lastPaidAt: null,
};
let fixture: TillsFixture;
let relay: Relay;
let dashboards: Dashboards;
let here: string;
let there: string;

const query = async <T extends Record<string, unknown>>(text: SQL): Promise<readonly T[]> =>
  (await fixture.database.db.execute(text)) as unknown as T[];
const scopes = (): DashboardScope[] => ['national', 'region-analamanga', 'region-boeny', `office-${here}`, `office-${there}`];

/** Every event is told and added. */
const settle = (): Promise<unknown> =>
  until(
    async () => (await query<{ n: number }>(sql`select count(*)::int as n from outbox where emitted_at is null`))[0]?.n === 0,
    {
      what: 'every event told',
    },
  );

async function views(): Promise<Map<DashboardScope, DashboardView>> {
  await settle();
  const all = new Map<DashboardScope, DashboardView>();
  await fixture.database.db.transaction(async (tx) => {
    for (const scope of scopes()) {
      const view = await dashboards.read(tx, scope);
      if (view) all.set(scope, view);
    }
  });
  return all;
}

// What the facts say, without any of what the figures are made of.
const taken = (scope: DashboardScope): SQL => {
  if (scope === 'national') return sql`true`;
  const of = scope.startsWith('region-') ? sql`o.region = ${scope.slice(7)}` : sql`o.id = ${scope.slice(7)}::uuid`;
  return sql`exists (select from payment_intents i join till_sessions s on s.id = i.till_id join offices o on o.id = s.office_id
    where i.id = p.intent_id and ${of})`;
};
const localOf = (column: SQL): SQL => sql`timezone(${timeZone}, ${column})`;

/** What was booked from one local time to another; the second one outside. */
async function between(scope: DashboardScope, from: string, to: string, channel?: string): Promise<Collected> {
  const way = channel ? sql`and p.provider = ${channel}` : sql``;
  const within = (column: SQL): SQL => sql`${localOf(column)} >= ${from}::timestamp and ${localOf(column)} < ${to}::timestamp`;
  const [paid] = await query<{ n: number; a: number }>(sql`select count(*)::int as n, coalesce(sum(p.amount), 0)::float8 as a
    from payments p where ${within(sql`p.paid_at`)} and ${taken(scope)} ${way}`);
  const [back] = await query<{ n: number; a: number }>(sql`select count(*)::int as n, coalesce(sum(r.amount), 0)::float8 as a
    from payment_reversals r join payments p using (item_id) where ${within(sql`r.reversed_at`)} and ${taken(scope)} ${way}`);
  const [p, r] = [paid ?? { n: -1, a: -1 }, back ?? { n: -1, a: -1 }];
  return { amount: p.a - r.a, count: p.n - r.n, reversedAmount: r.a, reversedCount: r.n };
}

const wall = async (): Promise<string> => {
  const [row] = await query<{ t: string }>(
    sql`select to_char(${localOf(sql`${fixture.clock().toISOString()}::timestamptz`)}, 'YYYY-MM-DD HH24:MI') as t`,
  );
  return row?.t ?? '';
};
const periodStart = (local: string, period: Period): string =>
  period === 'day' ? local.slice(0, 10) : period === 'month' ? `${local.slice(0, 7)}-01` : `${local.slice(0, 4)}-01-01`;
const END = '9999-01-01';

const collectedIn = (period: Period) => async (scope: DashboardScope) => between(scope, periodStart(await wall(), period), END);
const targetOf = (period: Period) => async (scope: DashboardScope) => {
  const rows = await query<{ amount: number; demo: boolean; from_day: string }>(
    sql`select amount::float8 as amount, demo, from_day::text from collection_targets where scope = ${scope} and period = ${period}`,
  );
  const start = periodStart(await wall(), period);
  const valid = rows.filter(({ from_day }) => from_day <= start).sort((a, b) => (a.from_day < b.from_day ? 1 : -1));
  return valid[0] ? { amount: valid[0].amount, demo: valid[0].demo } : null;
};
const each = async (scope: DashboardScope, channel?: string) => {
  const local = await wall();
  return {
    day: await between(scope, periodStart(local, 'day'), END, channel),
    month: await between(scope, periodStart(local, 'month'), END, channel),
    year: await between(scope, periodStart(local, 'year'), END, channel),
  };
};
const online = (scope: DashboardScope): boolean => scope === 'national';
const intentsIn = (states: string[]) => async (scope: DashboardScope) => {
  if (!online(scope)) return null;
  const [row] = await query<{ count: number; amount: number }>(
    sql`select count(*)::int as count, coalesce(sum(amount), 0)::float8 as amount from payment_intents
      where till_id is null and state = any(${sql.param(states)}::text[])`,
  );
  return row;
};
const refundsIn = (states: string[]) => async (scope: DashboardScope) => {
  const [row] = await query<{ count: number; amount: number }>(
    sql`select count(*)::int as count, coalesce(sum(p.amount), 0)::float8 as amount from refunds p
      where p.state = any(${sql.param(states)}::text[]) and ${taken(scope)}`,
  );
  return row;
};
const ticketsOf = async (scope: DashboardScope) => {
  const of =
    scope === 'national'
      ? sql`true`
      : scope.startsWith('region-')
        ? sql`o.region = ${scope.slice(7)}`
        : sql`o.id = ${scope.slice(7)}::uuid`;
  const day = (await wall()).slice(0, 10);
  const rows = await query<{ state: string; wait: number | null }>(sql`
    select t.state, extract(epoch from (select h.at from ticket_history h where h.ticket_id = t.id and h.event = 'call' order by h.version limit 1)
      - t.taken_at)::float8 as wait from tickets t join offices o on o.id = t.office_id where t.day = ${day}::date and ${of}`);
  const counters = await query<{ paused: boolean }>(
    sql`select c.paused from counter_sessions c join offices o on o.id = c.office_id where c.closed_at is null and ${of}`,
  );
  const waits = rows.flatMap(({ wait }) => (wait === null ? [] : [wait])).sort((a, b) => a - b);
  // Between the two nearest, as a percentile is.
  const place = (waits.length - 1) * 0.9;
  const [low, high] = [waits[Math.floor(place)], waits[Math.ceil(place)]];
  return {
    waiting: rows.filter(({ state }) => state === 'waiting').length,
    served: rows.filter(({ state }) => state === 'done').length,
    averageWait: waits.length > 0 ? waits.reduce((a, b) => a + b) / waits.length : null,
    p90Wait: low !== undefined && high !== undefined ? low + (high - low) * (place - Math.floor(place)) : null,
    agents: counters.length,
    paused: counters.filter(({ paused }) => paused).length,
  };
};
const documentsOf = async (scope: DashboardScope) => {
  if (!online(scope)) return null;
  const rows = await query<{ status: string; today: boolean; unread: boolean; reading_ms: number | null }>(sql`
    select status, reading_ms, coalesce(date(${localOf(sql`read_at`)}) = date(${await wall()}::timestamp), false) as today,
      date(${localOf(sql`updated_at`)}) = date(${await wall()}::timestamp) as unread from documents`);
  const good = rows.filter(({ status, today }) => today && ['read', 'confirmed', 'discarded'].includes(status));
  const bad = rows.filter(({ status, unread }) => unread && ['failed', 'needs_photo'].includes(status));
  const [row] = await query<{ n: number }>(sql`select count(*)::int as n from document_reviews where status = 'open'`);
  const ended = good.length + bad.length;
  return {
    queue: rows.filter(({ status }) => status === 'queued' || status === 'reading').length,
    read: ended,
    successPercent: ended > 0 ? (good.length / ended) * 100 : null,
    doubtful: row?.n,
    averageMs: good.length > 0 ? good.reduce((sum, { reading_ms }) => sum + (reading_ms ?? 0), 0) / good.length : null,
  };
};

type Asked = (scope: DashboardScope, view: DashboardView) => Promise<unknown>;
/** One question a figure, of the facts alone. A figure without a question does not compile. */
const FACTS: Readonly<Record<Exclude<FigureName, 'people' | `periods.${Period}.lastYear`>, Asked>> = {
  'periods.day.collected': collectedIn('day'),
  'periods.month.collected': collectedIn('month'),
  'periods.year.collected': collectedIn('year'),
  'periods.day.target': targetOf('day'),
  'periods.month.target': targetOf('month'),
  'periods.year.target': targetOf('year'),
  offices: (_scope, view) =>
    Promise.all(
      view.offices.map(async ([id, name]) => {
        const [{ day, month, year }, hall] = [await each(`office-${id}`), await ticketsOf(`office-${id}`)];
        const wait = hall.p90Wait === null ? null : Math.round(hall.p90Wait);
        const money = [day.amount, day.count, month.amount, month.count, year.amount, year.count];
        return [id, name, ...money, hall.waiting, wait, hall.agents];
      }),
    ),
  channels: (scope, view) =>
    Promise.all(view.channels.map(async ({ channel }) => ({ channel, ...(await each(scope, channel)) }))),
  hours: (scope, view) =>
    Promise.all(
      view.hours.map(
        async (_amount, hour) => (await between(scope, `${view.today} ${hour}:00`, `${view.today} ${hour + 1}:00`)).amount,
      ),
    ),
  days: (scope, view) =>
    Promise.all(view.days.map(async ({ day }) => ({ day, amount: (await between(scope, day, `${day} 24:00`)).amount }))),
  minutes: async (scope, view) => {
    const rows = await query<{ minute: string; count: number }>(sql`select count(*)::int as count,
      to_char(p.paid_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:"00.000Z"') as minute from payments p where ${taken(scope)} group by 2`);
    const counts = view.minutes.counts.map((_count, index) => {
      const minute = new Date(Date.parse(view.minutes.from) + index * MINUTE).toISOString();
      return rows.find((row) => row.minute === minute)?.count ?? 0;
    });
    return { from: view.minutes.from, counts };
  },
  'intents.open': intentsIn(['created', 'pushed', 'pending']),
  'intents.uncertain': intentsIn(['unknown']),
  'refunds.awaiting': refundsIn(['proposed']),
  'refunds.underWay': refundsIn(['approved', 'pushed', 'pending', 'unknown', 'failed']),
  'refunds.paid': async (scope) => {
    const [row] = await query<{
      count: number;
      amount: number;
    }>(sql`select count(*)::int as count, coalesce(sum(o.amount), 0)::float8 as amount
      from refund_payouts o join refunds p on p.id = o.refund_id
      where date(${localOf(sql`o.paid_at`)}) = date(${await wall()}::timestamp) and ${taken(scope)}`);
    return row;
  },
  'hall.waiting': async (scope) => (await ticketsOf(scope)).waiting,
  'hall.served': async (scope) => (await ticketsOf(scope)).served,
  'hall.averageWait': async (scope) => near((await ticketsOf(scope)).averageWait),
  'hall.p90Wait': async (scope) => near((await ticketsOf(scope)).p90Wait),
  'hall.agents': async (scope) => (await ticketsOf(scope)).agents,
  'hall.paused': async (scope) => (await ticketsOf(scope)).paused,
  'documents.queue': async (scope) => (await documentsOf(scope))?.queue,
  'documents.read': async (scope) => (await documentsOf(scope))?.read,
  'documents.successPercent': async (scope) => near((await documentsOf(scope))?.successPercent),
  'documents.doubtful': async (scope) => (await documentsOf(scope))?.doubtful,
  'documents.averageMs': async (scope) => near((await documentsOf(scope))?.averageMs),
  'vehicles.added': async (scope) => {
    const [row] = await query<{ n: number }>(
      sql`select count(*)::int as n from vehicles where date(${localOf(sql`created_at`)}) >= date(${await wall()}::timestamp)`,
    );
    return online(scope) ? row?.n : undefined;
  },
  providers: async (scope) =>
    online(scope)
      ? (await query<{ view: unknown }>(sql`select view from payment_channels order by provider`)).map(({ view }) => view)
      : null,
};
const near = (value: number | null | undefined): unknown =>
  typeof value === 'number' ? (expect.closeTo(value, 6) as unknown) : value;

/** The figure of a view that a name leads to; undefined in a section that is not of the scope. */
const figureOf = (view: DashboardView, name: string): unknown =>
  name
    .split('.')
    .reduce<unknown>((of, key) => (of === null || of === undefined ? undefined : (of as Record<string, unknown>)[key]), view);

async function everyFigureIsRight(of = scopes()): Promise<void> {
  for (const [scope, view] of await views()) {
    if (!of.includes(scope)) continue;
    for (const [name, ask] of Object.entries(FACTS)) {
      const [shown, fact] = [figureOf(view, name), await ask(scope, view)];
      if (fact === null && shown === undefined) continue;
      expect({ scope, name, is: shown }).toEqual({ scope, name, is: fact });
    }
  }
}

beforeAll(async () => {
  fixture = await createTillsFixture();
  const { db } = fixture.database;
  [here, there] = [fixture.fanja.officeId ?? '', fixture.stranger.officeId ?? ''];
  await db.update(offices).set({ region: 'analamanga' }).where(eq(offices.id, here));
  await db.update(offices).set({ region: 'boeny' }).where(eq(offices.id, there));
  const logger = silentLogger();
  relay = startRelay({
    connect: () => connectRaw({ url: fixture.database.url, max: 1, applicationName: 'relay-here', prepared: true }),
    bus: { publish: () => Promise.resolve() },
    queues: { add: () => Promise.resolve() } as unknown as JobQueues,
    projections: [],
    project: createTotals({ timeZone, logger }),
    beforeSessionsEnd: () => Promise.resolve(),
    logger,
    metrics: createMetrics({ process: 'test', defaults: false }),
    ...{ standbyMs: 50, pollMs: 20 },
  });
  const presence = () => Promise.resolve({ people: 3, connections: 4, nodes: 2 });
  dashboards = createDashboards({ db, country: madagascar, clock: fixture.clock, presence });
  await db.insert(paymentChannels).values({ provider: 'mvola', view: CHANNEL, checkedAt: fixture.clock() });
  await db.insert(collectionTargets).values([
    { scope: 'national', period: 'day', fromDay: '2025-01-01', amount: 500, demo: true, setAt: new Date() },
    { scope: 'national', period: 'day', fromDay: '2026-01-15', amount: 900, demo: true, setAt: new Date() },
    { scope: 'national', period: 'day', fromDay: '2026-01-16', amount: 1_000, demo: true, setAt: new Date() },
    { scope: 'region-boeny', period: 'month', fromDay: '2026-01-02', amount: 1_000, demo: true, setAt: new Date() },
    { scope: `office-${here}`, period: 'year', fromDay: '2026-01-01', amount: 7_000, demo: true, setAt: new Date() },
  ]);
});
afterAll(async () => {
  await relay.stop();
  await fixture.close();
});

/** Payments online and in cash at both offices, some of them reversed, in an order that no one chose. */
async function someDay(): Promise<void> {
  const { fanja, stranger, chief, strangersChief, refunds } = fixture;
  const [mine, theirs] = [await fixture.opened(fanja), await fixture.opened(stranger)];
  for (let turn = 0; turn < 8; turn += 1) {
    fixture.clock.turn(Math.floor(Math.random() * 4 * MINUTE));
    const pick = Math.random();
    if (pick < 0.4) await fixture.paid(1 + Math.floor(Math.random() * 3));
    else if (pick < 0.6) await fixture.approved();
    else {
      const [agent, till, boss] =
        Math.random() < 0.5 ? ([fanja, mine, chief] as const) : ([stranger, theirs, strangersChief] as const);
      const taking = await fixture.taken(agent, till);
      if (Math.random() < 0.5) continue;
      const payment = await fixture.payments.find(fixture.payer, taking.paymentId).catch(() => null);
      const items = await query<{ id: string }>(sql`select id from payment_items where intent_id = ${taking.paymentId}::uuid`);
      const proposal = { idempotencyKey: randomUUID(), paymentId: taking.paymentId, itemIds: items.map(({ id }) => id) };
      const refund = await refunds.propose(agent, {
        ...proposal,
        amount: payment?.amount ?? taking.amount,
        reason: 'paid_twice',
        note: '',
      });
      if (Math.random() < 0.7) await refunds.approve(boss, refund.id);
    }
  }
  await fixture.tills.close(fanja, await closingOf(mine.id));
  await fixture.tills.close(stranger, await closingOf(theirs.id));
}

async function closingOf(tillId: string): Promise<{ tillId: string; count: { value: number; count: number }[]; reason: string }> {
  const [row] = await query<{ amount: number }>(
    sql`select sum(debit - credit)::float8 as amount from ledger_entries where account = ${`till:${tillId}`}`,
  );
  return { tillId, count: [{ value: 100, count: (row?.amount ?? 0) / 100 }], reason: '' };
}

describe('the figures of a dashboard', () => {
  it('are each what the facts say, of a day with reversals, late successes and orders without an outcome', async () => {
    await someDay();
    const late = await fixture.cameTooLate();
    expect(late.refundDue).toBe(late.amount);
    const uncertain = await fixture.pending(fixture.payer);
    fixture.provider.set(uncertain.id, { kind: 'unknown' } as never);
    await fixture.database.db.execute(sql`update payment_intents set state = 'unknown' where id = ${uncertain.id}::uuid`);
    await fixture.database.db.execute(
      sql`insert into outbox (name, payload) values ('payment.unknown', jsonb_build_object('paymentId', ${uncertain.id}::text))`,
    );
    await fixture.pending(fixture.payer);
    const refund = await fixture.approved();
    await fixture.payouts.push(refund.id);
    fixture.provider.payBack(fixture.pushIdOf(refund));
    await fixture.payouts.check(refund.id);
    await everyFigureIsRight();
    const [national] = (await views()).values();
    expect(national?.periods.day.collected.reversedCount).toBeGreaterThan(0);
    expect(national?.intents?.uncertain.count).toBeGreaterThan(0);
    expect(national?.refunds.paid.count).toBe(1);
    expect(national?.periods.day.target).toEqual({ amount: 900, demo: true });
  });

  it('go on at the country’s midnight: what is reversed after it is of the day after', async () => {
    const before = await fixture.paid(2);
    fixture.clock.turn(Date.parse('2026-01-15T20:59:50Z') - fixture.clock().getTime());
    await fixture.paid(1);
    const atMidnight = await views();
    fixture.clock.turn(20_000);
    await fixture.approved(before);
    await fixture.paid(3);
    await someDay();
    await everyFigureIsRight();
    const after = await views();
    expect([atMidnight.get('national')?.today, after.get('national')?.today]).toEqual(['2026-01-15', '2026-01-16']);
    const yesterday = after.get('national')?.days.find(({ day }) => day === '2026-01-15');
    expect(yesterday).toEqual({ day: '2026-01-15', amount: atMidnight.get('national')?.periods.day.collected.amount });
    expect(after.get('national')?.periods.day.collected.reversedCount).toBeGreaterThanOrEqual(2);
    expect(after.get('national')?.periods.day.target).toEqual({ amount: 1_000, demo: true });
  });

  it('tell of the line of each office and of all: who waits, how long nine of ten waited, who is at work', async () => {
    const { db } = fixture.database;
    const deps = { db, notifier: { wake: () => undefined }, clock: fixture.clock, timeZone };
    const [line, counters] = [createTicketsService(deps), createCountersService(deps)];
    for (const [officeId, agent, people] of [
      [here, fixture.fanja, 7],
      [there, fixture.stranger, 4],
    ] as const) {
      const [service] = await db
        .insert(officeServices)
        .values({ officeId, prefix: 'A', nameFr: 'Payer', nameEn: 'Pay', usualMinutes: 6 })
        .returning();
      const at = { userId: agent.userId, officeId };
      await counters.open(at, { label: '1', serviceIds: [service?.id ?? ''] });
      for (let person = 0; person < people; person += 1) {
        await line.take(
          { clientId: randomUUID(), officeId, serviceId: service?.id ?? '', priority: 'none' },
          { source: 'kiosk', userId: null },
        );
        fixture.clock.turn(MINUTE * (person + 1));
      }
      for (let call = 0; call < people - 2; call += 1) {
        const called = await counters.callNext(at);
        fixture.clock.turn(MINUTE * 2);
        // Called once more: what counts is the first call.
        if (call === 1) await counters.act(at, called?.id ?? '', 'recall');
        await counters.act(at, called?.id ?? '', 'serve');
        await counters.act(at, called?.id ?? '', 'finish');
      }
    }
    await counters.pause({ userId: fixture.stranger.userId, officeId: there }, true);
    await everyFigureIsRight();
    expect((await views()).get('national')?.hall).toMatchObject({ waiting: 4, served: 7, agents: 2, paused: 1 });
  });

  it('tell of documents, new vehicles, providers and who is connected', async () => {
    const { db } = fixture.database;
    const at = fixture.clock();
    const yesterday = new Date(at.getTime() - 26 * 60 * MINUTE);
    const one = (over: Partial<typeof documents.$inferInsert>) => ({ userId: fixture.payer, updatedAt: at, ...over });
    const rows = await db
      .insert(documents)
      .values([
        one({ status: 'queued' }),
        one({ status: 'reading' }),
        one({ status: 'read', readAt: at, readingMs: 3_000 }),
        one({ status: 'confirmed', readAt: at, readingMs: 4_500 }),
        one({ status: 'read', readAt: yesterday, readingMs: 9_000 }),
        one({ status: 'failed' }),
        one({ status: 'needs_photo', updatedAt: yesterday }),
      ])
      .returning({ id: documents.id });
    await db.insert(documentReviews).values({ documentId: rows[2]?.id ?? '', reasons: [], openedAt: at });
    await everyFigureIsRight(['national']);
    const national = (await views()).get('national');
    expect(national?.documents).toMatchObject({ queue: 2, read: 3, doubtful: 1, averageMs: 3_750 });
    expect(national?.providers).toEqual([CHANNEL]);
    expect(national?.people).toEqual({ people: 3, connections: 4, nodes: 2 });
    expect((await views()).get(`office-${here}`)).toMatchObject({ documents: null, people: null, vehicles: null, intents: null });
  });

  it('compare with the same moment of last year, to the minute', async () => {
    const { db } = fixture.database;
    // The view is of today's clock: so is this.
    const now = new Date();
    const local = (of: Date): string => new Date(of.getTime() + 3 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
    const nowLocal = local(now);
    const feb29 = nowLocal.slice(5, 10) === '02-29';
    const lastYear = `${Number(nowLocal.slice(0, 4)) - 1}${feb29 ? '-02-28' : nowLocal.slice(4, 10)}${nowLocal.slice(10)}`;
    const pay = (at: string, amount: number) => sql`
      insert into payments (fiscal_year, item_id, intent_id, assessment_id, vehicle_id, provider, amount, currency, paid_at)
      values (2025, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'mvola', ${amount}, 'MGA',
        timezone(${timeZone}, ${at}::timestamp))`;
    for (const [at, amount] of [
      [`${lastYear}:00`, 1_000],
      [`${lastYear.slice(0, 10)} 23:59:59`, 2_000],
      [`${lastYear.slice(0, 10)} 00:00:00`, 4_000],
      [`${lastYear.slice(0, 7)}-01 00:00:00`, 8_000],
      [`${lastYear.slice(0, 4)}-01-01 00:00:00`, 16_000],
      [`${Number(lastYear.slice(0, 4)) - 1}-12-31 23:59:59`, 32_000],
    ] as const)
      await db.execute(pay(at, amount));
    await settle();
    await rebuildTotals(db, timeZone, now);
    await refreshStats(db, now);
    const fresh = createDashboards({ db, country: madagascar, clock: () => now, presence: () => Promise.resolve(null) });
    const national = await fresh.read(db, 'national');
    for (const period of ['day', 'month', 'year'] as const)
      expect([period, national?.periods[period].lastYear]).toEqual([
        period,
        await between('national', periodStart(lastYear, period), `${lastYear}:00`),
      ]);
    expect(national?.periods.year.lastYear?.amount).toBeGreaterThanOrEqual(16_000);
    expect(national?.people).toBeNull();
  });

  it('have each a source, and a moment of its own', async () => {
    const national = (await views()).get('national');
    for (const [name, { section, table }] of Object.entries(FIGURES)) {
      expect(figureOf(national as DashboardView, name), name).not.toBe(undefined);
      expect(SECTIONS).toContain(section);
      expect(table).not.toBe('');
    }
    for (const section of SECTIONS) expect([section, typeof national?.sections[section]]).toEqual([section, 'string']);
  });
});
