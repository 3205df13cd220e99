import { sql, type SQL } from 'drizzle-orm';
import type { Db, Tx } from './connect.ts';
import { REFUND_RULES } from './refund-audit.ts';
import { RECONCILIATION_RULES } from './reconciliation-audit.ts';
import { TILL_RULES } from './till-audit.ts';

/** A rule of the books, and where it does not hold: ids, never names. */
export interface LedgerFault {
  rule: string;
  /** The first hundred. */
  where: string[];
}

export interface LedgerAudit {
  faults: LedgerFault[];
  settlements: number;
  receipts: number;
  /** What came in, by currency, minor unit. */
  received: Record<string, number>;
  /** What of it was paid back. */
  paidBack: Record<string, number>;
}

/** Each finds what breaks its rule, as `where`. */
const RULES: Readonly<Record<string, SQL>> = {
  ...REFUND_RULES,
  ...TILL_RULES,
  ...RECONCILIATION_RULES,
  'debits are credits, in every posting': sql`
    select posting_id::text as "where" from ledger_entries group by posting_id, currency having sum(debit) <> sum(credit)`,
  'a settlement is in the ledger once, whole': sql`
    select s.intent_id::text as "where" from settlements s left join ledger_entries e on e.intent_id = s.intent_id and e.refund_id is null
    group by s.intent_id having coalesce(sum(e.debit), 0) <> s.amount or count(distinct e.posting_id) <> 1`,
  'every posting is of a settlement, a till’s own, or corrects a difference': sql`
    select distinct e.posting_id::text as "where" from ledger_entries e left join settlements s using (intent_id) where s.intent_id is null and e.till_id is null and e.difference_id is null`,
  'an item that was paid has one receipt, one payment and its amount in the ledger': sql`
    select i.id::text as "where" from payment_items i join settlements s on s.intent_id = i.intent_id and s.kind = 'taxes'
    left join (select item_id, count(*) as count from receipts group by item_id) r on r.item_id = i.id
    left join (select item_id, count(*) as count, min(fiscal_year) as year, sum(amount) as sum from payments group by item_id) p on p.item_id = i.id
    left join (select intent_id, item_id, sum(credit) as sum from ledger_entries where refund_id is null and item_id is not null group by 1, 2) e
      on e.intent_id = i.intent_id and e.item_id = i.id
    where r.count is distinct from 1 or p.count is distinct from 1 or p.year is distinct from i.fiscal_year
       or p.sum is distinct from i.amount or e.sum is distinct from i.amount`,
  'receipts and payments are of taxes that were settled': sql`
    select r.reference as "where" from receipts r left join settlements s on s.intent_id = r.intent_id and s.kind = 'taxes' where s.intent_id is null
    union all
    select p.item_id::text from payments p left join settlements s on s.intent_id = p.intent_id and s.kind = 'taxes' where s.intent_id is null`,
  'a payment’s items are its amount': sql`
    select n.id::text as "where" from payment_intents n left join payment_items i on i.intent_id = n.id
    group by n.id having coalesce(sum(i.amount), 0) <> n.amount`,
  'a payment says what became of its money': sql`
    select n.id::text as "where" from payment_intents n left join settlements s on s.intent_id = n.id
    where (n.state = 'receipted') <> (coalesce(s.kind, '') = 'taxes') or (n.state = 'reconciled') <> (coalesce(s.kind, '') = 'refund_due')
       or n.refund_due <> case when s.kind = 'refund_due' then s.amount else 0 end`,
  'a tax is paid by the payment that holds it': sql`
    select a.id::text as "where" from assessments a left join assessment_claims c on c.assessment_id = a.id
    left join settlements s on s.intent_id = c.intent_id and s.kind = 'taxes' where (a.paid_at is not null) <> (s.intent_id is not null)`,
  'receipt numbers have no gaps': sql`
    select c.series || '-' || c.year as "where" from receipt_counters c left join receipts r using (series, year)
    group by c.series, c.year, c.last having count(r.number) <> c.last or coalesce(max(r.number), 0) <> c.last`,
};

/** Proves the books, as of one moment. Reads all of them: for a replica, or a quiet hour. */
export const auditLedger = (db: Db): Promise<LedgerAudit> =>
  db.transaction(auditBooks, { isolationLevel: 'repeatable read', accessMode: 'read only' });

/** The same in a transaction that is open. */
export async function auditBooks(tx: Tx): Promise<LedgerAudit> {
  const faults: LedgerFault[] = [];
  // Whole tables are put beside each other: in memory, for as long as the transaction lasts.
  await tx.execute(sql`select set_config('work_mem', '128MB', true)`);
  for (const [rule, query] of Object.entries(RULES)) {
    // Planned as if all were wanted: for the first hundred, of which there are none, it would walk millions of rows by an index.
    const rows = await tx.execute<{ where: string }>(
      sql`with found as materialized (${query}) select "where" from found limit 100`,
    );
    if (rows.length > 0) faults.push({ rule, where: rows.map(({ where }) => where) });
  }
  const [counts] = await tx.execute<{ settlements: number; receipts: number }>(
    sql`select (select count(*)::int from settlements) as settlements, (select count(*)::int from receipts) as receipts`,
  );
  const sums = await tx.execute<{ currency: string; received: string; paid_back: string }>(sql`
    select currency, coalesce(sum(debit) filter (where refund_id is null and till_id is null and difference_id is null), 0)::text as received,
      coalesce(sum(debit) filter (where refund_id is not null and account = 'refunds_payable'), 0)::text as paid_back
    from ledger_entries group by currency order by currency`);
  const received = Object.fromEntries(sums.map((row) => [row.currency, Number(row.received)]));
  const paidBack = Object.fromEntries(sums.map((row) => [row.currency, Number(row.paid_back)]));
  return { faults, settlements: counts?.settlements ?? 0, receipts: counts?.receipts ?? 0, received, paidBack };
}
