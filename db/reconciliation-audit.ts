import { sql, type SQL } from 'drizzle-orm';

/** Rules of the books about corrections of differences with providers' statements; each finds what breaks it, as `where`. */
export const RECONCILIATION_RULES: Readonly<Record<string, SQL>> = {
  'every correction is of a difference that a second person approved, once, whole': sql`
    select coalesce(d.id::text, e.difference_id::text) as "where" from
      (select id, delta, currency from reconciliation_differences f where exists (
        select from reconciliation_decisions x where x.difference_id = f.id and x.action = 'approved')) d
    full join (select difference_id, count(distinct posting_id) as postings, min(posting_id::text) as posting, min(currency) as currency,
        sum(debit - credit) filter (where account like 'provider:%') as moved
      from ledger_entries where difference_id is not null group by difference_id) e on e.difference_id = d.id
    where d.id is null or e.difference_id is null or e.postings <> 1 or e.moved <> d.delta or e.currency <> d.currency
       or not exists (select from reconciliation_decisions x where x.difference_id = d.id and x.posting_id::text = e.posting and x.by <> x.proposed_by)`,
  'a correction moves a provider’s account against suspense or fees, and nothing else': sql`
    select e.posting_id::text as "where" from ledger_entries e left join reconciliation_differences f on f.id = e.difference_id
    where e.difference_id is not null and e.account not in ('provider:' || f.provider, 'suspense:' || f.provider, 'fees:' || f.provider)
    union all
    select posting_id::text from ledger_entries where difference_id is null and (account like 'suspense:%' or account like 'fees:%')`,
  'what people decided is where a difference stands': sql`
    select f.id::text as "where" from reconciliation_differences f
    left join lateral (select action from reconciliation_decisions x where x.difference_id = f.id order by ordinal desc limit 1) l on true
    where f.state <> case coalesce(l.action, 'refused') when 'refused' then 'open' when 'proposed' then 'proposed' else 'settled' end`,
};
