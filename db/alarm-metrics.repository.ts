import { sql, type SQL } from 'drizzle-orm';
import { ProviderCode } from '#shared/contracts/payments.ts';
import type { Executor } from './connect.ts';

/** A measure of one subject; null: it says nothing (too few to tell). */
export interface SubjectValue {
  subject: string;
  value: number | null;
}

/** Outcomes fewer than this say nothing about who had them. */
export const FEWEST = 5;
const PROVIDER_WINDOW = sql`interval '5 minutes'`;
const READING_WINDOW = sql`interval '15 minutes'`;

const instant = (at: Date): SQL => sql`${at.toISOString()}::timestamptz`;

/** How many wait at each office, and the longest wait among them in minutes; 0 where nobody waits. */
export async function waitingAtOffices(db: Executor, at: Date): Promise<{ subject: string; waiting: number; minutes: number }[]> {
  return db.execute<{ subject: string; waiting: number; minutes: number }>(sql`
    select o.id as subject, coalesce(t.waiting, 0)::int as waiting, coalesce(t.minutes, 0)::float8 as minutes
    from offices o left join (
      select office_id, count(*) as waiting, greatest(0, extract(epoch from ${instant(at)} - min(taken_at)) / 60) as minutes
      from tickets where state = 'waiting' group by office_id
    ) t on t.office_id = o.id`);
}

/**
 * How each provider failed in the last five minutes, percent. Of the orders that came to an outcome or wait for one without a word
 * (`unknown`, of the last hour), those that it refused or says nothing about; and of our calls, those that got no answer. The worse of the
 * two counts. What a payer did (too little money, said no, came too late) is no failing of a provider.
 */
export async function providerFailing(db: Executor, at: Date): Promise<SubjectValue[]> {
  const now = instant(at);
  return db.execute<{ subject: string; value: number | null }>(sql`
    with orders as (
      select provider, count(*) as of,
        count(*) filter (where state = 'unknown' or (state = 'failed' and failure = 'refused')) as failing
      from payment_intents
      where created_at >= ${now} - interval '1 hour' and provider <> 'cash'
        and (state = 'unknown' or settled_at >= ${now} - ${PROVIDER_WINDOW}
          or (state in ('failed', 'expired') and updated_at >= ${now} - ${PROVIDER_WINDOW}))
      group by provider
    ), calls as (
      select provider, sum(answered + failed) as of, sum(failed) as failing
      from provider_calls where slot >= ${now} - ${PROVIDER_WINDOW} group by provider
    ), shares as (
      select provider, 100.0 * failing / of as share from orders where of >= ${FEWEST}
      union all select provider, 100.0 * failing / of from calls where of >= ${FEWEST}
    )
    select p.provider as subject, max(s.share)::float8 as value
    from payment_channels p left join shares s using (provider) group by p.provider`);
}

/** The largest variance of an office's closed tills that no supervisor took note of, without its sign; 0 where there is none. */
export async function tillVariances(db: Executor): Promise<SubjectValue[]> {
  return db.execute<{ subject: string; value: number }>(sql`
    select o.id as subject, coalesce(max(abs(t.variance)), 0)::float8 as value
    from offices o left join till_sessions t
      on t.office_id = o.id and t.state = 'closed' and t.variance <> 0 and t.noted_at is null
    group by o.id`);
}

/** In what each provider's statements differ from our books and nobody settled it yet; 0 where there is nothing. */
export async function statementDifferences(db: Executor): Promise<SubjectValue[]> {
  return db.execute<{ subject: string; value: number }>(sql`
    select p.provider as subject, count(d.id)::int as value
    from unnest(${sql.param([...ProviderCode.options])}::text[]) as p(provider)
    left join reconciliation_differences d on d.provider = p.provider and d.state <> 'settled'
    group by p.provider`);
}

/** Of the documents that a reading ended for in the last quarter of an hour, those that could not be read; percent. */
export async function readingFailing(db: Executor, at: Date): Promise<number | null> {
  const now = instant(at);
  const [row] = await db.execute<{ of: number; failed: number }>(sql`
    select count(*)::int as of, (count(*) filter (where status = 'failed'))::int as failed from documents
    where created_at >= ${now} - interval '1 day' and (
      (status = 'failed' and updated_at >= ${now} - ${READING_WINDOW})
      or (status in ('read', 'confirmed', 'needs_photo') and read_at >= ${now} - ${READING_WINDOW}))`);
  return row && row.of >= FEWEST ? (100 * row.failed) / row.of : null;
}

/** Seconds that the oldest change has waited to be told of; 0 when none waits. By the database's own clock, which dated it. */
export async function relayLateness(db: Executor): Promise<number> {
  const [row] = await db.execute<{ seconds: number }>(sql`
    select coalesce(greatest(0, extract(epoch from clock_timestamp() - min(created_at))), 0)::float8 as seconds from (
      (select created_at from outbox where emitted_at is null and parked_at is null order by position limit 1)
      union all
      (select created_at from outbox where enqueued_at is null and parked_at is null order by position limit 1)
    ) oldest`);
  return row?.seconds ?? 0;
}

/** How many totals differed when they were last compared with the payments; null: that was too long ago to say. */
export async function differingTotals(db: Executor, at: Date): Promise<number | null> {
  const [row] = await db.execute<{ differing: number }>(sql`
    select differing::int as differing from totals_checks
    where checked_at >= ${instant(at)} - interval '3 hours' order by checked_at desc limit 1`);
  return row?.differing ?? null;
}

export async function parkedRows(db: Executor): Promise<number> {
  const [row] = await db.execute<{ count: number }>(sql`select count(*)::int as count from outbox where parked_at is not null`);
  return row?.count ?? 0;
}
