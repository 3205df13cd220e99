import type { ProviderCode } from '#shared/contracts/payments.ts';
import { reversalLines } from '#shared/domain/payments/refund-posting.ts';
import type { LedgerLine } from '#shared/domain/payments/posting.ts';
import { row, type TableRows } from '../copy.ts';
import { instantText, type DrawnCountry } from '../country.ts';

/** Payments that were paid back: proposed by one, approved by another, paid by the provider. */
export const reversalTables = (drawn: DrawnCountry): TableRows[] => [
  {
    table: 'refunds',
    columns: [
      ...[
        'id',
        'intent_id',
        'kind',
        'state',
        'version',
        'amount',
        'currency',
        'reason',
        'proposed_by',
        'office_id',
        'proposed_at',
      ],
      ...['idempotency_key', 'proposal_digest', 'decided_by', 'decided_at', 'push_id', 'pushes', 'settled_at', 'updated_at'],
    ],
    rows: refunds(drawn),
    frozen: true,
  },
  { table: 'refund_items', columns: ['refund_id', 'item_id', 'amount'], rows: refundItems(drawn), frozen: true },
  {
    table: 'refund_payouts',
    columns: ['refund_id', 'channel', 'reference', 'amount', 'currency', 'paid_at'],
    rows: payouts(drawn),
    frozen: true,
  },
  {
    table: 'payment_reversals',
    columns: ['item_id', 'refund_id', 'fiscal_year', 'amount', 'currency', 'reversed_at'],
    rows: reversed(drawn),
    frozen: true,
  },
];

export interface Reversal {
  /** Of the refund, and of the intent that it pays back. */
  number: number;
  intent: number;
  provider: ProviderCode;
  amount: number;
  items: readonly { number: number; fiscalYear: number; amount: number }[];
  /** Of the ledger, at the approval. */
  lines: readonly LedgerLine[];
  proposedAt: string;
  decidedAt: string;
  paidAt: string;
}

const DAY = 86_400;

/** In the order of their payments. The same each time it is asked. */
export function* reversals({ takings, ids }: DrawnCountry): Generator<Reversal> {
  let [number, item] = [0, 0];
  for (const [intent, { way, at, amount, items: own, reversed: is }] of takings.intents.entries()) {
    const first = item;
    item += own.length;
    if (!is || way === 'cash') continue;
    const items = own.map(({ fiscalYear, price }, index) => ({ number: first + index, fiscalYear, amount: price.amount, price }));
    const taken = items.flatMap(({ number: of, fiscalYear, price }) =>
      price.credits.map(({ account, amount: debit }): LedgerLine => ({
        account,
        debit,
        credit: 0,
        itemId: ids.item(of),
        fiscalYear,
      })),
    );
    const payable = reversalLines({ kind: 'refund_due', amount }).slice(1);
    const proposed = at + (1 + (intent % 9)) * DAY;
    yield {
      ...{ number, intent, provider: way, amount, items, lines: [...taken, ...payable] },
      proposedAt: instantText(proposed),
      decidedAt: instantText(proposed + DAY + (intent % 1_000)),
      paidAt: instantText(proposed + DAY + 1_200 + (intent % 1_000)),
    };
    number += 1;
  }
}

function* refunds(drawn: DrawnCountry): Generator<string> {
  const { ids, agents, supervisors, offices, country } = drawn;
  for (const { number, intent, amount, proposedAt, decidedAt, paidAt } of reversals(drawn)) {
    const [by, decider] = [agents[number % agents.length], supervisors[number % supervisors.length]];
    yield row(
      ...[ids.refund(number), ids.intent(intent), 'taxes', 'succeeded', 5, amount, country.currency.code, 'paid_twice'],
      ...[by ?? null, offices[0]?.id ?? null, proposedAt, ids.refundKey(number), 'seed', decider ?? null, decidedAt],
      ...[ids.push(number), 1, paidAt, paidAt],
    );
  }
}

function* refundItems(drawn: DrawnCountry): Generator<string> {
  for (const { number, items } of reversals(drawn)) {
    for (const item of items) yield row(drawn.ids.refund(number), drawn.ids.item(item.number), item.amount);
  }
}

function* payouts(drawn: DrawnCountry): Generator<string> {
  for (const { number, provider, amount, paidAt } of reversals(drawn)) {
    yield row(drawn.ids.refund(number), provider, `R${9_000_000_000 + number}`, amount, drawn.country.currency.code, paidAt);
  }
}

function* reversed(drawn: DrawnCountry): Generator<string> {
  const { ids, country } = drawn;
  for (const { number, items, decidedAt } of reversals(drawn)) {
    for (const { number: item, fiscalYear, amount } of items) {
      yield row(ids.item(item), ids.refund(number), fiscalYear, amount, country.currency.code, decidedAt);
    }
  }
}
