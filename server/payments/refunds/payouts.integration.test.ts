import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refunds as refundsTable } from '#db/schema/refunds.ts';
import { dueWithoutRefund, refundsToCheck } from '#db/refunds.repository.ts';
import type { RefundView } from '#shared/contracts/refunds.ts';
import { refundView } from './refund-events.ts';
import { AMOUNT } from '../testing/payments-fixture.ts';
import { createRefundsFixture, type RefundsFixture } from './testing/refunds-fixture.ts';

let fixture: RefundsFixture;
beforeAll(async () => {
  fixture = await createRefundsFixture();
});
afterAll(() => fixture.close());
// Whatever was tried, the books agree.
afterEach(async () => expect((await fixture.books()).faults).toEqual([]));

const now = (refund: RefundView) => refundView(fixture.database.db, refund.id);
const stateOf = async (refund: RefundView) => (await now(refund)).state;
const given = (refund: RefundView) => fixture.provider.refunds.filter(({ payment }) => payment.intentId === refund.paymentId);
const code = (error: string) => ({ code: error });

describe('the provider', () => {
  it('is busy, then away, then unclear: the refund is given under one id until it is taken, and paid back once', async () => {
    const refund = await fixture.approved();
    const { payouts, provider } = fixture;
    provider.answerRefund({ kind: 'busy' }, { kind: 'unclear', why: 'no answer' }, { kind: 'accepted' });
    await payouts.push(refund.id);
    expect(await stateOf(refund)).toBe('pushed');
    await payouts.check(refund.id);
    expect(await stateOf(refund)).toBe('unknown');
    await payouts.check(refund.id);
    expect(await stateOf(refund)).toBe('pending');
    expect(new Set(given(refund).map(({ id }) => id)).size).toBe(1);
    provider.setRefund(fixture.pushIdOf(refund), { kind: 'unavailable', why: 'status 503' });
    await payouts.check(refund.id);
    expect(await stateOf(refund)).toBe('pending');
    provider.payBack(fixture.pushIdOf(refund));
    await Promise.all(Array.from({ length: 5 }, () => payouts.check(refund.id)));
    expect(await now(refund)).toMatchObject({ state: 'succeeded', reference: `R-${fixture.pushIdOf(refund)}` });
  });

  it('says no: tried anew under another id, when a person says so', async () => {
    const refund = await fixture.approved();
    const { payouts, provider, handPayments, agent } = fixture;
    provider.answerRefund({ kind: 'refused', failure: 'float_too_low' });
    await payouts.push(refund.id);
    expect(await now(refund)).toMatchObject({ state: 'failed', failure: 'float_too_low' });
    await payouts.check(refund.id);
    await payouts.push(refund.id);
    expect(given(refund)).toHaveLength(1);
    expect(await handPayments.retry(agent, refund.id)).toMatchObject({ state: 'approved', failure: null });
    await payouts.push(refund.id);
    provider.payBack(fixture.pushIdOf(refund));
    await payouts.check(refund.id);
    expect(await stateOf(refund)).toBe('succeeded');
    expect(new Set(given(refund).map(({ id }) => id)).size).toBe(2);
  });

  it('says no to the second call, though it took the first: that is asked before the no is believed', async () => {
    const refund = await fixture.approved();
    const { payouts, provider } = fixture;
    provider.answerRefund({ kind: 'unclear', why: 'no answer' }, { kind: 'refused', failure: 'refused' });
    await payouts.push(refund.id);
    const pushId = fixture.pushIdOf(refund);
    const check = payouts.push(refund.id);
    provider.setRefund(pushId, { kind: 'pending' });
    await check;
    expect(await stateOf(refund)).toBe('unknown');
    provider.payBack(pushId);
    await payouts.check(refund.id);
    expect(await stateOf(refund)).toBe('succeeded');
  });

  it('fails it later: it stays owed, for a person to see to', async () => {
    const refund = await fixture.approved();
    await fixture.payouts.push(refund.id);
    fixture.provider.setRefund(fixture.pushIdOf(refund), { kind: 'failed', failure: 'payee_not_found' });
    await fixture.payouts.check(refund.id);
    expect(await now(refund)).toMatchObject({ state: 'failed', failure: 'payee_not_found' });
  });

  it.each([{ amount: '1' }, { currency: 'EUR' }, { refundId: 'another' }])(
    'pays back something else (%o): nothing is booked',
    async (change) => {
      const refund = await fixture.approved();
      await fixture.payouts.push(refund.id);
      const refundId = fixture.pushIdOf(refund);
      const paid = { kind: 'succeeded', reference: `R-${refundId}`, amount: String(AMOUNT), currency: 'MGA', refundId } as const;
      fixture.provider.setRefund(refundId, { ...paid, ...change });
      await fixture.payouts.check(refund.id);
      expect(await stateOf(refund)).toBe('unknown');
      const due = await refundsToCheck(fixture.database.db, new Date(fixture.clock().getTime() + 1800_000), 1000);
      expect(due.map(({ id }) => id)).not.toContain(refund.id);
      fixture.provider.payBack(refundId);
      await fixture.payouts.check(refund.id);
    },
  );

  it('gives one number for two refunds: the second is not booked', async () => {
    const two = [await fixture.approved(), await fixture.approved()];
    for (const refund of two) {
      await fixture.payouts.push(refund.id);
      const refundId = fixture.pushIdOf(refund);
      const paid = { kind: 'succeeded', amount: String(AMOUNT), currency: 'MGA', refundId } as const;
      fixture.provider.setRefund(refundId, { ...paid, reference: 'SAME-NUMBER' });
      await fixture.payouts.check(refund.id);
    }
    expect(await Promise.all(two.map(stateOf))).toEqual(['succeeded', 'unknown']);
  });

  it('is silent: the poll finds what nobody moved', async () => {
    const refund = await fixture.approved();
    const due = async () => (await refundsToCheck(fixture.database.db, fixture.clock(), 1000)).map(({ id }) => id);
    expect(await due()).not.toContain(refund.id);
    fixture.clock.turn(20_000);
    expect(await due()).toContain(refund.id);
    await fixture.payouts.check(refund.id);
    expect(await stateOf(refund)).toBe('pending');
  });
});

describe('paid by hand', () => {
  const failed = async (): Promise<RefundView> => {
    const refund = await fixture.approved();
    fixture.provider.answerRefund({ kind: 'refused', failure: 'not_refundable' });
    await fixture.payouts.push(refund.id);
    return refund;
  };

  it('counts when another person has confirmed it, with a reference that was used once', async () => {
    const { handPayments, agent, supervisor } = fixture;
    const refund = await failed();
    await handPayments.settle(agent, refund.id, 'VIR-2026-001');
    expect(await now(refund)).toMatchObject({ state: 'failed', byHand: { by: { id: agent.userId }, reference: 'VIR-2026-001' } });
    await expect(handPayments.settle(agent, refund.id, 'VIR-2026-002')).rejects.toMatchObject(code('REFUND_STATE_CONFLICT'));
    await expect(handPayments.retry(agent, refund.id)).rejects.toMatchObject(code('REFUND_STATE_CONFLICT'));
    await expect(handPayments.confirm(agent, refund.id, true)).rejects.toMatchObject(code('FORBIDDEN'));
    const settled = await handPayments.confirm(supervisor, refund.id, true);
    expect(settled).toMatchObject({ state: 'succeeded', reference: 'VIR-2026-001', byHand: null });
    const other = await failed();
    await handPayments.settle(agent, other.id, 'VIR-2026-001');
    await expect(handPayments.confirm(supervisor, other.id, true)).rejects.toMatchObject(code('REFUND_REFERENCE_USED'));
    expect(await handPayments.confirm(supervisor, other.id, false)).toMatchObject({ state: 'failed', byHand: null });
  });

  it('is not confirmed by who paid: not by the use-case, not in the database', async () => {
    const { handPayments, supervisor, database } = fixture;
    const refund = await failed();
    await handPayments.settle(supervisor, refund.id, 'VIR-2026-010');
    await expect(handPayments.confirm(supervisor, refund.id, true)).rejects.toMatchObject(code('REFUND_SAME_PERSON'));
    const bypass = database.db
      .update(refundsTable)
      .set({ handConfirmedBy: supervisor.userId })
      .where(eq(refundsTable.id, refund.id));
    await expect(bypass).rejects.toMatchObject({ cause: { constraint_name: 'refunds_by_hand_two_persons' } });
  });

  it('is not taken while the provider has it; and while it is claimed, the provider is not given it', async () => {
    const { handPayments, payouts, provider, agent, supervisor } = fixture;
    const pending = await fixture.approved();
    await payouts.push(pending.id);
    await expect(handPayments.settle(agent, pending.id, 'VIR-1')).rejects.toMatchObject(code('REFUND_STATE_CONFLICT'));
    const unclear = await fixture.approved();
    provider.answerRefund({ kind: 'unclear', why: 'no answer' });
    await payouts.push(unclear.id);
    await handPayments.settle(agent, unclear.id, 'VIR-3');
    await payouts.check(unclear.id);
    await payouts.push(unclear.id);
    expect(given(unclear)).toHaveLength(1);
    // It had taken it after all: that is what counts, and the claim falls.
    provider.payBack(fixture.pushIdOf(unclear));
    await payouts.check(unclear.id);
    expect(await now(unclear)).toMatchObject({ state: 'succeeded', byHand: null, reference: `R-${fixture.pushIdOf(unclear)}` });
    await expect(handPayments.confirm(supervisor, unclear.id, true)).rejects.toMatchObject(code('REFUND_STATE_CONFLICT'));
  });
});

describe('a success that came too late', () => {
  it('is proposed by the system, once, approved by a supervisor and paid back the same way', async () => {
    const { payouts, refunds, supervisor, provider, database } = fixture;
    const payment = await fixture.cameTooLate();
    expect(payment).toMatchObject({ state: 'reconciled', refundDue: AMOUNT });
    expect(await dueWithoutRefund(database.db, 10)).toContain(payment.id);
    await Promise.all(Array.from({ length: 5 }, () => payouts.open(payment.id)));
    await payouts.open(payment.id);
    expect(await dueWithoutRefund(database.db, 10)).not.toContain(payment.id);
    const [own] = (await fixture.payments.find(fixture.payer, payment.id)).refunds;
    expect(own).toMatchObject({ stage: 'proposed', amount: AMOUNT, itemIds: [] });
    const approved = await refunds.approve(supervisor, own?.id ?? '');
    expect(approved).toMatchObject({ kind: 'refund_due', proposedBy: null, reason: 'late_success' });
    expect(await fixture.balance('due:refund')).toBe(0);
    await payouts.push(approved.id);
    provider.payBack(fixture.pushIdOf(approved));
    await payouts.check(approved.id);
    expect(await stateOf(approved)).toBe('succeeded');
  });

  it('can be proposed by a person again after it was refused', async () => {
    const payment = await fixture.cameTooLate();
    await fixture.payouts.open(payment.id);
    const [own] = (await fixture.payments.find(fixture.payer, payment.id)).refunds;
    await expect(fixture.refunds.propose(fixture.agent, fixture.proposalOf(payment))).rejects.toMatchObject(
      code('REFUND_AMOUNT_CHANGED'),
    );
    await fixture.refunds.reject(fixture.supervisor, own?.id ?? '', 'à vérifier');
    expect(await fixture.refunds.propose(fixture.agent, fixture.proposalOf(payment))).toMatchObject({ kind: 'refund_due' });
  });
});
