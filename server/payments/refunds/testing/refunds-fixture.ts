import { randomUUID } from 'node:crypto';
import { auditLedger, type LedgerAudit } from '#db/ledger-audit.ts';
import { offices, users } from '#db/schema/identity.ts';
import type { PaymentView } from '#shared/contracts/payments.ts';
import type { ProposeRefund, RefundView } from '#shared/contracts/refunds.ts';
import type { Role } from '#shared/contracts/identity.ts';
import type { Actor } from '#shared/domain/policy.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { providersOf } from '../../providers/providers.service.ts';
import { createPaymentsFixture, type PaymentsFixture } from '../../testing/payments-fixture.ts';
import { createHandPaymentsService, type HandPaymentsService } from '../hand-payments.service.ts';
import { createPayoutsService, type PayoutsService } from '../payouts.service.ts';
import { createRefundsService, type RefundsService } from '../refunds.service.ts';

export interface RefundsFixture extends PaymentsFixture {
  refunds: RefundsService;
  handPayments: HandPaymentsService;
  payouts: PayoutsService;
  agent: Actor;
  supervisor: Actor;
  payer: string;
  staff(role: Role): Promise<Actor>;
  /** A payment of so many vehicles, posted. */
  paid(vehicleCount?: number, payerId?: string): Promise<PaymentView>;
  /** What the agent's page would send to pay it back whole. */
  proposalOf(payment: PaymentView): ProposeRefund;
  proposed(payment?: PaymentView): Promise<RefundView>;
  approved(payment?: PaymentView): Promise<RefundView>;
  /** The id under which the provider was given the refund. */
  pushIdOf(refund: RefundView): string;
  /** A success that came when somebody else had paid the tax. */
  cameTooLate(): Promise<PaymentView>;
  books(): Promise<LedgerAudit>;
}

/** Payments with people who may pay them back. */
export async function createRefundsFixture(): Promise<RefundsFixture> {
  const payments = await createPaymentsFixture();
  const { database, provider, clock, confirmations } = payments;
  const { db } = database;
  const [office] = await db.insert(offices).values({ code: 'TEST', name: 'Centre', city: 'Ville' }).returning();
  const staff = async (role: Role): Promise<Actor> => {
    const userId = randomUUID();
    await db.insert(users).values({ id: userId, name: role, email: `${userId}@staff.example`, role, officeId: office?.id });
    return { userId, role, officeId: office?.id ?? null };
  };
  const [agent, supervisor, payer] = [await staff('agent'), await staff('supervisor'), await payments.addUser()];
  const notifier = { wake: () => undefined };
  const refunds = createRefundsService({ db, notifier, clock });
  const providers = providersOf({ mtn_momo: provider, mvola: null, stripe: null });

  const fixture: RefundsFixture = {
    ...payments,
    refunds,
    handPayments: createHandPaymentsService({ db, notifier, clock }),
    payouts: createPayoutsService({ db, notifier, clock, providers, logger: silentLogger() }),
    agent,
    supervisor,
    payer,
    staff,
    async paid(vehicleCount = 1, payerId = payer) {
      const { id } = await payments.pending(payerId, await payments.order(payerId, vehicleCount));
      provider.succeed(id);
      await confirmations.check(id);
      return payments.payments.find(payerId, id);
    },
    proposalOf: (payment) => ({
      idempotencyKey: randomUUID(),
      paymentId: payment.id,
      itemIds: payment.items.map(({ id }) => id),
      amount: payment.amount,
      reason: 'paid_twice',
      note: '',
    }),
    proposed: async (payment) => refunds.propose(agent, fixture.proposalOf(payment ?? (await fixture.paid()))),
    async approved(payment) {
      const { id } = await fixture.proposed(payment);
      return refunds.approve(supervisor, id);
    },
    pushIdOf({ paymentId }) {
      const given = provider.refunds.filter(({ payment }) => payment.intentId === paymentId).at(-1);
      if (!given) throw new Error('the provider was given no refund of that payment');
      return given.id;
    },
    async cameTooLate() {
      const order = await payments.order(payer);
      const late = await payments.pending(payer, order);
      provider.set(late.id, { kind: 'failed', failure: 'payer_too_late' });
      await confirmations.check(late.id);
      const vehicle = late.items.map(({ vehicleId }) => vehicleId);
      const other = await payments.pending(payer, payments.orderOf(vehicle));
      for (const { id } of [other, late]) {
        provider.succeed(id);
        await confirmations.check(id);
      }
      return payments.payments.find(payer, late.id);
    },
    books: () => auditLedger(db),
  };
  return fixture;
}
