import { sql, type SQL } from 'drizzle-orm';

/** Rules of the books about what was paid back; each finds what breaks it, as `where`. */
export const REFUND_RULES: Readonly<Record<string, SQL>> = {
  'an approved refund is in the ledger once, and once more when it was paid': sql`
    select f.id::text as "where" from refunds f
    left join (select refund_id, count(distinct posting_id) as postings,
        coalesce(sum(credit) filter (where account = 'refunds_payable'), 0) as promised,
        coalesce(sum(debit) filter (where account = 'refunds_payable'), 0) as paid
      from ledger_entries where refund_id is not null group by refund_id) e on e.refund_id = f.id
    where coalesce(e.promised, 0) <> case when f.state in ('proposed', 'rejected', 'withdrawn') then 0 else f.amount end
       or coalesce(e.paid, 0) <> case when f.state = 'succeeded' then f.amount else 0 end
       or coalesce(e.postings, 0) <> case when f.state in ('proposed', 'rejected', 'withdrawn') then 0 when f.state = 'succeeded' then 2 else 1 end`,
  'every correction is of a refund of that payment': sql`
    select distinct e.refund_id::text as "where" from ledger_entries e left join refunds f on f.id = e.refund_id and f.intent_id = e.intent_id
    where e.refund_id is not null and f.id is null`,
  'a refund was decided by a second person': sql`
    select id::text as "where" from refunds where decided_by = proposed_by or hand_confirmed_by = hand_by
       or (state not in ('proposed', 'withdrawn') and decided_by is null)`,
  'a refund that was paid says by whom, once, whole': sql`
    select f.id::text as "where" from refunds f full join refund_payouts p on p.refund_id = f.id
    where (f.state = 'succeeded') <> (p.refund_id is not null) or p.amount <> f.amount or p.currency <> f.currency
       or (p.channel = 'hand') <> (f.hand_confirmed_by is not null)`,
  'a refund’s taxes are its amount, of its own payment': sql`
    select f.id::text as "where" from refunds f left join refund_items r on r.refund_id = f.id left join payment_items i on i.id = r.item_id
    group by f.id having (f.kind = 'taxes' and (coalesce(sum(r.amount), 0) <> f.amount or bool_or(r.amount <> i.amount) or bool_or(i.intent_id <> f.intent_id)))
       or (f.kind = 'refund_due' and count(r.item_id) > 0)`,
  'what was approved is reversed, whole and once; nothing else is': sql`
    select coalesce(r.item_id, v.item_id)::text as "where" from (
      select i.item_id, i.refund_id, i.amount from refund_items i join refunds f on f.id = i.refund_id and f.kind = 'taxes'
      where f.state not in ('proposed', 'rejected', 'withdrawn')) r
    full join payment_reversals v on v.item_id = r.item_id and v.refund_id = r.refund_id
    where r.item_id is null or v.item_id is null or v.amount <> r.amount`,
  'what an account of revenue has is what was paid less what was reversed': sql`
    select e.account || ' ' || e.currency as "where" from (
      select account, currency, sum(credit - debit) as has,
        sum(credit) filter (where refund_id is null) as came, coalesce(sum(debit) filter (where refund_id is not null), 0) as went
      from ledger_entries where account like 'revenue:%' group by account, currency) e where e.has <> e.came - e.went or e.has < 0
    union all
    select 'all revenue ' || currency from (
      select currency, sum(amount) as sum from (
        select currency, amount from payments union all select currency, -amount from payment_reversals
        union all select currency, debit - credit from ledger_entries where account like 'revenue:%') t group by currency) s where sum <> 0`,
  'what is promised is what approved refunds wait for': sql`
    select currency as "where" from (
      select currency, credit - debit as amount from ledger_entries where account = 'refunds_payable'
      union all select currency, -amount from refunds where state in ('approved', 'pushed', 'pending', 'unknown', 'failed')) t
    group by currency having sum(amount) <> 0`,
  'a receipt whose tax was paid back proves nothing any more, and the tax is not paid by it': sql`
    select v.item_id::text as "where" from payment_reversals v join payment_items i on i.id = v.item_id
    left join receipts r on r.item_id = v.item_id left join receipt_revocations x on x.reference = r.reference
    left join assessment_claims c on c.assessment_id = i.assessment_id and c.intent_id = i.intent_id
    where x.reference is null or c.assessment_id is not null`,
};
