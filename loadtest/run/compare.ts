import { sql } from 'drizzle-orm';
import type { Db, Tx } from '#db/connect.ts';
import { topicSeqs } from '#db/outbox.repository.ts';
import { readNotifications } from '#db/notices.repository.ts';
import { documentView } from '#server/documents/document-events.ts';
import { paymentView } from '#server/payments/payment-events.ts';
import { digestOf } from '../live/digest.ts';
import type { FinalState } from '../live/crowd-types.ts';

/** What screens show at the end, beside what SQL says. */
export interface Comparison {
  topics: number;
  /** Screens whose number is not that of the database. */
  lost: number;
  /** Screens with the right number and another state than was committed with it. */
  different: number;
  /** Screens whose state was read anew from its tables (some of those who look on, some of what people did), and those of them that differ. */
  readAnew: number;
  differentFromTables: number;
  examples: string[];
}

const READ_ANEW = 300;
const AT_ONCE = 5_000;

/** How the state of a topic is read, of those that are one's own and say nothing of the time of day. */
const READ: Readonly<Record<string, (tx: Tx, key: string) => Promise<unknown>>> = {
  document: documentView,
  payment: paymentView,
  notifications: readNotifications,
};

/** `since`: when the run began, before which no event concerns its people. */
export async function compareWithSql(db: Db, finals: readonly FinalState[], since: Date): Promise<Comparison> {
  const topics = [...new Set(finals.map(({ topic }) => topic))];
  const seqs = new Map<string, number>();
  const committed = new Map<string, string>();
  for (let start = 0; start < topics.length; start += AT_ONCE) {
    const some = topics.slice(start, start + AT_ONCE);
    for (const [topic, seq] of await topicSeqs(db, some)) seqs.set(topic, seq);
  }
  // The newest event of each topic that only its owner sees, or everybody: its state does not depend on when it is read.
  const told = await db.execute<{ topic: string; seq: string; state: unknown }>(sql`
    select distinct on (t->>'topic') t->>'topic' as topic, t->>'seq' as seq, coalesce(t->'states'->'owner', t->'states'->'public') as state
    from outbox, jsonb_array_elements(topics) t where created_at >= ${since.toISOString()} and t->>'topic' ~ '^(document|payment|notifications):|^channels$'
    order by t->>'topic', (t->>'seq')::bigint desc`);
  for (const { topic, seq, state } of told) committed.set(`${topic} ${seq}`, digestOf(state));
  const result: Comparison = { topics: finals.length, lost: 0, different: 0, readAnew: 0, differentFromTables: 0, examples: [] };
  const example = (text: string): void => void (result.examples.length < 10 && result.examples.push(text));
  for (const { topic, seq, digest } of finals) {
    if (seq !== seqs.get(topic)) {
      result.lost += 1;
      example(`${topic}: ${seq} on the screen, ${seqs.get(topic) ?? 'none'} in SQL`);
    } else if ((committed.get(`${topic} ${seq}`) ?? digest) !== digest) {
      result.different += 1;
      example(`${topic}: another state of number ${seq}`);
    }
  }
  const own = finals.filter(({ topic }) => READ[topic.split(':', 1)[0] ?? '']);
  const looking = own.filter(({ acted }) => !acted);
  const acting = own.filter(({ acted }) => acted);
  for (const { topic, digest } of [...sample(looking), ...sample(acting)]) {
    const [name, key = ''] = topic.split(':');
    const read = READ[name ?? ''];
    if (!read) continue;
    const state = await db.transaction((tx) => read(tx, key));
    result.readAnew += 1;
    if (digestOf(state) === digest) continue;
    result.differentFromTables += 1;
    example(`${topic}: another state in its tables`);
  }
  return result;
}

function sample<T>(list: readonly T[]): T[] {
  const step = Math.max(1, Math.floor(list.length / READ_ANEW));
  return list.filter((_, index) => index % step === 0);
}
