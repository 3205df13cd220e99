import type { PaymentWay, ProviderCode } from '#shared/contracts/payments.ts';
import type { AssessmentLine, LineKind } from '#shared/contracts/tax.ts';

/** Where money lies that was paid: with a provider, or in a till (by the id of its session). */
export type Holder = `provider:${ProviderCode}` | `till:${string}`;

/**
 * An account of the ledger: who holds money for us (`safe`: of an office), what each kind of line has brought in, what
 * we owe back (undecided; approved), what was paid back by hand from elsewhere, what was too much or too little in tills, what a provider
 * has more or less than our books until it is known whose it is, and what it keeps.
 */
export type Account =
  | Holder
  | `safe:${string}`
  | 'cash_variance'
  | `suspense:${ProviderCode}`
  | `fees:${ProviderCode}`
  | 'revenue:tax'
  | 'revenue:penalty'
  | 'revenue:stamp_duty'
  | 'revenue:fee'
  | 'due:refund'
  | 'refunds_payable'
  | 'treasury';

/** One line of a posting: exactly one of debit and credit is more than 0; minor units. */
export interface LedgerLine {
  account: Account;
  debit: number;
  credit: number;
  /** The item that it is about; null for the provider's side. */
  itemId: string | null;
  fiscalYear: number | null;
}

export interface PostedItem {
  id: string;
  fiscalYear: number;
  amount: number;
  lines: readonly AssessmentLine[];
}

const REVENUE: Readonly<Record<Exclude<LineKind, 'exemption'>, Account>> = {
  tax: 'revenue:tax',
  penalty: 'revenue:penalty',
  stamp_duty: 'revenue:stamp_duty',
  fee: 'revenue:fee',
};

/** What money received is: the taxes of the items, or (when they were paid already) a debt to the payer. */
export type Received =
  | { kind: 'taxes'; holder: Holder; amount: number; items: readonly PostedItem[] }
  | { kind: 'refund_due'; holder: Holder; amount: number };

/** Where a payment's money lies. */
export function holderOf({ provider, tillId }: { provider: PaymentWay; tillId: string | null }): Holder {
  if (provider !== 'cash') return `provider:${provider}`;
  if (tillId === null) throw new Error('cash lies in a till');
  return `till:${tillId}`;
}

/**
 * The ledger lines of a success: one debit of who holds the money, a credit for each line of each item. Debits are credits.
 * Throws when the items do not add up to the amount: nothing may be posted then.
 */
export function ledgerLinesOf(received: Received): LedgerLine[] {
  const { holder, amount } = received;
  if (!Number.isSafeInteger(amount) || amount <= 0) throw new Error('a posting is of a positive whole number of minor units');
  const held: LedgerLine = { account: holder, debit: amount, credit: 0, itemId: null, fiscalYear: null };
  if (received.kind === 'refund_due') {
    return [held, { account: 'due:refund', debit: 0, credit: amount, itemId: null, fiscalYear: null }];
  }
  const credits = received.items.flatMap(creditsOf);
  const sum = credits.reduce((total, { credit }) => total + credit, 0);
  if (sum !== amount) throw new Error(`the items are ${sum}, the amount is ${amount}`);
  return [held, ...credits];
}

function creditsOf({ id, fiscalYear, amount, lines }: PostedItem): LedgerLine[] {
  const credits = lines.flatMap(({ kind, amount: credit }): LedgerLine[] => {
    if (kind === 'exemption') {
      if (credit !== 0) throw new Error('an exemption has no amount');
      return [];
    }
    if (credit < 0) throw new Error('no line is negative');
    return credit === 0 ? [] : [{ account: REVENUE[kind], debit: 0, credit, itemId: id, fiscalYear }];
  });
  const sum = credits.reduce((total, { credit }) => total + credit, 0);
  if (sum !== amount) throw new Error(`the lines of item ${id} are ${sum}, its amount is ${amount}`);
  return credits;
}
