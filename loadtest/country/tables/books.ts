import { holderOf, type LedgerLine } from '#shared/domain/payments/posting.ts';
import { payoutLines } from '#shared/domain/payments/refund-posting.ts';
import { countedLines, floatLines } from '#shared/domain/tills/till-posting.ts';
import { row, type TableRows, type Value } from '../copy.ts';
import { assessmentNumber, instantText, type DrawnCountry } from '../country.ts';
import { reversals } from './reversals.ts';
import { countTills } from './tills.ts';

/** What was booked: payments by fiscal year, and both sides of each posting. */
export const bookTables = (drawn: DrawnCountry, years: readonly number[]): TableRows[] => [
  ...years.map((year) => ({
    table: `payments_${year}`,
    columns: [
      ...[
        'fiscal_year',
        'item_id',
        'intent_id',
        'assessment_id',
        'vehicle_id',
        'payer_id',
        'provider',
        'amount',
        'currency',
        'paid_at',
      ],
    ],
    rows: payments(drawn, year),
    frozen: true,
  })),
  {
    table: 'ledger_entries',
    columns: [
      ...['posting_id', 'ordinal', 'intent_id', 'till_id', 'refund_id', 'item_id', 'account', 'debit', 'credit', 'currency'],
      ...['fiscal_year', 'posted_at'],
    ],
    rows: ledger(drawn),
    frozen: true,
  },
];

function* payments({ takings, ids, country }: DrawnCountry, year: number): Generator<string> {
  let item = 0;
  for (const [number, { owner, way, byAccount, at, items, failed }] of takings.intents.entries()) {
    const first = item;
    item += items.length;
    // An order is of one fiscal year.
    if (failed || items[0]?.fiscalYear !== year) continue;
    const [intent, payer, when] = [ids.intent(number), byAccount ? ids.user(owner) : null, instantText(at)];
    for (const [index, { vehicle, fiscalYear, price }] of items.entries()) {
      const assessment = ids.assessment(assessmentNumber(vehicle, fiscalYear));
      yield row(
        ...[fiscalYear, ids.item(first + index), intent, assessment, ids.vehicle(vehicle), payer, way, price.amount],
        ...[country.currency.code, when],
      );
    }
  }
}

interface Posting {
  id: string;
  intent: string | null;
  till: string | null;
  refund: string | null;
  at: string;
}

function* ledger(drawn: DrawnCountry): Generator<string> {
  yield* settled(drawn);
  yield* tillPostings(drawn);
  yield* refundPostings(drawn);
}

/** Of each success: who holds the money, and what each line of each item brought in. */
function* settled({ takings, ids, country }: DrawnCountry): Generator<string> {
  const currency = country.currency.code;
  let item = 0;
  for (const [number, { way, amount, at, items, failed, till }] of takings.intents.entries()) {
    if (failed) {
      item += items.length;
      continue;
    }
    const [posting, intent, when] = [ids.posting(number), ids.intent(number), instantText(at)];
    const holder = holderOf({ provider: way, tillId: till < 0 ? null : ids.till(till) });
    let ordinal = 0;
    const line = (of: string | null, account: string, debit: number, credit: number, year: Value): string =>
      row(posting, ordinal++, intent, null, null, of, account, debit, credit, currency, year, when);
    yield line(null, holder, amount, 0, null);
    for (const { fiscalYear, price } of items) {
      const id = ids.item(item);
      for (const { account, amount: credit } of price.credits) yield line(id, account, 0, credit, fiscalYear);
      item += 1;
    }
  }
}

const linesOf = function* (posting: Posting, lines: readonly LedgerLine[], currency: string): Generator<string> {
  const { id, intent, till, refund, at } = posting;
  for (const [ordinal, { itemId, account, debit, credit, fiscalYear }] of lines.entries()) {
    yield row(id, ordinal, intent, till, refund, itemId, account, debit, credit, currency, fiscalYear, at);
  }
};

/** The float of each till, and where its cash went at the end of the day. */
function* tillPostings(drawn: DrawnCountry): Generator<string> {
  const { ids, country, offices } = drawn;
  for (const { number, office, float, counted, expected, openedAt, closedAt } of countTills(drawn)) {
    const [till, safe] = [ids.till(number), offices[office]?.id ?? ''];
    const of = (id: string, at: string): Posting => ({ id, intent: null, till, refund: null, at });
    yield* linesOf(of(ids.tillPosting(2 * number), openedAt), floatLines(till, safe, float), country.currency.code);
    const closing = countedLines(till, { safe }, { counted, expected });
    yield* linesOf(of(ids.tillPosting(2 * number + 1), closedAt), closing, country.currency.code);
  }
}

/** What was reversed: out of the revenue into what is promised, then out of what the provider holds. */
function* refundPostings(drawn: DrawnCountry): Generator<string> {
  const { ids, country } = drawn;
  for (const { number, intent, provider, amount, lines, decidedAt, paidAt } of reversals(drawn)) {
    const of = (id: string, at: string): Posting => ({
      id,
      intent: ids.intent(intent),
      till: null,
      refund: ids.refund(number),
      at,
    });
    yield* linesOf(of(ids.refundPosting(2 * number), decidedAt), lines, country.currency.code);
    const paid = payoutLines(holderOf({ provider, tillId: null }), amount);
    yield* linesOf(of(ids.refundPosting(2 * number + 1), paidAt), paid, country.currency.code);
  }
}
