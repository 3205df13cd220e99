import { randomBytes, randomUUID } from 'node:crypto';
import { TransactionRollbackError } from 'drizzle-orm';
import type { Tx } from '#db/connect.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { ownersOfVehicles } from '#db/payment-views.repository.ts';
import { claimAssessments, itemsOf, markPaid, updateIntent, type IntentRow, type ItemRow } from '#db/payments.repository.ts';
import {
  insertLedger,
  insertPayments,
  insertReceipts,
  insertSettlement,
  takeReceiptNumbers,
  type NewReceipt,
} from '#db/postings.repository.ts';
import { civilDate, yearOf } from '#shared/domain/dates.ts';
import { afterEvent, holdsClaims } from '#shared/domain/payments/intent-state.ts';
import { ledgerLinesOf } from '#shared/domain/payments/posting.ts';
import { receiptText, seriesOf } from '#shared/domain/payments/receipt-text.ts';
import { lastDayOf } from '#shared/domain/tax/calendar.ts';
import type { ReceiptSigner } from '#shared/node/receipt-signer.ts';
import { garageChange } from '../vehicles/garage-events.ts';
import { paymentChange } from './payment-events.ts';

/** A receipt before it has a number: signed while nothing is locked. */
export type SignedReceipt = Pick<NewReceipt, 'reference' | 'itemId' | 'keyId' | 'text' | 'signature' | 'validUntil'>;

const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** 100 random bits in letters and digits that are not mistaken for each other. */
const newReference = (): string => Array.from(randomBytes(20), (byte) => LETTERS[byte % LETTERS.length]).join('');

/** Signs a receipt for each item. What it proves lasts to the end of the fiscal year. */
export function signReceipts(signer: ReceiptSigner, currency: string, items: readonly ItemRow[]): SignedReceipt[] {
  return items.map(({ id: itemId, plate, amount, fiscalYear }) => {
    const [reference, validUntil, keyId] = [newReference(), lastDayOf(fiscalYear), signer.keyId];
    const text = receiptText({ keyId, reference, plate, validUntil, amount, currency });
    return { reference, itemId, keyId, text, signature: signer.sign(text), validUntil };
  });
}

export interface Success {
  /** The provider's own number. */
  providerReference: string;
  receipts: readonly SignedReceipt[];
  at: Date;
  timeZone: string;
}

/**
 * Books a success of a locked intent, in the caller's transaction: settlement, taxes paid, payments, ledger, receipts, intent, outbox.
 * One whose taxes were given back and then paid by somebody else is booked as due for refund. False when it was booked before.
 */
export async function postSuccess(tx: Tx, intent: IntentRow, success: Success): Promise<boolean> {
  if (afterEvent(intent.state, 'succeed') === null) return false;
  const items = await itemsOf(tx, intent.id);
  const held = holdsClaims(intent.state) || (await claimAgain(tx, intent.id, items, success.at));
  const kind = held ? 'taxes' : 'refund_due';
  const { at, providerReference } = success;
  const { id, amount, provider, currency } = intent;
  await insertSettlement(tx, intent, { kind, providerReference, at });
  const lines = ledgerLinesOf(held ? { kind: 'taxes', provider, amount, items } : { kind: 'refund_due', provider, amount });
  await insertLedger(tx, { id: randomUUID(), intentId: id, currency, at, lines });
  const settled = { failure: null, nextCheckAt: null, settledAt: at, updatedAt: at };
  if (!held) {
    await updateIntent(tx, id, { ...settled, state: 'reconciled', refundDue: amount });
    await appendOutbox(tx, 'payment.refund_due', { paymentId: id }, [paymentChange(id)]);
    return true;
  }
  const taxes = items.map(({ assessmentId }) => assessmentId);
  if ((await markPaid(tx, taxes, at)) !== taxes.length) throw new Error(`a tax of payment ${id} was paid already`);
  await insertPayments(tx, intent, items, at);
  await updateIntent(tx, id, { ...settled, state: 'receipted' });
  const owners = await ownersOfVehicles(
    tx,
    items.map(({ vehicleId }) => vehicleId),
  );
  await issueReceipts(tx, intent, items, success);
  await appendOutbox(tx, 'payment.succeeded', { paymentId: id }, [paymentChange(id), ...owners.map(garageChange)]);
  return true;
}

/** All taxes of a late success, or none. */
async function claimAgain(tx: Tx, intentId: string, items: readonly ItemRow[], at: Date): Promise<boolean> {
  const ids = items.map(({ assessmentId }) => assessmentId);
  const nested = tx.transaction(async (inner) => {
    if ((await claimAssessments(inner, intentId, ids, at)).length > 0) inner.rollback();
  });
  return nested.then(
    () => true,
    (error: unknown) => {
      if (error instanceof TransactionRollbackError) return false;
      throw error;
    },
  );
}

async function issueReceipts(tx: Tx, intent: IntentRow, items: readonly ItemRow[], success: Success): Promise<void> {
  const series = seriesOf(intent.id);
  const year = yearOf(civilDate(success.at, success.timeZone));
  const numbers = await takeReceiptNumbers(tx, series, year, items.length);
  await insertReceipts(
    tx,
    items.map((item, index) => {
      const [signed, number] = [success.receipts.find(({ itemId }) => itemId === item.id), numbers[index]];
      if (!signed || number === undefined) throw new Error(`no receipt was signed for item ${item.id}`);
      return { ...signed, intentId: intent.id, series, year, number, issuedAt: success.at };
    }),
  );
}
