import { isDate, readMoney, REFERENCE, type StatementFormat } from '../statement-format.ts';

type Column = 'date' | 'currency' | 'gross' | 'fee' | 'category' | 'source' | 'paymentIntent' | 'session' | 'clientReference';

/** Stripe: "Balance change from activity", itemized, or the export of balance transactions. Days are UTC. */
export const stripeStatement: StatementFormat<Column> = {
  provider: 'stripe',
  calendar: 'utc',
  columns: {
    date: ['createdutc', 'created'],
    currency: ['currency'],
    gross: ['gross', 'amount'],
    fee: ['fee', 'fees'],
    category: ['reportingcategory', 'type'],
    source: ['sourceid', 'source'],
    paymentIntent: ['paymentintentid', 'paymentintent'],
    session: ['checkoutsessionid'],
    clientReference: ['clientreferenceid', 'paymentmetadatapayment'],
  },
  needed: ['date', 'currency', 'gross', 'category', 'source'],
  read(cell) {
    if (!isDate(cell('date'))) return 'date';
    const money = readMoney({ amount: cell('gross'), currency: cell('currency'), fee: cell('fee') });
    if (typeof money === 'string') return money;
    const category = cell('category').trim().toLowerCase();
    const kind = /^(charge|payment)$/.test(category) ? 'payment' : /^(refund|payment_refund)$/.test(category) ? 'refund' : null;
    // Payouts, disputes, Stripe's own fees: not what was ordered here, so a person looks.
    if (!kind) return 'kind';
    // A payment is known by its PaymentIntent; a refund by itself, for one payment may have several.
    const reference = kind === 'payment' ? cell('paymentIntent').trim() || cell('source').trim() : cell('source').trim();
    if (!REFERENCE.test(reference)) return 'reference';
    const ourId = kind === 'payment' ? cell('clientReference').trim().toLowerCase() : '';
    const amount = kind === 'refund' ? -Math.abs(money.amount) : money.amount;
    return { ...money, amount, kind, reference, ourId, handle: kind === 'payment' ? cell('session').trim() : '', moved: true };
  },
};
