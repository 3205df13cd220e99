import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PaymentView } from '#shared/contracts/payments.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { AMOUNT } from '../testing/payments-fixture.ts';
import { createRefundsFixture, type RefundsFixture } from './testing/refunds-fixture.ts';

let fixture: RefundsFixture;
beforeAll(async () => {
  fixture = await createRefundsFixture();
});
afterAll(() => fixture.close());

/** What can be done, in any order, to whichever payment or refund there is: what means nothing there is refused with a code. */
const STEPS = [
  'pay',
  'pay again',
  'come too late',
  'propose all',
  'propose one',
  'approve',
  'reject',
  'withdraw',
  'push',
  'lose',
  'refuse',
  'pay back',
  'check',
  'retry',
  'by hand',
  'confirm',
  'contest',
] as const;
type Step = (typeof STEPS)[number];

/** A world of payments and refunds that steps are done to; `pick` says to which. */
async function play(steps: readonly (readonly [Step, number])[]): Promise<void> {
  const { refunds, handPayments, payouts, provider, agent, supervisor, payer } = fixture;
  const payments: PaymentView[] = [await fixture.paid(2)];
  const proposed: string[] = [];
  let hands = 0;
  for (const [step, pick] of steps) {
    const payment = payments[pick % payments.length];
    const id = proposed[pick % Math.max(1, proposed.length)];
    if (!payment) throw new Error('there is always a payment');
    const keep = (work: Promise<{ id: string }>) => work.then((view) => void proposed.push(view.id));
    const one = payment.items[pick % payment.items.length]?.id ?? '';
    const refund = async (work: (refundId: string) => Promise<unknown>) => (id ? work(id) : undefined);
    const pushed = provider.refunds.at(-1 - (pick % Math.max(1, provider.refunds.length)));
    const todo: Record<Step, () => Promise<unknown>> = {
      pay: async () => payments.push(await fixture.paid(1 + (pick % 2))),
      'pay again': async () => {
        const order = fixture.orderOf(payment.items.map(({ vehicleId }) => vehicleId));
        const again = await fixture.pending(payer, order);
        provider.succeed(again.id);
        await fixture.confirmations.check(again.id);
        payments.push(await fixture.payments.find(payer, again.id));
      },
      'come too late': async () => {
        const late = await fixture.cameTooLate();
        payments.push(late);
        await payouts.open(late.id);
        proposed.push(...(await fixture.payments.find(payer, late.id)).refunds.map((own) => own.id));
      },
      'propose all': () => keep(refunds.propose(agent, fixture.proposalOf(payment))),
      'propose one': () => keep(refunds.propose(agent, { ...fixture.proposalOf(payment), itemIds: [one], amount: AMOUNT })),
      approve: () => refund((own) => refunds.approve(supervisor, own)),
      reject: () => refund((own) => refunds.reject(supervisor, own, 'non merci')),
      withdraw: () => refund((own) => refunds.withdraw(agent, own)),
      push: () => refund((own) => payouts.push(own)),
      lose: () => {
        provider.answerRefund({ kind: 'unclear', why: 'no answer' });
        return refund((own) => payouts.push(own));
      },
      refuse: () => {
        provider.answerRefund({ kind: 'refused', failure: 'refused' });
        return refund((own) => payouts.push(own));
      },
      'pay back': async () => {
        if (pushed && (await provider.fetchRefund(pushed)).kind === 'pending') provider.payBack(pushed.id);
      },
      check: () => refund((own) => payouts.check(own)),
      retry: () => refund((own) => handPayments.retry(agent, own)),
      'by hand': () => refund((own) => handPayments.settle(agent, own, `VIR-${payment.id}-${(hands += 1)}`)),
      confirm: () => refund((own) => handPayments.confirm(supervisor, own, true)),
      contest: () => refund((own) => handPayments.confirm(supervisor, own, false)),
    };
    await todo[step]().catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
  }
}

it('whatever is paid, proposed, decided, lost, paid back or paid by hand, in whatever order: the books agree', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat({ max: 50 })), { minLength: 5, maxLength: 25 }),
      async (steps) => {
        await play(steps);
        const { faults, received, paidBack } = await fixture.books();
        expect(faults).toEqual([]);
        expect(paidBack['MGA'] ?? 0).toBeLessThanOrEqual(received['MGA'] ?? 0);
        // The provider paid each refund once, at most.
        const paid = await fixture.balance('provider:mtn_momo');
        expect(paid).toBeGreaterThanOrEqual(0);
      },
    ),
    { numRuns: 25 },
  );
}, 180_000);
