import { isDate, readMoney, REFERENCE, type StatementFormat } from '../statement-format.ts';

type Column = 'date' | 'transaction' | 'type' | 'amount' | 'currency' | 'fee' | 'reference' | 'correlation' | 'status';

/** MVola: the merchant account's statement. Its correlation id is what an order can be asked under when its answer was lost (ADR 010). It writes Ar for MGA. */
export const mvolaStatement: StatementFormat<Column> = {
  provider: 'mvola',
  calendar: 'country',
  columns: {
    date: ['date', 'dateheure', 'datetransaction'],
    transaction: ['transaction', 'transactionid', 'numerotransaction', 'transactionreference'],
    type: ['type', 'operation', 'transactiontype'],
    amount: ['montant', 'amount'],
    currency: ['devise', 'currency'],
    fee: ['frais', 'commission', 'fee'],
    reference: ['reference', 'referencemarchand', 'requestingorganisationtransactionreference'],
    correlation: ['correlation', 'servercorrelationid'],
    status: ['statut', 'status', 'etat'],
  },
  needed: ['date', 'transaction', 'amount', 'currency', 'status'],
  read(cell) {
    if (!isDate(cell('date'))) return 'date';
    const money = readMoney({
      amount: cell('amount'),
      currency: /^(ar|ariary)$/i.test(cell('currency').trim()) ? 'MGA' : cell('currency'),
      fee: cell('fee'),
    });
    if (typeof money === 'string') return money;
    const reference = cell('transaction').trim();
    if (!REFERENCE.test(reference)) return 'reference';
    const type = cell('type').trim().toLowerCase();
    if (type !== '' && !/^(merchant|paiement|payment|refund|remboursement|annulation|reversal)/.test(type)) return 'kind';
    const kind = money.amount < 0 || /^(refund|remboursement|annulation|reversal)/.test(type) ? 'refund' : 'payment';
    const [ourId, handle] = [cell('reference').trim().toLowerCase(), cell('correlation').trim()];
    const moved = /^(completed|success|succes|effectu|termin)/.test(
      cell('status').trim().normalize('NFD').replace(/\p{M}/gu, '').toLowerCase(),
    );
    return {
      ...money,
      amount: kind === 'refund' ? -Math.abs(money.amount) : money.amount,
      kind,
      reference,
      ourId,
      handle,
      moved,
    };
  },
};
