import { createHash } from 'node:crypto';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { findIntent, itemsOf, lockIntent, type IntentRow, type ItemRow } from '#db/payments.repository.ts';
import { findPaymentId, readRefundable } from '#db/refund-views.repository.ts';
import {
  findRefundByKey,
  holdersOfItems,
  insertRefund,
  insertRefundItems,
  letItemsGo,
  lockRefund,
  refundOfDue,
  updateRefund,
  type RefundRow,
} from '#db/refunds.repository.ts';
import { findTaking } from '#db/tills.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { ProposeRefund, Refundable, RefundView } from '#shared/contracts/refunds.ts';
import { afterRefundEvent, type RefundEvent } from '#shared/domain/payments/refund-state.ts';
import { can, type Action, type Actor } from '#shared/domain/policy.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { refundView, tellOfRefund } from './refund-events.ts';
import { reverse } from './reversal.ts';

export interface RefundsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
}

/**
 * What people do about refunds. Each asks the policy first (FORBIDDEN), and refuses who has a part in it already: REFUND_SAME_PERSON, who
 * proposed it; REFUND_OWN_PAYMENT, who is to be paid back.
 */
export interface RefundsService {
  /** A payment by its receipt's number or reference, or its id. @throws AppError PAYMENT_NOT_FOUND */
  find(actor: Actor, query: string): Promise<Refundable>;
  /**
   * The same key with the same content answers with the same refund.
   * @throws AppError IDEMPOTENCY_CONFLICT, PAYMENT_NOT_FOUND, REFUND_NOT_POSSIBLE (no money came, or other items), REFUND_AMOUNT_CHANGED
   * (with `amount`, what of it can still be paid back)
   */
  propose(actor: Actor, proposal: ProposeRefund): Promise<RefundView>;
  /** @throws AppError REFUND_NOT_FOUND, REFUND_STATE_CONFLICT (somebody was faster) */
  approve(actor: Actor, id: string): Promise<RefundView>;
  /** @throws AppError REFUND_NOT_FOUND, REFUND_STATE_CONFLICT */
  reject(actor: Actor, id: string, note: string): Promise<RefundView>;
  /** @throws AppError REFUND_NOT_FOUND, REFUND_STATE_CONFLICT */
  withdraw(actor: Actor, id: string): Promise<RefundView>;
}

/** First check when nothing else has moved the refund: the job that calls the provider was lost. Milliseconds. */
const UNMOVED_MS = 15_000;

export function createRefundsService({ db, notifier, clock }: RefundsDeps): RefundsService {
  async function known(actor: Actor, proposal: ProposeRefund): Promise<RefundView | null> {
    const refund = await findRefundByKey(db, actor.userId, proposal.idempotencyKey);
    if (!refund) return null;
    if (refund.proposalDigest !== digestOf(proposal)) throw new AppError('IDEMPOTENCY_CONFLICT');
    return refundView(db, refund.id);
  }

  async function write(tx: Tx, actor: Actor, intent: IntentRow, proposal: ProposeRefund): Promise<string | null> {
    // One proposal of a payment at a time: of two with the same key the second finds the first.
    await lockIntent(tx, intent.id);
    if (await findRefundByKey(tx, actor.userId, proposal.idempotencyKey)) return null;
    const items = await refundableItems(tx, intent, proposal);
    const at = clock();
    const kind = intent.state === 'reconciled' ? 'refund_due' : 'taxes';
    const id = await insertRefund(tx, {
      ...{ intentId: intent.id, kind, amount: proposal.amount, currency: intent.currency },
      ...{ reason: proposal.reason, note: proposal.note, proposedBy: actor.userId, officeId: actor.officeId },
      ...{ idempotencyKey: proposal.idempotencyKey, proposalDigest: digestOf(proposal), proposedAt: at, updatedAt: at },
    });
    if (!id) return null;
    if (kind === 'taxes' && (await insertRefundItems(tx, id, items)) !== items.length) {
      throw new AppError('REFUND_AMOUNT_CHANGED', { amount: await leftOf(tx, items) });
    }
    await audit(tx, actor, 'refund.proposed', id, { amount: proposal.amount, reason: proposal.reason });
    await tellOfRefund(tx, 'refund.proposed', { id, intentId: intent.id });
    return id;
  }

  /** Does something to a locked refund as one transaction, and tells of it. */
  async function act(
    actor: Actor,
    id: string,
    action: Action,
    event: RefundEvent,
    work: (tx: Tx, refund: RefundRow, state: RefundRow['state']) => Promise<unknown>,
  ): Promise<RefundView> {
    const view = await db.transaction(async (tx) => {
      const refund = await lockRefund(tx, id);
      if (!refund) throw new AppError('REFUND_NOT_FOUND');
      if (!can(actor, action, { ownerId: refund.proposedBy, officeId: refund.officeId })) throw new AppError('FORBIDDEN');
      // Cash is decided about where it was taken.
      if (action === 'refund.decide' && !(await reaches(tx, actor, 'cash.decide', refund.intentId)))
        throw new AppError('FORBIDDEN');
      const to = afterRefundEvent(refund.state, event);
      if (!to) throw new AppError('REFUND_STATE_CONFLICT', { state: refund.state });
      await work(tx, refund, to);
      return refundView(tx, id);
    });
    notifier.wake();
    return view;
  }

  return {
    async find(actor, query) {
      allow(actor, 'refund.propose');
      const paymentId = await findPaymentId(db, query);
      const found = paymentId && (await readRefundable(db, paymentId));
      if (!found || !(await reaches(db, actor, 'cash.reverse', found.paymentId))) throw new AppError('PAYMENT_NOT_FOUND');
      await audit(db, actor, 'payment.looked_up', found.paymentId, {}, 'payment');
      return found;
    },

    async propose(actor, proposal) {
      allow(actor, 'refund.propose');
      const before = await known(actor, proposal);
      if (before) return before;
      const intent = await findIntent(db, proposal.paymentId);
      if (!intent || !(await reaches(db, actor, 'cash.reverse', intent.id))) throw new AppError('PAYMENT_NOT_FOUND');
      if (intent.payerId === actor.userId) throw new AppError('REFUND_OWN_PAYMENT');
      const id = await db.transaction((tx) => write(tx, actor, intent, proposal));
      notifier.wake();
      if (id) return refundView(db, id);
      const other = await known(actor, proposal);
      if (!other) throw new AppError('REFUND_AMOUNT_CHANGED', { amount: 0 });
      return other;
    },

    approve: (actor, id) =>
      act(actor, id, 'refund.decide', 'approve', async (tx, refund, state) => {
        await refuseInvolved(tx, actor, refund);
        const at = clock();
        const taking = await findTaking(tx, refund.intentId);
        // Nobody is asked about cash: it is given over the counter (server/tills).
        const next = taking ? null : new Date(at.getTime() + UNMOVED_MS);
        await updateRefund(tx, id, { state, decidedBy: actor.userId, decidedAt: at, nextCheckAt: next, updatedAt: at });
        const owners = await reverse(tx, refund, at);
        await audit(tx, actor, 'refund.approved', id, { amount: refund.amount });
        await tellOfRefund(tx, 'refund.approved', refund, owners);
      }),

    reject: (actor, id, note) =>
      act(actor, id, 'refund.decide', 'reject', async (tx, refund, state) => {
        await refuseInvolved(tx, actor, refund);
        const at = clock();
        await updateRefund(tx, id, { state, decidedBy: actor.userId, decidedAt: at, decisionNote: note, updatedAt: at });
        await letItemsGo(tx, id);
        await audit(tx, actor, 'refund.rejected', id, { amount: refund.amount });
        await tellOfRefund(tx, 'refund.rejected', refund);
      }),

    withdraw: (actor, id) =>
      act(actor, id, 'refund.withdraw', 'withdraw', async (tx, refund, state) => {
        await updateRefund(tx, id, { state, updatedAt: clock() });
        await letItemsGo(tx, id);
        await audit(tx, actor, 'refund.withdrawn', id, { amount: refund.amount });
        await tellOfRefund(tx, 'refund.withdrawn', refund);
      }),
  };
}

/** The items that are proposed, when they can be paid back and are worth what the proposer was shown. */
async function refundableItems(tx: Tx, intent: IntentRow, { itemIds, amount }: ProposeRefund): Promise<ItemRow[]> {
  const all = await itemsOf(tx, intent.id);
  const items = all.filter(({ id }) => itemIds.includes(id));
  const due = intent.state === 'reconciled';
  // What came too late is one sum, however many taxes it was meant for.
  const whole = due ? items.length === all.length : items.length === new Set(itemIds).size;
  if ((!due && intent.state !== 'receipted') || !whole) throw new AppError('REFUND_NOT_POSSIBLE');
  const left = due ? ((await refundOfDue(tx, intent.id)) ? 0 : intent.refundDue) : await leftOf(tx, items);
  if (left !== amount) throw new AppError('REFUND_AMOUNT_CHANGED', { amount: left });
  return items;
}

/** What of these items no refund has yet, minor unit. */
async function leftOf(tx: Tx, items: readonly ItemRow[]): Promise<number> {
  const holders = await holdersOfItems(
    tx,
    items.map(({ id }) => id),
  );
  return items.reduce((sum, { id, amount }) => sum + (holders.has(id) ? 0 : amount), 0);
}

/** Whether a payment is within reach: one in cash is of the office that took it, all others of none. */
export async function reaches(db: Db | Tx, actor: Actor, action: Action, paymentId: string): Promise<boolean> {
  const taking = await findTaking(db, paymentId);
  return taking === null || can(actor, action, { officeId: taking.officeId });
}

/** Who decides about money is not who asked for it to go, and not who gets it; the database refuses the first as well. */
async function refuseInvolved(tx: Tx, actor: Actor, refund: RefundRow): Promise<void> {
  const taking = await findTaking(tx, refund.intentId);
  if (refund.proposedBy === actor.userId || taking?.agentId === actor.userId) throw new AppError('REFUND_SAME_PERSON');
  await refusePayer(tx, actor, refund);
}

export async function refusePayer(tx: Tx, actor: Actor, refund: RefundRow): Promise<void> {
  const intent = await findIntent(tx, refund.intentId);
  if (intent?.payerId === actor.userId) throw new AppError('REFUND_OWN_PAYMENT');
}

function allow(actor: Actor, action: Action): void {
  if (!can(actor, action)) throw new AppError('FORBIDDEN');
}

/** Every decision leaves a row: who, what, how much. */
export const audit = (
  tx: Db | Tx,
  actor: Pick<Actor, 'userId'> | null,
  action: string,
  entityId: string,
  details: Record<string, string | number | boolean | null> = {},
  entity = 'refund',
): Promise<void> => appendAudit(tx, { actorId: actor?.userId ?? null, action, entity, entityId, details });

/** What the key was given for, in a form that does not depend on how it was written. */
function digestOf({ paymentId, itemIds, amount, reason, note }: ProposeRefund): string {
  const content = [paymentId, [...itemIds].sort(), amount, reason, note];
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url');
}
