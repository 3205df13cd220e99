import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectRaw } from '#db/connect.ts';
import { readOwnTill } from '#db/till-views.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { TakeCash, Taking } from '#shared/contracts/tills.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { CASH_AMOUNT, createTillsFixture, notes, type TillsFixture } from './testing/tills-fixture.ts';
import type { TillAgent } from './tills.service.ts';

let fixture: TillsFixture;
beforeAll(async () => {
  fixture = await createTillsFixture();
});
afterAll(() => fixture.close());

/** What can happen on a day, in any order: what means nothing then is refused with a code. */
const STEPS = [
  'open',
  'take',
  'take two',
  'press twice',
  'take paid',
  'take too little',
  'take online held',
  'close while taking',
  'propose',
  'approve',
  'reject',
  'give back',
  'give back twice',
  'hand over',
  'receive',
  'receive wrong',
  'keep',
  'close',
  'close short',
  'close unexplained',
  'strange office',
  'note',
] as const;
type Step = (typeof STEPS)[number];

/** A day on which everything happens once, whatever else is drawn. */
const ORDINARY: [Step, number][] = [
  ...(['propose', 'approve', 'give back', 'hand over', 'receive'] as const).map((step): [Step, number] => [step, 0]),
  ...(['close short', 'note'] as const).map((step): [Step, number] => [step, 1]),
];

/** The drawer of an agent as a person would count it, beside what the books say. */
async function play(steps: readonly (readonly [Step, number])[]): Promise<void> {
  const { tills, cash, refunds, chief, stranger } = fixture;
  const agents: TillAgent[] = await Promise.all([0, 1, 2].map(() => fixture.staffOf('agent', chief.officeId)));
  const takings: Taking[] = [];
  const proposed: string[] = [];
  const orders: TakeCash[] = [];
  const own = async (agent: TillAgent) => (await readOwnTill(fixture.database.db, agent.userId)).till;
  for (const [step, pick] of steps) {
    const agent = agents[pick % agents.length];
    if (!agent) throw new Error('there are agents');
    const till = await own(agent);
    const inTill = till ? till.sums.expected : 0;
    const keep = async (work: Promise<Taking>) => void takings.push(await work);
    const taking = takings[pick % Math.max(1, takings.length)];
    const refundId = proposed[pick % Math.max(1, proposed.length)];
    const order = async (count = 1): Promise<TakeCash> => {
      if (!till) throw new AppError('TILL_NOT_OPEN');
      const plates = [];
      for (let index = 0; index < count; index += 1) plates.push((await fixture.addVehicle(null)).plate);
      const made = { ...(await fixture.orderFor(till, plates)), given: CASH_AMOUNT * count + pick * 100 };
      orders.push(made);
      return made;
    };
    const settle = async (...work: Promise<unknown>[]): Promise<void> => {
      for (const one of await Promise.allSettled(work)) {
        if (one.status === 'rejected' && !(one.reason instanceof AppError)) throw one.reason;
      }
    };
    /** Who is offered a till now, and which. */
    const offered = async () => {
      for (const other of agents) {
        const [offer] = (await readOwnTill(fixture.database.db, other.userId)).offered;
        if (offer) return { other, tillId: offer.tillId };
      }
      return null;
    };
    const free = async () => {
      for (const other of agents) if (!(await own(other))) return other;
      return agent;
    };
    const count = (tillId: string, amount: number, reason = '') => ({ tillId, count: notes(amount), reason });
    const todo: Record<Step, () => Promise<unknown>> = {
      open: () => fixture.opened(agent, pick * 1_000),
      take: async () => keep(cash.take(agent, await order())),
      'take two': async () => keep(cash.take(agent, await order(2))),
      'press twice': async () => {
        const made = await order();
        await settle(keep(cash.take(agent, made)), cash.take(agent, made), cash.take(agent, made));
      },
      'take paid': async () => {
        const before = orders.at(-1);
        if (till && before) await cash.take(agent, { ...before, tillId: till.id, idempotencyKey: randomUUID() });
      },
      'take too little': async () => cash.take(agent, { ...(await order()), given: CASH_AMOUNT - 1 }),
      'take online held': async () => {
        if (!till) return;
        const { id, plate } = await fixture.addVehicle(fixture.payer);
        const online = await fixture.pending(fixture.payer, fixture.orderOf([id]));
        await settle(cash.take(agent, await fixture.orderFor(till, [plate])));
        fixture.provider.succeed(online.id);
        await fixture.confirmations.check(online.id);
      },
      'close while taking': async () => {
        if (!till) return;
        const made = await order();
        await settle(keep(cash.take(agent, made)), tills.close(agent, count(till.id, inTill, 'pendant un encaissement')));
      },
      propose: async () => {
        if (!taking) return;
        const { id } = await refunds.propose(agent, {
          ...{ idempotencyKey: randomUUID(), paymentId: taking.paymentId, itemIds: taking.items.map((item) => item.id) },
          ...{ amount: taking.amount, reason: 'wrong_amount', note: '' },
        });
        proposed.push(id);
      },
      approve: async () => refundId && refunds.approve(chief, refundId),
      reject: async () => refundId && refunds.reject(chief, refundId, 'non merci'),
      'give back': async () => till && refundId && cash.payBack(agent, { tillId: till.id, refundId }),
      'give back twice': async () => {
        if (!till || !refundId) return;
        const back = { tillId: till.id, refundId };
        await settle(cash.payBack(agent, back), cash.payBack(agent, back));
      },
      'hand over': async () =>
        till &&
        tills.handOver(agent, { ...count(till.id, inTill + (pick % 3) * 100, 'recompté'), toAgentId: (await free()).userId }),
      receive: async () => {
        const offer = await offered();
        const report = offer && (await tills.report(chief, offer.tillId));
        if (offer && report?.till.counted) {
          const { amount } = report.till.counted;
          await tills.receive(offer.other, { tillId: report.till.id, idempotencyKey: randomUUID(), count: notes(amount) });
        }
      },
      'receive wrong': async () => {
        const offer = await offered();
        if (offer) await tills.receive(offer.other, { tillId: offer.tillId, idempotencyKey: randomUUID(), count: notes(100) });
      },
      keep: async () => till && tills.keep(agent, till.id),
      close: async () => till && tills.close(agent, count(till.id, inTill)),
      'close short': async () => till && tills.close(agent, count(till.id, Math.max(0, inTill - 1_000), 'un billet manque')),
      'close unexplained': async () => till && tills.close(agent, count(till.id, inTill + 500)),
      'strange office': async () => till && cash.take(stranger, await order()),
      note: async () => {
        const last = (await readOwnTill(fixture.database.db, agent.userId)).lastClosed;
        if (last) await tills.note(chief, last);
      },
    };
    await todo[step]().catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
  }
  // A till that says so holds what its takings and what was given back say, counted apart from the ledger.
  for (const agent of agents) {
    const till = await own(agent);
    if (till) expect(till.sums.expected).toBe(till.sums.float + till.sums.taken - till.sums.paidBack);
  }
}

it('whatever happens on a day, in whatever order: tills, ledger and payments agree', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat({ max: 30 })), { minLength: 8, maxLength: 40 }),
      async (steps) => {
        // Each day begins with somebody at work.
        await play([['open', 0], ['open', 1], ['take', 0], ...steps]);
        expect((await fixture.books()).faults).toEqual([]);
      },
    ),
    { numRuns: 25, examples: [[ORDINARY]] },
  );
  const moved = await fixture.database.db.execute<{ what: string; count: number }>(sql`
    select 'taken' as what, count(*)::int as count from cash_takings union all select 'closed', count(*)::int from till_sessions where state = 'closed'
    union all select 'handed over', count(*)::int from till_sessions where received_from is not null
    union all select 'given back', count(*)::int from refund_payouts where channel = 'cash'`);
  // None that cannot fail: all of it did happen.
  for (const { what, count } of moved) expect([what, count > 0]).toEqual([what, true]);
}, 240_000);

it('a node killed with -9 in the middle of taking cash leaves nothing of it; the same press takes it once', async () => {
  const agent = await fixture.staffOf('agent', fixture.chief.officeId);
  const till = await fixture.opened(agent);
  const order = await fixture.orderFor(till);
  const { database } = fixture;
  const holder = connectRaw({ url: database.url, max: 1, applicationName: 'holder' });
  const waits = async (): Promise<boolean> =>
    (
      await database.db.execute(
        sql`select 1 from pg_stat_activity where application_name = 'node-under-test' and wait_event_type = 'Lock' and datname = current_database()`,
      )
    ).length > 0;
  await holder.begin(async (held) => {
    // The counter of receipts is taken last: all else is written when it waits for it.
    await held`lock table receipt_counters in access exclusive mode`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('./testing/taking-process.ts', import.meta.url))],
      {
        stdio: 'inherit',
        env: {
          ...process.env,
          DATABASE_URL: database.url,
          AGENT: JSON.stringify(agent),
          ORDER: JSON.stringify(order),
          NOW: fixture.clock().toISOString(),
        },
      },
    );
    await until(waits, { what: 'the node in its posting' });
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await holder.end();
  await until(async () => !(await waits()), { what: 'the end of its connection' });
  expect((await readOwnTill(database.db, agent.userId)).till?.sums).toMatchObject({ takings: 0, expected: 50_000 });
  const [one, two] = await Promise.all([fixture.cash.take(agent, order), fixture.cash.take(agent, order)]);
  expect(one.paymentId).toBe(two.paymentId);
  expect((await readOwnTill(database.db, agent.userId)).till?.sums).toMatchObject({ takings: 1, expected: 66_000 });
  expect((await fixture.books()).faults).toEqual([]);
});
