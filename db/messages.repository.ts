import { and, asc, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Executor, Tx } from './connect.ts';
import { messages } from './schema/platform.ts';

export type NewMessage = Pick<
  typeof messages.$inferInsert,
  'id' | 'channel' | 'recipient' | 'template' | 'locale' | 'params' | 'noticeId' | 'bulk'
>;
export type Message = typeof messages.$inferSelect;

/** Writes a message to be sent; the event `message.requested` of the same transaction sets it going. */
export async function insertMessage(tx: Tx, message: NewMessage): Promise<void> {
  await tx.insert(messages).values(message);
}

/** The same for many, in one statement. */
export async function insertMessages(tx: Tx, list: readonly NewMessage[]): Promise<void> {
  if (list.length > 0) await tx.insert(messages).values([...list]);
}

/**
 * Holds a message that is neither sent nor given up, for as long as the transaction lasts. Null when it is done, or another
 * process holds it: a job that runs twice finds one of the two.
 */
export async function lockUnsentMessage(tx: Tx, id: string): Promise<Message | null> {
  const [row] = await tx
    .select()
    .from(messages)
    .where(and(eq(messages.id, id), isNull(messages.sentAt), isNull(messages.failedAt)))
    .for('update', { skipLocked: true });
  return row ?? null;
}

/** Whether a message is neither sent nor given up. */
export async function isMessageUnsent(tx: Executor, id: string): Promise<boolean> {
  const rows = await tx
    .select({ id: messages.id })
    .from(messages)
    .where(and(eq(messages.id, id), isNull(messages.sentAt), isNull(messages.failedAt)));
  return rows.length > 0;
}

/** Messages from before `createdBefore` that are neither sent nor given up and may go out at `now`, oldest first; of one of the two queues. */
export async function unsentMessages(
  db: Executor,
  { createdBefore, now, bulk }: { createdBefore: Date; now: Date; bulk: boolean },
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        lt(messages.createdAt, createdBefore),
        isNull(messages.sentAt),
        isNull(messages.failedAt),
        eq(messages.bulk, bulk),
        or(isNull(messages.sendAfter), lt(messages.sendAfter, now)),
      ),
    )
    .orderBy(asc(messages.createdAt))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Marks a message as sent; what it was made from (codes) is forgotten. */
export async function markMessageSent(tx: Executor, id: string): Promise<void> {
  await tx
    .update(messages)
    .set({ attempts: sql`${messages.attempts} + 1`, sentAt: sql`now()`, params: {} })
    .where(eq(messages.id, id));
}

/** Keeps a message back until a moment; that is no attempt. */
export async function postponeMessage(tx: Executor, id: string, until: Date): Promise<void> {
  await tx.update(messages).set({ sendAfter: until }).where(eq(messages.id, id));
}

/** Forgets to whom messages from before `createdBefore` went and what they were made of, a batch. Answers how many. */
export async function eraseMessages(db: Executor, createdBefore: Date, limit: number): Promise<number> {
  const old = db
    .select({ id: messages.id })
    .from(messages)
    .where(and(lt(messages.createdAt, createdBefore), isNull(messages.erasedAt)))
    .limit(limit);
  const rows = await db
    .update(messages)
    .set({
      recipient: '',
      params: {},
      erasedAt: sql`now()`,
      failedAt: sql`case when ${messages.sentAt} is null then coalesce(${messages.failedAt}, now()) end`,
    })
    .where(inArray(messages.id, old))
    .returning({ id: messages.id });
  return rows.length;
}

/** Counts a sending that failed; `final` gives the message up. */
export async function countMessageFailure(tx: Executor, id: string, final: boolean): Promise<void> {
  await tx
    .update(messages)
    .set({ attempts: sql`${messages.attempts} + 1`, ...(final ? { failedAt: sql`now()`, params: {} } : {}) })
    .where(and(eq(messages.id, id), isNull(messages.sentAt)));
}
