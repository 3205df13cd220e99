import { stringify } from 'csv-stringify/sync';
import type { DifferenceView } from '#shared/contracts/reconciliation.ts';
import { minorDigitsOf } from '#shared/domain/currencies.ts';
import { decimalOf } from '#shared/domain/money.ts';
import { defusedCell } from '#shared/domain/spreadsheet-cell.ts';

const COLUMNS = [
  ...['day', 'provider', 'kind', 'state', 'statement_minus_books', 'currency', 'line', 'line_as_it_came', 'their_reference'],
  ...['their_amount', 'payment', 'refund', 'our_state', 'our_amount', 'our_reference', 'decisions'],
];

const money = (amount: number, currency: string): string => decimalOf(amount, minorDigitsOf(currency) ?? 0);

/** Lines of the export of differences. */
export function differencesCsv(differences: readonly DifferenceView[], header: boolean): string {
  const rows = differences.map(({ line, ours, ...of }) => [
    ...[of.day, of.provider, of.kind, of.state, money(of.delta, of.currency), of.currency],
    ...[line ? String(line.number) : '', defusedCell(line?.raw ?? ''), defusedCell(line?.reference ?? '')],
    ...[line?.side ? money(line.side.amount, line.side.currency) : '', ours?.paymentId ?? '', ours?.refundId ?? ''],
    ...[ours?.state ?? '', ours ? money(ours.side.amount, ours.side.currency) : '', defusedCell(ours?.reference ?? '')],
    defusedCell(of.decisions.map(({ action, by, note, at }) => `${at} ${action}, ${by.name}: ${note}`).join(' | ')),
  ]);
  return stringify(header ? [COLUMNS, ...rows] : rows, { record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
}
