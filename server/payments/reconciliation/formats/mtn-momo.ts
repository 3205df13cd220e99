import { isDate, readMoney, REFERENCE, type StatementFormat } from '../statement-format.ts';

type Column = 'id' | 'externalId' | 'date' | 'status' | 'type' | 'amount' | 'currency' | 'fee' | 'referenceId';

/** MTN Mobile Money: the export of the partner portal's transactions. What goes back is a refund or a transfer of Disbursement. */
export const mtnMomoStatement: StatementFormat<Column> = {
  provider: 'mtn_momo',
  calendar: 'country',
  columns: {
    id: ['id', 'transactionid', 'financialtransactionid'],
    externalId: ['externalid', 'externaltransactionid'],
    date: ['date', 'datetime', 'transactiondate'],
    status: ['status', 'statut'],
    type: ['type', 'transactiontype'],
    amount: ['amount', 'montant'],
    currency: ['currency', 'devise'],
    fee: ['fee', 'fees', 'frais'],
    referenceId: ['referenceid', 'xreferenceid'],
  },
  needed: ['id', 'date', 'status', 'type', 'amount', 'currency'],
  read(cell) {
    if (!isDate(cell('date'))) return 'date';
    const money = readMoney({ amount: cell('amount'), currency: cell('currency'), fee: cell('fee') });
    if (typeof money === 'string') return money;
    const reference = cell('id').trim();
    if (!REFERENCE.test(reference)) return 'reference';
    const type = cell('type').trim().toLowerCase();
    const kind = /^(payment|paiement|collection)/.test(type)
      ? 'payment'
      : /^(refund|transfer|remboursement)/.test(type)
        ? 'refund'
        : null;
    if (!kind) return 'kind';
    const ourId = (cell('referenceId').trim() || cell('externalId').trim()).toLowerCase();
    const moved = /^success/i.test(cell('status').trim());
    return {
      ...money,
      amount: kind === 'refund' ? -Math.abs(money.amount) : money.amount,
      kind,
      reference,
      ourId,
      handle: '',
      moved,
    };
  },
};
