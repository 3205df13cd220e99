import type { Operator, StatementFault } from './controls.ts';
import type { SandboxOrder } from './orders.ts';

/**
 * An operator's statement of a day in a time zone: what it moved, one line each, oldest first, in the columns that it is known to export.
 * `fault`: how it differs from what happened.
 *   missing  the first line is not there; extra: one of nobody's is; amount: the first line has another; doubled: it is there twice
 */
export function writeStatement(
  operator: Operator,
  day: string,
  orders: readonly SandboxOrder[],
  fault: StatementFault | null,
  timeZone = 'UTC',
): string {
  const moved = orders
    .filter((one) => one.operator === operator && one.status === 'SUCCESSFUL' && timeOf(one, timeZone).slice(0, 10) === day)
    .reverse()
    .map((one) => lineOf(one, timeZone));
  const { header, write } = FORMATS[operator];
  return [header, ...differ(moved, fault, day).map(write)].map((cells) => cells.map(cell).join(',')).join('\r\n') + '\r\n';
}

interface Line {
  id: string;
  externalId: string;
  transaction: string;
  at: string;
  kind: SandboxOrder['kind'];
  amount: string;
  currency: string;
  msisdn: string;
}

/** `YYYY-MM-DD HH:MM:SS` on the wall of the time zone. */
const timeOf = (order: SandboxOrder, timeZone: string): string =>
  new Date(order.endedAt ?? order.takenAt).toLocaleString('sv-SE', { timeZone });

const lineOf = (order: SandboxOrder, timeZone: string): Line => ({
  ...{ id: order.id, externalId: order.externalId, transaction: order.financialTransactionId ?? '', at: timeOf(order, timeZone) },
  ...{ kind: order.kind, amount: order.amount, currency: order.currency, msisdn: order.msisdn ?? '' },
});

function differ(lines: Line[], fault: StatementFault | null, day: string): Line[] {
  const [first, ...rest] = lines;
  if (fault === 'extra') {
    const stranger = { id: '00000000-0000-4000-8000-000000000000', externalId: 'unknown', transaction: '9999999999' };
    const money = { kind: 'payment', amount: '12345', currency: first?.currency ?? 'MGA', msisdn: '261340000000' } as const;
    return [...lines, { ...stranger, ...money, at: `${day} 23:59:00` }];
  }
  if (!first || fault === null) return lines;
  if (fault === 'missing') return rest;
  if (fault === 'doubled') return [first, first, ...rest];
  return [{ ...first, amount: String(Number(first.amount) + 100) }, ...rest];
}

const FORMATS: Readonly<Record<Operator, { header: string[]; write: (line: Line) => string[] }>> = {
  mtn: {
    header: ['Id', 'External id', 'Date', 'Status', 'Type', 'From', 'To', 'Amount', 'Currency', 'Reference Id'],
    write: (line) => [
      ...[line.transaction, line.externalId, line.at, 'Successful'],
      ...(line.kind === 'payment'
        ? ['Payment', line.msisdn, '']
        : [line.kind === 'refund' ? 'Refund' : 'Transfer', '', line.msisdn]),
      ...[line.kind === 'payment' ? line.amount : `-${line.amount}`, line.currency, line.id],
    ],
  },
  mvola: {
    header: ['Date', 'Transaction', 'Type', 'Emetteur', 'Montant', 'Devise', 'Frais', 'Reference', 'Correlation', 'Statut'],
    write: (line) => [
      ...[line.at, line.transaction, 'MerchantPay', line.msisdn, line.amount, line.currency, '0'],
      ...[line.externalId, line.id, 'completed'],
    ],
  },
  // The report "Balance change from activity", itemized: amounts with decimals where the currency has them, refunds negative.
  stripe: {
    header: [
      ...['balance_transaction_id', 'created_utc', 'available_on_utc', 'currency', 'gross', 'fee', 'net', 'reporting_category'],
      ...['source_id', 'payment_intent_id', 'checkout_session_id', 'client_reference_id'],
    ],
    write: (line) => {
      const gross = `${line.kind === 'refund' ? '-' : ''}${decimals(line.amount, line.currency)}`;
      const { at } = line;
      return [
        ...[`txn_${line.transaction}`, at, at, line.currency, gross, '0', gross, line.kind === 'refund' ? 'refund' : 'charge'],
        ...(line.kind === 'refund' ? [line.id, '', ''] : [line.transaction, line.transaction, line.id]),
        line.externalId,
      ];
    },
  },
};

const ZERO_DECIMAL = new Set(['mga', 'xof', 'xaf']);
const decimals = (amount: string, currency: string): string =>
  ZERO_DECIMAL.has(currency) ? amount : `${amount.padStart(3, '0').slice(0, -2)}.${amount.padStart(3, '0').slice(-2)}`;

/** Cells that begin like a formula are not one to a spreadsheet. */
function cell(text: string): string {
  const safe = /^[=@+]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
