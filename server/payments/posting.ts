import { randomBytes, randomUUID } from 'node:crypto';
import { TransactionRollbackError } from 'drizzle-orm';
import type { Tx } from '#db/connect.ts';
import { appendOutboxRows } from '#db/outbox.repository.ts';
import { ownersOfVehicles, receiptedView } from '#db/payment-views.repository.ts';
import { claimAssessments, lockIntents, markPaid, updateIntents, type IntentRow, type ItemRow } from '#db/payments.repository.ts';
import {
  balanceAtOnce,
  insertPayments,
  insertPostings,
  insertReceipts,
  insertSettlements,
  takeReceiptNumbers,
  type NewPosting,
  type NewReceipt,
} from '#db/postings.repository.ts';
import { civilDate, yearOf } from '#shared/domain/dates.ts';
import { afterEvent, holdsClaims } from '#shared/domain/payments/intent-state.ts';
import { holderOf, ledgerLinesOf } from '#shared/domain/payments/posting.ts';
import { receiptText, seriesOf } from '#shared/domain/payments/receipt-text.ts';
import { lastDayOf } from '#shared/domain/tax/calendar.ts';
import type { ReceiptSigner } from '#shared/node/receipt-signer.ts';
import { fileChanges } from '../vehicles/file-events.ts';
import { garageChange } from '../vehicles/garage-events.ts';
import { paymentChanges, paymentTold } from './payment-events.ts';

/** A receipt before it has a number: signed while nothing is locked, or (cash) by the payment workers right after. */
export type PreparedReceipt = Pick<NewReceipt, 'reference' | 'itemId' | 'keyId' | 'text' | 'signature' | 'validUntil'>;

const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** 100 random bits in letters and digits that are not mistaken for each other. */
const newReference = (): string => Array.from(randomBytes(20), (byte) => LETTERS[byte % LETTERS.length]).join('');

/** What the provider confirmed, with all that can be made ready before anything is locked. */
export interface Success {
  intentId: string;
  /** The provider's own number. */
  providerReference: string;
  items: readonly ItemRow[];
  /** One an item, in their order. */
  receipts: readonly PreparedReceipt[];
  /** Whose numbers the receipts get, in the year of `at` where the platform runs. */
  series: string;
  year: number;
  at: Date;
}

/** Signs a receipt for each item. What it proves lasts to the end of the fiscal year. */
export function prepareSuccess(
  signer: ReceiptSigner,
  intent: Pick<IntentRow, 'id' | 'currency'>,
  given: { providerReference: string; items: readonly ItemRow[]; at: Date; timeZone: string },
): Success {
  const { providerReference, items, at, timeZone } = given;
  const receipts = items.map(({ id: itemId, plate, amount, fiscalYear }) => {
    const [reference, validUntil, keyId] = [newReference(), lastDayOf(fiscalYear), signer.keyId];
    const text = receiptText({ keyId, reference, plate, validUntil, amount, currency: intent.currency });
    return { reference, itemId, keyId, text, signature: signer.sign(text), validUntil };
  });
  const [series, year] = [seriesOf(intent.id), yearOf(civilDate(at, timeZone))];
  return { intentId: intent.id, providerReference, items, receipts, series, year, at };
}

/** Cash that lies on the counter: its receipts get their numbers now, and are signed by who has the key (ADR 018). */
export function prepareCash(
  intentId: string,
  given: { items: readonly ItemRow[]; at: Date; timeZone: string; series: string },
): Success {
  const { items, at, timeZone, series } = given;
  const receipts = items.map(({ id: itemId, fiscalYear }) => ({
    ...{ reference: newReference(), itemId, validUntil: lastDayOf(fiscalYear) },
    ...{ keyId: null, text: null, signature: null },
  }));
  return { intentId, providerReference: intentId, items, receipts, series, year: yearOf(civilDate(at, timeZone)), at };
}

/** `before`: it needed no booking. `late`: its taxes were given back, so it goes alone (`postLate`). */
export type Posted = 'posted' | 'before' | 'late';

/** A success with its intent, locked. */
type Due = Success & { intent: IntentRow };

/**
 * Books successes in the caller's transaction, a few statements for all of them: settlements, taxes paid, payments, ledger, receipts,
 * intents, outbox. All or none: one that cannot be booked makes it throw. Locks are taken in one order, whoever posts: intents by id,
 * then counters by series and year, then topics by name; so two transactions never wait for each other crosswise.
 */
export async function postTogether(tx: Tx, successes: readonly Success[]): Promise<Map<string, Posted>> {
  const byId = new Map(successes.map((success) => [success.intentId, success]));
  const outcome = new Map<string, Posted>([...byId.keys()].map((id) => [id, 'before']));
  const due: Due[] = [];
  for (const intent of await lockIntents(tx, [...byId.keys()])) {
    const success = byId.get(intent.id);
    if (!success || afterEvent(intent.state, 'succeed') === null) continue;
    const held = holdsClaims(intent.state);
    outcome.set(intent.id, held ? 'posted' : 'late');
    if (held) due.push({ ...success, intent });
  }
  await bookTaxes(tx, due);
  return outcome;
}

/** Books a success whose taxes were given back: as taxes when all can be had again, else as due for refund. */
export async function postLate(tx: Tx, success: Success): Promise<Posted> {
  const [intent] = await lockIntents(tx, [success.intentId]);
  if (!intent || afterEvent(intent.state, 'succeed') === null) return 'before';
  const due = { ...success, intent };
  if (holdsClaims(intent.state) || (await claimAgain(tx, due))) await bookTaxes(tx, [due]);
  else await bookRefundDue(tx, due);
  return 'posted';
}

/**
 * Nothing here waits for what it does not need: what one statement writes, the next ones do not ask. They are sent together and stay in
 * order; each sends all that it has before it waits, so that nothing is sent after one of them has failed.
 */
async function bookTaxes(tx: Tx, due: readonly Due[]): Promise<void> {
  if (due.length === 0) return;
  const items = due.flatMap((one) => one.items);
  const taxes = due.flatMap(({ items: own, at }) => own.map(({ assessmentId: id }) => ({ id, at })));
  const [postings, wanted] = [postingsOf(due, 'taxes'), receiptsOf(due)];
  const [, paid, , , owners, numberOf] = await Promise.all([
    book(tx, due, 'taxes', postings),
    markPaid(tx, taxes),
    insertPayments(
      tx,
      due.map((one) => ({ ...one, paidAt: one.at })),
    ),
    updateIntents(
      tx,
      due.map(({ intent, at }) => ({ id: intent.id, state: 'receipted', settledAt: at })),
    ),
    ownersOfVehicles(
      tx,
      items.map(({ vehicleId }) => vehicleId),
    ),
    takeReceiptNumbers(tx, wanted),
  ]);
  if (paid !== taxes.length) throw new Error('a tax was paid already');
  const issued = wanted.map((receipt) => ({ ...receipt, number: numberOf(receipt) }));
  const rows = due.map(({ intent, intentId, items: own, at }) => ({
    name: 'payment.succeeded' as const,
    payload: { paymentId: intentId },
    changes: [
      paymentTold(intentId, () => receiptedView(settled(intent, at), own, issued)),
      ...[...new Set(own.flatMap(({ vehicleId }) => owners.get(vehicleId) ?? []))].map((userId) => garageChange(userId)),
      ...fileChanges(own),
    ],
  }));
  await Promise.all([insertReceipts(tx, issued), appendOutboxRows(tx, rows)]);
}

/** What `updateIntents` makes of an intent. */
const settled = (intent: IntentRow, settledAt: Date): IntentRow => ({
  ...intent,
  ...{ state: 'receipted', version: intent.version + 1, failure: null, nextCheckAt: null, refundDue: 0, settledAt },
});

async function bookRefundDue(tx: Tx, due: Due): Promise<void> {
  const { intent, at } = due;
  await book(tx, [due], 'refund_due', postingsOf([due], 'refund_due'));
  await updateIntents(tx, [{ id: intent.id, state: 'reconciled', settledAt: at, refundDue: intent.amount }]);
  const changes = [paymentChanges([intent.id])(intent.id)];
  await appendOutboxRows(tx, [{ name: 'payment.refund_due', payload: { paymentId: intent.id }, changes }]);
}

/** That the money came, and where it stands in the ledger. */
async function book(tx: Tx, due: readonly Due[], kind: 'taxes' | 'refund_due', postings: readonly NewPosting[]): Promise<void> {
  const booked = due.map(({ intent, providerReference, at }) => ({ intent, kind, providerReference, at }));
  // Checked at each statement rather than at the commit: what does not balance is known while it can still be told apart.
  await Promise.all([insertSettlements(tx, booked), balanceAtOnce(tx), insertPostings(tx, postings)]);
}

function postingsOf(due: readonly Due[], kind: 'taxes' | 'refund_due'): NewPosting[] {
  return due.map(({ intent, items, at }) => {
    const [holder, { id: intentId, amount, currency }] = [holderOf(intent), intent];
    const lines = ledgerLinesOf(kind === 'taxes' ? { kind, holder, amount, items } : { kind, holder, amount });
    return { id: randomUUID(), intentId, currency, at, lines };
  });
}

/** All taxes of a late success, or none. */
async function claimAgain(tx: Tx, { intentId, items, at }: Due): Promise<boolean> {
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

/** The receipts of payments, without their numbers. */
const receiptsOf = (due: readonly Due[]): Omit<NewReceipt, 'number'>[] =>
  due.flatMap(({ intentId, items, receipts, series, year, at }) =>
    items.map(({ id: itemId }) => {
      const signed = receipts.find((receipt) => receipt.itemId === itemId);
      if (!signed) throw new Error(`no receipt was signed for item ${itemId}`);
      return { ...signed, intentId, series, year, issuedAt: at };
    }),
  );
