import { sql, type SQL } from 'drizzle-orm';

/** Rules of the books about cash; each finds what breaks it, as `where`. */
export const TILL_RULES: Readonly<Record<string, SQL>> = {
  'a till’s account is its float, what it took and what it paid back; closed, it is empty': sql`
    select t.id::text as "where" from till_sessions t
    left join (select account, sum(debit - credit) as has from ledger_entries where account like 'till:%' group by account) e on e.account = 'till:' || t.id
    left join (select n.till_id, sum(s.amount) as sum from payment_intents n join settlements s on s.intent_id = n.id group by n.till_id) p on p.till_id = t.id
    left join (select till_id, sum(amount) as sum from refund_payouts group by till_id) b on b.till_id = t.id
    where coalesce(e.has, 0) <> case when t.state = 'closed' then 0 else t.float_amount + coalesce(p.sum, 0) - coalesce(b.sum, 0) end
       or (t.state <> 'open' and t.expected_amount <> t.float_amount + coalesce(p.sum, 0) - coalesce(b.sum, 0))`,
  'an account of a till is of a till': sql`
    select distinct e.account as "where" from ledger_entries e left join till_sessions t on e.account = 'till:' || t.id
    where e.account like 'till:%' and (t.id is null or t.currency <> e.currency)`,
  'cash is taken once, by the agent of its till, in that till’s account': sql`
    select n.id::text as "where" from payment_intents n left join cash_takings c on c.intent_id = n.id and c.till_id = n.till_id
    left join (select intent_id, account, sum(debit) as sum from ledger_entries where refund_id is null and account like 'till:%' group by 1, 2) e
      on e.intent_id = n.id and e.account = 'till:' || n.till_id
    where n.provider = 'cash' and (c.intent_id is null or c.given < n.amount or n.state <> 'receipted' or e.sum is distinct from n.amount)`,
  'cash that was paid back left the till that paid it': sql`
    select p.refund_id::text as "where" from refund_payouts p
    where p.channel = 'cash' and (select coalesce(sum(credit), 0) from ledger_entries e where e.refund_id = p.refund_id and e.account = 'till:' || p.till_id) <> p.amount`,
  'a float and a count are as much as their notes and coins': sql`
    select t.id::text as "where" from till_sessions t
    where t.float_amount <> (select coalesce(sum((c->>'value')::bigint * (c->>'count')::bigint), 0) from jsonb_array_elements(t.float) c)
       or t.counted_amount <> (select coalesce(sum((c->>'value')::bigint * (c->>'count')::bigint), 0) from jsonb_array_elements(t.count) c)`,
  'what was too much or too little in closed tills is in its account': sql`
    select currency as "where" from (
      select currency, variance as amount from till_sessions where state = 'closed'
      union all select currency, debit - credit from ledger_entries where account = 'cash_variance') v group by currency having sum(amount) <> 0`,
  'what was handed over is what was received': sql`
    select t.id::text as "where" from till_sessions t join till_sessions f on f.id = t.received_from
    where f.state <> 'closed' or f.counted_amount <> t.float_amount or f.handed_to <> t.agent_id or f.office_id <> t.office_id`,
  'what safes and tills hold is what came in cash, less what went, and what was too much or too little': sql`
    select currency as "where" from (
      select currency, debit - credit as amount from ledger_entries where account like 'till:%' or account like 'safe:%' or account = 'cash_variance'
      union all select n.currency, -s.amount from payment_intents n join settlements s on s.intent_id = n.id where n.provider = 'cash'
      union all select currency, amount from refund_payouts where channel = 'cash') c group by currency having sum(amount) <> 0`,
};
