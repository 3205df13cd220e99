import { stringify } from 'csv-stringify/sync';
import type { DifferenceView } from '#shared/contracts/reconciliation.ts';
import { minorDigitsOf } from '#shared/domain/currencies.ts';
import { decimalOf } from '#shared/domain/money.ts';

const COLUMNS = [
  ...['day', 'provider', 'kind', 'state', 'statement_minus_books', 'currency', 'line', 'line_as_it_came', 'their_reference'],
  ...['their_amount', 'payment', 'refund', 'our_state', 'our_amount', 'our_reference', 'decisions'],
];

const money = (amount: number, currency: string): string => decimalOf(amount, minorDigitsOf(currency) ?? 0);

/** What a spreadsheet takes for a formula is text here: a quote goes before it (OWASP, CSV injection). Amounts are our own numbers. */
const defused = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** Lines of the export of differences. */
export function differencesCsv(differences: readonly DifferenceView[], header: boolean): string {
  const rows = differences.map(({ line, ours, ...of }) => [
    ...[of.day, of.provider, of.kind, of.state, money(of.delta, of.currency), of.currency],
    ...[line ? String(line.number) : '', defused(line?.raw ?? ''), defused(line?.reference ?? '')],
    ...[line?.side ? money(line.side.amount, line.side.currency) : '', ours?.paymentId ?? '', ours?.refundId ?? ''],
    ...[ours?.state ?? '', ours ? money(ours.side.amount, ours.side.currency) : '', defused(ours?.reference ?? '')],
    defused(of.decisions.map(({ action, by, note, at }) => `${at} ${action}, ${by.name}: ${note}`).join(' | ')),
  ]);
  return stringify(header ? [COLUMNS, ...rows] : rows, { record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
}
