import { and, asc, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Executor, Tx } from './connect.ts';
import { messages } from './schema/platform.ts';

export type NewMessage = Pick<typeof messages.$inferInsert, 'id' | 'channel' | 'recipient' | 'template' | 'locale' | 'params'>;
export type Message = typeof messages.$inferSelect;

/** Writes a message to be sent; the event `message.requested` of the same transaction sets it going. */
export async function insertMessage(tx: Tx, message: NewMessage): Promise<void> {
  await tx.insert(messages).values(message);
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

/** Messages from before `createdBefore` that are neither sent nor given up, oldest first. */
export async function unsentMessages(db: Executor, createdBefore: Date, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: messages.id })
    .from(messages)
    .where(and(lt(messages.createdAt, createdBefore), isNull(messages.sentAt), isNull(messages.failedAt)))
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

/** Counts a sending that failed; `final` gives the message up. */
export async function countMessageFailure(tx: Executor, id: string, final: boolean): Promise<void> {
  await tx
    .update(messages)
    .set({ attempts: sql`${messages.attempts} + 1`, ...(final ? { failedAt: sql`now()`, params: {} } : {}) })
    .where(and(eq(messages.id, id), isNull(messages.sentAt)));
}
