import type { Db, Tx } from '#db/connect.ts';
import { findIntent } from '#db/payments.repository.ts';
import {
  findRefund,
  insertPayout,
  insertRefund,
  insertRefundPosting,
  lockRefund,
  providerReferenceOf,
  updateRefund,
  type RefundRow,
} from '#db/refunds.repository.ts';
import type { RefundFailure } from '#shared/contracts/refunds.ts';
import { checkDelayMs } from '#shared/domain/payments/order.ts';
import { payoutLines } from '#shared/domain/payments/refund-posting.ts';
import { afterRefundEvent, isOwed, type RefundEvent } from '#shared/domain/payments/refund-state.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { PaymentProvider, RefundRequest, RefundStatus } from '../providers/provider.ts';
import type { Providers } from '../providers/providers.service.ts';
import { tellOfRefund, type RefundEventName } from './refund-events.ts';
import { audit } from './refunds.service.ts';

export interface PayoutsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  providers: Providers;
  logger: Logger;
}

/** What the workers do with refunds. All can run twice, at once, and be killed anywhere: the money goes back once. */
export interface PayoutsService {
  /** Gives an approved refund to the provider. */
  push(id: string): Promise<void>;
  /** Asks the provider how it stands, and does what follows; books it as paid once amount, currency and reference agree. */
  check(id: string): Promise<void>;
  /** Proposes to pay back what came too late, as the system. */
  open(paymentId: string): Promise<void>;
}

/** When the provider's answer is a refund that is not ours, a person must look: not asked again before. Milliseconds. */
const DISPUTED_MS = 3600_000;

const TOLD: Partial<Record<RefundEvent, RefundEventName>> = {
  push: 'refund.pushed',
  accept: 'refund.pending',
  lose: 'refund.unknown',
  fail: 'refund.failed',
};

export function createPayoutsService({ db, notifier, clock, providers, logger }: PayoutsDeps): PayoutsService {
  /** Moves a refund, when the event means something to it, and sets when it is looked at again. The refund, when it was moved. */
  async function apply(id: string, event: RefundEvent | null, failure: RefundFailure | null = null): Promise<RefundRow | null> {
    const moved = await db.transaction(async (tx) => {
      const refund = await lockRefund(tx, id);
      // What a person says to have paid by hand is not given to the provider until another one has said that it was not.
      if (!refund || !isOwed(refund.state) || (event === 'push' && refund.handBy)) return null;
      const at = clock();
      const to = event && afterRefundEvent(refund.state, event);
      const state = to ?? refund.state;
      const nextCheckAt = state === 'failed' ? null : new Date(at.getTime() + checkDelayMs(refund.checks));
      const again = { checks: refund.checks + 1, nextCheckAt, updatedAt: at };
      const pushes = refund.pushes + (to && event === 'push' ? 1 : 0);
      if (!to || to === refund.state) {
        await updateRefund(tx, id, { ...again, pushes });
        return to ? refund : null;
      }
      await updateRefund(tx, id, { ...again, state: to, failure, pushes });
      const told = TOLD[event];
      if (told) await tellOfRefund(tx, told, refund);
      return refund;
    });
    notifier.wake();
    return moved;
  }

  /** Cash is given back over the counter, by a person (server/tills): no job can. */
  async function isCash(id: string): Promise<boolean> {
    const refund = await findRefund(db, id);
    const intent = refund && (await findIntent(db, refund.intentId));
    return intent?.provider === 'cash';
  }

  async function push(id: string): Promise<void> {
    if (await isCash(id)) return;
    // Written before the call: whoever dies in between leaves a refund of which it is known that it may have been given.
    const refund = await apply(id, 'push');
    if (!refund) return;
    const { provider, request } = await callOf(refund);
    const answer = await provider.refund(request);
    switch (answer.kind) {
      case 'accepted':
        return void (await apply(id, 'accept'));
      case 'refused':
        return refused(refund, answer.failure);
      case 'busy':
        return void (await apply(id, null));
      case 'unclear':
        logger.warn({ refundId: id, why: answer.why }, 'it is not known whether the provider has the refund');
        return void (await apply(id, 'lose'));
    }
  }

  /** A no is final only when the provider has nothing under that id: an earlier call, whose answer was lost, may have been taken. */
  async function refused(refund: RefundRow, failure: RefundFailure): Promise<void> {
    const { provider, request } = await callOf(refund);
    const status = await provider.fetchRefund(request);
    if (status.kind === 'succeeded') return settle(refund, status);
    const gone = status.kind === 'not_found' || status.kind === 'failed';
    await apply(refund.id, gone ? 'fail' : 'lose', gone ? failure : null);
  }

  async function check(id: string): Promise<void> {
    const refund = await findRefund(db, id);
    if (!refund || !isOwed(refund.state) || refund.state === 'failed' || (await isCash(id))) return;
    if (refund.state === 'approved') return push(id);
    const { provider, request } = await callOf(refund);
    const status = await provider.fetchRefund(request);
    switch (status.kind) {
      case 'succeeded':
        return settle(refund, status);
      case 'failed':
        return void (await apply(id, 'fail', status.failure));
      case 'pending':
        return void (await apply(id, 'accept'));
      case 'not_found':
        // It had said yes: it is asked once more before it is given again.
        return refund.state === 'pending' ? void (await apply(id, 'lose')) : push(id);
      case 'unavailable':
        logger.info({ refundId: id, why: status.why }, 'the provider does not say how a refund stands');
        return void (await apply(id, null));
    }
  }

  async function settle(refund: RefundRow, status: Extract<RefundStatus, { kind: 'succeeded' }>): Promise<void> {
    const { id, amount, currency, pushId } = refund;
    const { provider } = await callOf(refund);
    const agrees = status.amount === provider.writeAmount(amount) && status.currency === currency && status.refundId === pushId;
    const booked = agrees && (await db.transaction((tx) => book(tx, id, pushId, provider, status.reference)));
    if (booked) {
      notifier.wake();
      logger.info({ refundId: id }, 'refund paid back');
    } else if (booked === false) {
      logger.error(
        { refundId: id },
        'ALARM a provider says paid back, but not this amount, currency and reference: nothing is booked',
      );
      await apply(id, 'lose');
      await db.transaction((tx) => updateRefund(tx, id, { nextCheckAt: new Date(clock().getTime() + DISPUTED_MS) }));
    }
  }

  /** True: booked. Null: there was nothing to book any more. False: the provider's number is another refund's. */
  async function book(tx: Tx, id: string, pushId: string, { code }: PaymentProvider, reference: string): Promise<boolean | null> {
    const refund = await lockRefund(tx, id);
    const state = refund && afterRefundEvent(refund.state, 'succeed');
    if (!state || refund.pushId !== pushId) return null;
    const at = clock();
    if (!(await insertPayout(tx, refund, { channel: code, reference, at }))) return false;
    await insertRefundPosting(tx, refund, payoutLines(`provider:${code}`, refund.amount), at);
    // What was said to be paid by hand meanwhile was not needed: who said it sees that the provider paid.
    const noHand = { handBy: null, handReference: null, handAt: null };
    await updateRefund(tx, id, { ...noHand, state, failure: null, nextCheckAt: null, settledAt: at, updatedAt: at });
    await audit(tx, null, 'refund.paid', id, { amount: refund.amount, channel: code });
    await tellOfRefund(tx, 'refund.succeeded', refund);
    return true;
  }

  async function open(paymentId: string): Promise<void> {
    const intent = await findIntent(db, paymentId);
    if (intent?.state !== 'reconciled') return;
    await db.transaction(async (tx) => {
      const at = clock();
      const id = await insertRefund(tx, {
        ...{ intentId: paymentId, kind: 'refund_due', amount: intent.refundDue, currency: intent.currency },
        ...{ reason: 'late_success', idempotencyKey: paymentId, proposalDigest: '', proposedAt: at, updatedAt: at },
      });
      if (!id) return;
      await audit(tx, null, 'refund.proposed', id, { amount: intent.refundDue, reason: 'late_success' });
      await tellOfRefund(tx, 'refund.proposed', { id, intentId: paymentId });
    });
    notifier.wake();
  }

  async function callOf(refund: RefundRow): Promise<{ provider: PaymentProvider; request: RefundRequest }> {
    const intent = await findIntent(db, refund.intentId);
    const provider = intent && intent.provider !== 'cash' ? providers.find(intent.provider) : null;
    if (!intent || !provider) throw new Error(`the provider of refund ${refund.id} has no keys here`);
    const reference = await providerReferenceOf(db, intent.id);
    const { pushId: id, amount, currency } = refund;
    const payment = { intentId: intent.id, reference, phone: intent.phone ?? '' };
    return { provider, request: { id, payment, amount, currency, message: 'Vignette' } };
  }

  return { push, check, open };
}
