import { receiptText, seriesOf } from '#shared/domain/payments/receipt-text.ts';
import { lastDayOf } from '#shared/domain/tax/calendar.ts';
import { row, type TableRows } from '../copy.ts';
import { instantText, type DrawnCountry } from '../country.ts';
import { createReferences } from '../random.ts';
import type { Signing } from '../signing.ts';
import { reversals } from './reversals.ts';

export interface ReceiptsDeps {
  drawn: DrawnCountry;
  seed: number;
  keyId: string;
}

/** What is signed for each tax that was paid, in the order of the payments. */
export function* receiptTexts({ drawn, seed, keyId }: ReceiptsDeps): Generator<string> {
  const { takings, register, country } = drawn;
  const referenceOf = createReferences(seed);
  let item = -1;
  for (const { items, failed } of takings.intents) {
    for (const { vehicle, fiscalYear, price } of items) {
      item += 1;
      if (failed) continue;
      const plate = register.vehicles[vehicle]?.plate ?? '';
      const facts = { keyId, reference: referenceOf(item), plate, validUntil: lastDayOf(fiscalYear) };
      yield receiptText({ ...facts, amount: price.amount, currency: country.currency.code });
    }
  }
}

/** One receipt a tax; numbers without gaps in each series and year, in the order of time. They have no PDF in the object store. */
export const receiptTables = (deps: ReceiptsDeps & { signing: Signing }): TableRows[] => [
  {
    table: 'receipts',
    columns: [
      ...['reference', 'item_id', 'intent_id', 'series', 'year', 'number', 'key_id', 'text', 'signature', 'valid_until'],
      ...['issued_at', 'pdf_at'],
    ],
    rows: receipts(deps),
    frozen: true,
  },
  { table: 'receipt_counters', columns: ['series', 'year', 'last'], rows: counters(deps.drawn), frozen: true },
  {
    table: 'receipt_revocations',
    columns: ['reference', 'reason', 'revoked_at'],
    rows: revocations(deps),
    frozen: true,
  },
];

const seriesIn = ({ ids, takings, offices }: DrawnCountry, number: number): string => {
  const till = takings.tills[takings.intents[number]?.till ?? -1];
  return till ? (offices[till.office]?.series ?? '') : seriesOf(ids.intent(number));
};

async function* receipts(deps: ReceiptsDeps & { signing: Signing }): AsyncGenerator<string> {
  const { drawn, seed, keyId, signing } = deps;
  const { takings, ids, days } = drawn;
  const [referenceOf, texts, last] = [createReferences(seed), receiptTexts(deps), new Map<string, number>()];
  let [item, signed, chunk] = [-1, 0, ''];
  for (const [number, { at, day, items, failed }] of takings.intents.entries()) {
    const [series, year] = [failed ? '' : seriesIn(drawn, number), days.year(day)];
    const [intent, when, key] = [ids.intent(number), instantText(at), `${series}-${year}`];
    for (const { fiscalYear } of items) {
      item += 1;
      if (failed) continue;
      const next = (last.get(key) ?? 0) + 1;
      last.set(key, next);
      const made = signing.signature(signed++);
      const signature = typeof made === 'string' ? made : await made;
      chunk += row(
        ...[referenceOf(item), ids.item(item), intent, series, year, next, keyId, texts.next().value as string, signature],
        ...[lastDayOf(fiscalYear), when, when],
      );
    }
    if (chunk.length > 65_536) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

function* counters(drawn: DrawnCountry): Generator<string> {
  const last = new Map<string, { series: string; year: number; count: number }>();
  for (const [number, { day, items, failed }] of drawn.takings.intents.entries()) {
    if (failed) continue;
    const [series, year] = [seriesIn(drawn, number), drawn.days.year(day)];
    const found = last.get(`${series}-${year}`) ?? { series, year, count: 0 };
    found.count += items.length;
    last.set(`${series}-${year}`, found);
  }
  for (const { series, year, count } of last.values()) yield row(series, year, count);
}

function* revocations({ drawn, seed }: ReceiptsDeps): Generator<string> {
  const referenceOf = createReferences(seed);
  for (const { items, decidedAt } of reversals(drawn)) {
    for (const { number } of items) yield row(referenceOf(number), 'refunded', decidedAt);
  }
}
