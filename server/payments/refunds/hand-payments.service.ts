import { randomUUID } from 'node:crypto';
import type { Tx } from '#db/connect.ts';
import { insertPayout, insertRefundPosting, lockRefund, updateRefund, type RefundRow } from '#db/refunds.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { RefundView } from '#shared/contracts/refunds.ts';
import { payoutLines } from '#shared/domain/payments/refund-posting.ts';
import { afterRefundEvent } from '#shared/domain/payments/refund-state.ts';
import { can, type Action, type Actor } from '#shared/domain/policy.ts';
import { refundView, tellOfRefund } from './refund-events.ts';
import { audit, reaches, refusePayer, type RefundsDeps } from './refunds.service.ts';

/**
 * What people do about an approved refund that its provider cannot pay, or of which it does not say whether it did. All throw FORBIDDEN,
 * REFUND_NOT_FOUND, and REFUND_STATE_CONFLICT when it is not (any more) to be done.
 */
export interface HandPaymentsService {
  /** After the provider's no: gives it anew, under another id. */
  retry(actor: Actor, id: string): Promise<RefundView>;
  /** Says that it was paid by hand; counts when another person confirms. Until then the provider is not given it. */
  settle(actor: Actor, id: string, reference: string): Promise<RefundView>;
  /** @throws AppError REFUND_SAME_PERSON, REFUND_OWN_PAYMENT, REFUND_REFERENCE_USED */
  confirm(actor: Actor, id: string, agreed: boolean): Promise<RefundView>;
}

/** The provider is asked again so long after a person said that it was not paid by hand. Milliseconds. */
const AGAIN_MS = 5_000;
const NO_HAND = { handBy: null, handReference: null, handAt: null };

export function createHandPaymentsService({ db, notifier, clock }: RefundsDeps): HandPaymentsService {
  async function act(
    actor: Actor,
    id: string,
    action: Action,
    work: (tx: Tx, refund: RefundRow) => Promise<unknown>,
  ): Promise<RefundView> {
    if (!can(actor, action)) throw new AppError('FORBIDDEN');
    const view = await db.transaction(async (tx) => {
      const refund = await lockRefund(tx, id);
      if (!refund) throw new AppError('REFUND_NOT_FOUND');
      const cash = action === 'refund.decide' ? 'cash.decide' : 'cash.reverse';
      if (!(await reaches(tx, actor, cash, refund.intentId))) throw new AppError('FORBIDDEN');
      await work(tx, refund);
      return refundView(tx, id);
    });
    notifier.wake();
    return view;
  }
  const conflict = ({ state }: RefundRow): AppError => new AppError('REFUND_STATE_CONFLICT', { state });

  return {
    retry: (actor, id) =>
      act(actor, id, 'refund.settle', async (tx, refund) => {
        const state = afterRefundEvent(refund.state, 'retry');
        if (!state || refund.handBy) throw conflict(refund);
        const at = clock();
        const fresh = { pushId: randomUUID(), pushes: 0, checks: 0, failure: null };
        await updateRefund(tx, id, { ...fresh, state, nextCheckAt: new Date(at.getTime() + AGAIN_MS), updatedAt: at });
        await audit(tx, actor, 'refund.retried', id, { formerPushId: refund.pushId });
        await tellOfRefund(tx, 'refund.retried', refund);
      }),

    settle: (actor, id, reference) =>
      act(actor, id, 'refund.settle', async (tx, refund) => {
        if (!afterRefundEvent(refund.state, 'settle') || refund.handBy) throw conflict(refund);
        await refusePayer(tx, actor, refund);
        const at = clock();
        await updateRefund(tx, id, { handBy: actor.userId, handReference: reference, handAt: at, updatedAt: at });
        await audit(tx, actor, 'refund.paid_by_hand', id, { amount: refund.amount });
        await tellOfRefund(tx, 'refund.paid_by_hand', refund);
      }),

    confirm: (actor, id, agreed) =>
      act(actor, id, 'refund.decide', async (tx, refund) => {
        const state = afterRefundEvent(refund.state, 'settle');
        if (!state || !refund.handBy || !refund.handReference) throw conflict(refund);
        if (refund.handBy === actor.userId) throw new AppError('REFUND_SAME_PERSON');
        await refusePayer(tx, actor, refund);
        const at = clock();
        if (!agreed) {
          const nextCheckAt = refund.state === 'failed' ? null : new Date(at.getTime() + AGAIN_MS);
          await updateRefund(tx, id, { ...NO_HAND, nextCheckAt, updatedAt: at });
          await audit(tx, actor, 'refund.hand_refused', id, { amount: refund.amount });
          return tellOfRefund(tx, 'refund.hand_refused', refund);
        }
        if (!(await insertPayout(tx, refund, { channel: 'hand', reference: refund.handReference, at })))
          throw new AppError('REFUND_REFERENCE_USED');
        await insertRefundPosting(tx, refund, payoutLines('treasury', refund.amount), at);
        const settled = { state, handConfirmedBy: actor.userId, failure: null, nextCheckAt: null, settledAt: at, updatedAt: at };
        await updateRefund(tx, id, settled);
        await audit(tx, actor, 'refund.paid', id, { amount: refund.amount, channel: 'hand' });
        return tellOfRefund(tx, 'refund.succeeded', refund);
      }),
  };
}
