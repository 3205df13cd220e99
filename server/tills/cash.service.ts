import { createHash } from 'node:crypto';
import { appendAudit } from '#db/audit.repository.ts';
import type { Tx } from '#db/connect.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import {
  claimAssessments,
  ensureAssessments,
  findIntent,
  findHolder,
  insertIntent,
  insertItems,
  itemsOf,
} from '#db/payments.repository.ts';
import { insertPayout, insertRefundPosting, lockRefund, updateRefund } from '#db/refunds.repository.ts';
import { asSystem } from '#db/scope.ts';
import { readTaking, readTill } from '#db/till-views.repository.ts';
import {
  balanceOfTill,
  digestOfIntent,
  findTaking,
  findTakingByKey,
  insertTaking,
  lockTill,
  payerOfTicket,
  seriesOfOffice,
  type TillRow,
} from '#db/tills.repository.ts';
import { findVehicle } from '#db/vehicles.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { CashQuote, QuotedTax, TakeCash, Taking, TillSummary } from '#shared/contracts/tills.ts';
import type { PaymentOrder } from '#shared/domain/payments/order.ts';
import { payoutLines } from '#shared/domain/payments/refund-posting.ts';
import { afterRefundEvent } from '#shared/domain/payments/refund-state.ts';
import { normalisePlate } from '#shared/domain/plates.ts';
import { priceOrder } from '../payments/orders.ts';
import { postTogether, prepareCash } from '../payments/posting.ts';
import { tellOfRefund } from '../payments/refunds/refund-events.ts';
import { tillChange, tillsChange } from './till-events.ts';
import type { TillAgent, TillsDeps } from './tills.service.ts';

/** Cash over the counter. */
export interface CashService {
  /** What taxes cost here today, and which cannot be taken now. @throws AppError VEHICLE_NOT_FOUND, TAX_NOT_PAYABLE */
  quote(agent: TillAgent, items: TakeCash['items']): Promise<CashQuote>;
  /**
   * Takes cash into one's open till: payment, ledger, claims and receipt numbers in one transaction. The same key with the same content
   * answers with the same taking.
   * @throws AppError TILL_NOT_FOUND, TILL_NOT_OPEN, IDEMPOTENCY_CONFLICT, VEHICLE_NOT_FOUND, TAX_NOT_PAYABLE, PAYMENT_AMOUNT_CHANGED,
   * CASH_TOO_LITTLE (with `missing`), TAX_ALREADY_PAID, TAX_HELD_BY_ORDER (with `provider`, `since`, `until`: one can wait for it)
   */
  take(agent: TillAgent, order: TakeCash): Promise<Taking>;
  /**
   * An approved refund of the office's cash was given over the counter. Said twice, it was given once.
   * @throws AppError TILL_NOT_FOUND, TILL_NOT_OPEN, TILL_CASH_SHORT (with `has`), REFUND_NOT_FOUND, REFUND_STATE_CONFLICT
   */
  payBack(agent: TillAgent, order: { tillId: string; refundId: string }): Promise<TillSummary>;
}

export function createCashService({ db, notifier, clock, country }: TillsDeps): CashService {
  async function ownTill(tx: Tx, agent: TillAgent, tillId: string): Promise<TillRow> {
    const till = await lockTill(tx, tillId);
    if (till?.agentId !== agent.userId || till.officeId !== agent.officeId) throw new AppError('TILL_NOT_FOUND');
    return till;
  }

  const priced = (tx: Tx, items: TakeCash['items'], at: Date): Promise<PaymentOrder[]> =>
    priceOrder(tx, { payerId: null, items, at, country, channel: 'office' });

  /** What became of the same press before; null: it is the first. */
  async function takenBefore(tx: Tx, agent: TillAgent, order: TakeCash): Promise<Taking | null> {
    const before = await findTakingByKey(tx, agent.userId, order.idempotencyKey);
    if (!before) return null;
    if ((await digestOfIntent(tx, before.intentId)) !== digestOf(order)) throw new AppError('IDEMPOTENCY_CONFLICT');
    return readTaking(tx, before.intentId);
  }

  async function claim(tx: Tx, intentId: string, orders: readonly (PaymentOrder & { assessmentId: string })[]): Promise<void> {
    const ids = orders.map(({ assessmentId }) => assessmentId);
    const held = await claimAssessments(tx, intentId, ids, clock());
    const first = orders.find(({ assessmentId }) => held.includes(assessmentId));
    if (!first) return;
    const { plate, fiscalYear } = first;
    const [holder, by] = [await findHolder(tx, first.assessmentId), await holderOfTax(tx, first.assessmentId)];
    if (holder?.paid || !by) throw new AppError('TAX_ALREADY_PAID', { plate, fiscalYear });
    throw new AppError('TAX_HELD_BY_ORDER', { plate, fiscalYear, ...by });
  }

  /** The order under way that holds a tax; null: none does. */
  async function holderOfTax(tx: Tx, assessmentId: string): Promise<QuotedTax['heldBy']> {
    const holder = await findHolder(tx, assessmentId);
    // Whoever's order it is, and wherever.
    const intent = holder && !holder.paid ? await asSystem(tx, () => findIntent(tx, holder.intentId)) : null;
    return intent && { provider: intent.provider, since: intent.createdAt.toISOString(), until: intent.expiresAt.toISOString() };
  }

  return {
    async quote(_agent, items) {
      return db.transaction(async (tx) => {
        const orders = await priced(tx, items, clock());
        const ids = await ensureAssessments(tx, orders);
        const quoted: QuotedTax[] = [];
        for (const { vehicleId, plate, country: of, fiscalYear, lines, amount } of orders) {
          const assessmentId = ids.get(`${vehicleId}:${fiscalYear}`) ?? '';
          const [vehicle, holder] = [await findVehicle(tx, vehicleId), await findHolder(tx, assessmentId)];
          quoted.push({
            ...{ plate, country: of, fiscalYear, lines: [...lines], amount },
            ...{ make: vehicle?.make ?? null, model: vehicle?.model ?? null },
            ...{ paid: holder?.paid ?? false, heldBy: await holderOfTax(tx, assessmentId) },
          });
        }
        return { items: quoted, amount: orders.reduce((sum, one) => sum + one.amount, 0), currency: country.currency.code };
      });
    },

    async take(agent, order) {
      const taking = await db.transaction(async (tx) => {
        // The till's lock comes first of all, whoever moves its cash: two presses, or a press and a closing, go one after the other.
        const till = await ownTill(tx, agent, order.tillId);
        const before = await takenBefore(tx, agent, order);
        if (before) return before;
        if (till.state !== 'open') throw new AppError('TILL_NOT_OPEN');
        const at = clock();
        const orders = await priced(tx, order.items, at);
        const amount = orders.reduce((sum, one) => sum + one.amount, 0);
        if (amount !== order.amount) throw new AppError('PAYMENT_AMOUNT_CHANGED', { amount });
        if (order.given < amount) throw new AppError('CASH_TOO_LITTLE', { missing: amount - order.given });
        const intentId = await insertIntent(tx, {
          payerId: order.ticketId ? await payerOfTicket(tx, order.ticketId, agent.userId) : null,
          ...{ idempotencyKey: order.idempotencyKey, orderDigest: digestOf(order), provider: 'cash', tillId: till.id },
          ...{ state: 'pending', amount, currency: till.currency, expiresAt: at, createdAt: at, updatedAt: at },
        });
        if (!intentId) throw new AppError('IDEMPOTENCY_CONFLICT');
        const ids = await ensureAssessments(tx, orders);
        const claimed = orders.map((one) => ({ ...one, assessmentId: ids.get(`${one.vehicleId}:${one.fiscalYear}`) ?? '' }));
        await claim(tx, intentId, claimed);
        await insertItems(tx, intentId, claimed);
        const { idempotencyKey, given } = order;
        const { officeId, id: tillId } = till;
        await insertTaking(tx, { intentId, tillId, agentId: agent.userId, officeId, idempotencyKey, given, takenAt: at });
        await appendAudit(tx, {
          ...{ actorId: agent.userId, action: 'cash.taken', entity: 'payment', entityId: intentId },
          details: { amount, tillId },
        });
        const [items, series] = [await itemsOf(tx, intentId), await seriesOfOffice(tx, officeId)];
        const posted = await postTogether(tx, [prepareCash(intentId, { items, at, timeZone: country.timeZone, series })]);
        if (posted.get(intentId) !== 'posted') throw new Error(`cash ${intentId} was not posted`);
        await appendOutbox(tx, 'till.changed', { tillId, officeId }, [tillChange(agent.userId), tillsChange(officeId)]);
        return readTaking(tx, intentId);
      });
      notifier.wake();
      if (!taking) throw new Error('a taking that was written is not there');
      return taking;
    },

    async payBack(agent, { tillId, refundId }) {
      const view = await db.transaction(async (tx) => {
        const refund = await lockRefund(tx, refundId);
        const taking = refund && (await findTaking(tx, refund.intentId));
        if (!refund || taking?.officeId !== agent.officeId) throw new AppError('REFUND_NOT_FOUND');
        const till = await ownTill(tx, agent, tillId);
        const state = afterRefundEvent(refund.state, 'settle');
        if (!state || refund.handBy) throw new AppError('REFUND_STATE_CONFLICT', { state: refund.state });
        if (till.state !== 'open') throw new AppError('TILL_NOT_OPEN');
        const has = await balanceOfTill(tx, tillId);
        if (has < refund.amount) throw new AppError('TILL_CASH_SHORT', { has });
        const at = clock();
        const paid = await insertPayout(tx, refund, { channel: 'cash', tillId, reference: refundId, at });
        if (!paid) throw new AppError('REFUND_STATE_CONFLICT', { state: refund.state });
        await insertRefundPosting(tx, refund, payoutLines(`till:${tillId}`, refund.amount), at);
        await updateRefund(tx, refundId, { state, failure: null, nextCheckAt: null, settledAt: at, updatedAt: at });
        await appendAudit(tx, {
          ...{ actorId: agent.userId, action: 'refund.paid', entity: 'refund', entityId: refundId },
          details: { amount: refund.amount, channel: 'cash', tillId },
        });
        await tellOfRefund(tx, 'refund.succeeded', refund);
        return readTill(tx, tillId);
      });
      notifier.wake();
      if (!view) throw new Error(`no till ${tillId}`);
      return view;
    },
  };
}

/** What the key was given for. What was given counts too: two presses say the same change. */
function digestOf({ items, amount, given, tillId }: TakeCash): string {
  const content = [tillId, amount, given, items.map(({ plate, fiscalYear }) => [normalisePlate(plate), fiscalYear])];
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url');
}
