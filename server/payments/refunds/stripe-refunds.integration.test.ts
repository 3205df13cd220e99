import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditLedger } from '#db/ledger-audit.ts';
import { findRefund } from '#db/refunds.repository.ts';
import { offices, users } from '#db/schema/identity.ts';
import { outbox } from '#db/schema/platform.ts';
import type { BehaviourName } from '#deploy/sandbox-provider/behaviours.ts';
import type { PaymentView } from '#shared/contracts/payments.ts';
import type { RefundState, RefundView } from '#shared/contracts/refunds.ts';
import { isOwed } from '#shared/domain/payments/refund-state.ts';
import type { Actor } from '#shared/domain/policy.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';
import { AMOUNT } from '../testing/payments-fixture.ts';
import { createSandboxPayments, STRIPE_KEYS, type SandboxPayments } from '../testing/sandbox-payments.ts';
import { createHandPaymentsService, type HandPaymentsService } from './hand-payments.service.ts';
import { createPayoutsService, type PayoutsService } from './payouts.service.ts';
import { createRefundsService, type RefundsService } from './refunds.service.ts';

// A card's money back, from the approval to the books, against a Stripe that knows only its documentation (deploy/sandbox-provider).
let whole: SandboxPayments;
let payer: string;
let agent: Actor;
let supervisor: Actor;
let refunds: RefundsService;
let handPayments: HandPaymentsService;
let payouts: PayoutsService;
beforeAll(async () => {
  whole = await createSandboxPayments();
  payer = await whole.addUser();
  const { db } = whole.database;
  const [office] = await db.insert(offices).values({ code: 'TEST', name: 'Centre', city: 'Ville' }).returning();
  const staff = async (role: 'agent' | 'supervisor'): Promise<Actor> => {
    const userId = randomUUID();
    await db.insert(users).values({ id: userId, name: role, email: `${userId}@staff.example`, role, officeId: office?.id });
    return { userId, role, officeId: office?.id ?? null };
  };
  [agent, supervisor] = [await staff('agent'), await staff('supervisor')];
  const deps = { db, notifier: { wake: () => undefined }, clock: whole.clock };
  refunds = createRefundsService(deps);
  handPayments = createHandPaymentsService(deps);
  payouts = createPayoutsService({ ...deps, providers: whole.providers, logger: silentLogger() });
});
afterAll(() => whole.close());

/** Paid by card, proposed by one and approved by another. */
async function approved(): Promise<RefundView> {
  const { idempotencyKey, items, amount } = await whole.order(payer);
  const { id } = await whole.payments.start(payer, { provider: 'stripe', idempotencyKey, items, amount });
  await whole.confirmations.initiate(id);
  await whole.checkUntil(id, 'pending');
  await whole.typeCard((await whole.payments.find(payer, id)).redirectUrl ?? '');
  await whole.checkUntil(id, 'receipted');
  const payment = await whole.payments.find(payer, id);
  const refund = await refunds.propose(agent, {
    ...{ idempotencyKey: randomUUID(), paymentId: id, itemIds: payment.items.map((item) => item.id), amount: AMOUNT },
    ...{ reason: 'paid_twice', note: '' },
  });
  return refunds.approve(supervisor, refund.id);
}
const stateOf = async (id: string): Promise<RefundState | undefined> => (await findRefund(whole.database.db, id))?.state;
const seenByPayer = (paymentId: string): Promise<PaymentView> => whole.payments.find(payer, paymentId);
/** What the platform was told of it, as jobs will be. */
const told = async (name: string, refundId: string): Promise<number> => {
  const rows = await whole.database.db.select({ payload: outbox.payload }).from(outbox).where(eq(outbox.name, name));
  return rows.filter(({ payload }) => payload['refundId'] === refundId).length;
};
/** As the queue does it: pushed, then asked about, each time that its moment has come. */
async function workUntil(id: string, state: RefundState): Promise<void> {
  await payouts.push(id);
  await until(
    async () => {
      const now = await stateOf(id);
      if (now === state) return true;
      if (now && isOwed(now)) await payouts.check(id);
      return false;
    },
    { what: `${state} of the refund` },
  );
}
const atStripe = (paymentId: string) =>
  whole.sandbox.orders.list().filter(({ kind, externalId }) => kind === 'refund' && externalId === paymentId);
async function expectPaidBackOnce({ id, paymentId }: RefundView): Promise<void> {
  await payouts.check(id);
  const { db } = whole.database;
  const [paid] = await db.execute<{ count: number; channel: string }>(
    sql`select count(*)::int as count, min(channel) as channel from refund_payouts where refund_id = ${id}`,
  );
  expect([await stateOf(id), paid?.count, paid?.channel]).toEqual(['succeeded', 1, 'stripe']);
  expect(atStripe(paymentId).filter(({ status }) => status === 'SUCCESSFUL')).toHaveLength(1);
  const payment = await seenByPayer(paymentId);
  expect(payment.refunds).toEqual([expect.objectContaining({ amount: AMOUNT, stage: 'paid_back' })]);
  expect(payment.items.map(({ receipt }) => receipt?.revokedAt)).toEqual([expect.any(String)]);
  expect([await told('refund.approved', id), await told('refund.succeeded', id)]).toEqual([1, 1]);
  expect((await auditLedger(db)).faults).toEqual([]);
}

it('goes out once approved, is booked, and its payer is told', async () => {
  const refund = await approved();
  expect((await auditLedger(whole.database.db)).faults).toEqual([]);
  await workUntil(refund.id, 'succeeded');
  await expectPaidBackOnce(refund);
});

it('takes its time at the bank: the message about its end has it asked, at once', async () => {
  const refund = await approved();
  whole.sandbox.controls.next('delay', 1);
  await payouts.push(refund.id);
  expect(await stateOf(refund.id)).toBe('pending');
  await until(async () => (await told('refund.notified', refund.id)) > 0, { what: 'the message about the refund' });
  await payouts.check(refund.id);
  await expectPaidBackOnce(refund);
});

it.each<BehaviourName>(['conflict', 'busy', 'no_answer', 'fault', 'half', 'garbage', 'silent', 'duplicate', 'reordered'])(
  'is paid back once when Stripe is: %s',
  async (vice) => {
    const refund = await approved();
    whole.sandbox.controls.next(vice, 1);
    await workUntil(refund.id, 'succeeded');
    await expectPaidBackOnce(refund);
    expect(atStripe(refund.paymentId)).toHaveLength(1);
  },
);

it('fails at the bank: it stays owed, and is given anew when a person says so', async () => {
  const refund = await approved();
  whole.sandbox.controls.next('unknown_payer', 1);
  await workUntil(refund.id, 'failed');
  expect(await findRefund(whole.database.db, refund.id)).toMatchObject({ failure: 'payee_not_found', settledAt: null });
  expect((await seenByPayer(refund.paymentId)).refunds.map(({ stage }) => stage)).toEqual(['under_way']);
  expect((await auditLedger(whole.database.db)).faults).toEqual([]);
  await handPayments.retry(agent, refund.id);
  await workUntil(refund.id, 'succeeded');
  await expectPaidBackOnce(refund);
  expect(atStripe(refund.paymentId)).toHaveLength(2);
});

it('two workers push and ask at once: one refund', async () => {
  const refund = await approved();
  await Promise.all([payouts.push(refund.id), payouts.push(refund.id), payouts.check(refund.id)]);
  await workUntil(refund.id, 'succeeded');
  await expectPaidBackOnce(refund);
  expect(atStripe(refund.paymentId)).toHaveLength(1);
});

it('a message about a refund moves nothing by itself; forged it is refused', async () => {
  const refund = await approved();
  whole.sandbox.controls.next('wait', 1);
  await payouts.push(refund.id);
  const { pushId } = (await findRefund(whole.database.db, refund.id)) ?? { pushId: '' };
  const send = async (id: string, secret: string): Promise<number> => {
    const object = { object: 'refund', status: 'succeeded', amount: AMOUNT, metadata: { refund: id } };
    const body = JSON.stringify({ id: `evt_${randomUUID()}`, object: 'event', type: 'refund.updated', data: { object } });
    const timestamp = Math.floor(whole.clock().getTime() / 1_000);
    const signature = new Stripe('sk_none').webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
    const headers = { 'Stripe-Signature': signature, 'Content-Type': 'application/json' };
    return (await fetch(`${whole.webhookOrigin}/api/webhooks/stripe`, { method: 'POST', headers, body })).status;
  };
  const before = await whole.count('webhook_events');
  expect([await send(pushId, 'whsec_other'), await send(randomUUID(), STRIPE_KEYS.webhookSecret)]).toEqual([401, 204]);
  expect([await told('refund.notified', refund.id), await whole.count('webhook_events')]).toEqual([0, before]);
  expect(await send(pushId, STRIPE_KEYS.webhookSecret)).toBe(204);
  expect(await told('refund.notified', refund.id)).toBe(1);
  await payouts.check(refund.id);
  expect(await stateOf(refund.id)).toBe('pending');
  const [order] = atStripe(refund.paymentId);
  whole.sandbox.orders.settle(order?.id ?? '', 'SUCCESSFUL');
  await payouts.check(refund.id);
  await expectPaidBackOnce(refund);
});
