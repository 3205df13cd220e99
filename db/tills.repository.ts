import { and, asc, eq, inArray, isNull, ne, notExists, sql } from 'drizzle-orm';
import type { Executor, Tx } from './connect.ts';
import { users } from './schema/identity.ts';
import { ledgerEntries, paymentIntents } from './schema/payments.ts';
import { cashTakings } from './schema/takings.ts';
import { counterSessions, tickets } from './schema/tickets.ts';
import { officeSeries, tillSessions } from './schema/till.ts';

export type TillRow = typeof tillSessions.$inferSelect;
export type TakingRow = typeof cashTakings.$inferSelect;

/** Opens a drawer; null when its agent has one that is not closed, or gave this key before. Waits for who does the same. */
export async function insertTill(tx: Tx, till: typeof tillSessions.$inferInsert): Promise<TillRow | null> {
  const [row] = await tx.insert(tillSessions).values(till).onConflictDoNothing().returning();
  return row ?? null;
}

/** Holds a till until the transaction ends: whatever moves its cash does so one after the other. */
export async function lockTill(tx: Tx, id: string): Promise<TillRow | null> {
  const [row] = await tx.select().from(tillSessions).where(eq(tillSessions.id, id)).for('update');
  return row ?? null;
}

export async function findTill(db: Executor, id: string): Promise<TillRow | null> {
  const [row] = await db.select().from(tillSessions).where(eq(tillSessions.id, id));
  return row ?? null;
}

/** The drawer that a key opened. */
export async function findTillByKey(db: Executor, agentId: string, idempotencyKey: string): Promise<TillRow | null> {
  const [row] = await db
    .select()
    .from(tillSessions)
    .where(and(eq(tillSessions.agentId, agentId), eq(tillSessions.idempotencyKey, idempotencyKey)));
  return row ?? null;
}

/** The drawer of an agent that is not closed. */
export async function findOpenTill(db: Executor, agentId: string): Promise<TillRow | null> {
  const [row] = await db
    .select()
    .from(tillSessions)
    .where(and(eq(tillSessions.agentId, agentId), ne(tillSessions.state, 'closed')));
  return row ?? null;
}

/** Agents of an office who have a drawer that is not closed. */
export async function agentsWithTill(db: Executor, officeId: string): Promise<string[]> {
  const rows = await db
    .select({ agentId: tillSessions.agentId })
    .from(tillSessions)
    .where(and(eq(tillSessions.officeId, officeId), ne(tillSessions.state, 'closed')));
  return rows.map(({ agentId }) => agentId);
}

/** Changes a locked till. */
export async function updateTill(tx: Tx, id: string, change: Partial<Omit<TillRow, 'id' | 'version'>>): Promise<void> {
  await tx
    .update(tillSessions)
    .set({ ...change, version: sql`${tillSessions.version} + 1` })
    .where(eq(tillSessions.id, id));
}

/** What the ledger says is in a till, minor unit. */
export async function balanceOfTill(db: Executor, id: string): Promise<number> {
  const [row] = await db
    .select({ balance: sql<string>`coalesce(sum(${ledgerEntries.debit} - ${ledgerEntries.credit}), 0)` })
    .from(ledgerEntries)
    .where(eq(ledgerEntries.account, `till:${id}`));
  return Number(row?.balance ?? 0);
}

export async function insertTaking(tx: Tx, taking: typeof cashTakings.$inferInsert): Promise<void> {
  await tx.insert(cashTakings).values(taking);
}

export async function findTakingByKey(db: Executor, agentId: string, idempotencyKey: string): Promise<TakingRow | null> {
  const [row] = await db
    .select()
    .from(cashTakings)
    .where(and(eq(cashTakings.agentId, agentId), eq(cashTakings.idempotencyKey, idempotencyKey)));
  return row ?? null;
}

/** Who took a payment in cash, and where; null: it was not cash. */
export async function findTaking(db: Executor, intentId: string): Promise<TakingRow | null> {
  const [row] = await db.select().from(cashTakings).where(eq(cashTakings.intentId, intentId));
  return row ?? null;
}

/** The digest of what a cash order was for. */
export async function digestOfIntent(db: Executor, intentId: string): Promise<string | null> {
  const [row] = await db
    .select({ digest: paymentIntents.orderDigest })
    .from(paymentIntents)
    .where(eq(paymentIntents.id, intentId));
  return row?.digest ?? null;
}

/** The series of an office's receipts for cash; made at its first till. */
export async function seriesOfOffice(tx: Tx, officeId: string): Promise<string> {
  await tx.insert(officeSeries).values({ officeId }).onConflictDoNothing();
  const [row] = await tx.select().from(officeSeries).where(eq(officeSeries.officeId, officeId));
  if (!row) throw new Error(`no series for office ${officeId}`);
  return `C${String(row.ordinal).padStart(2, '0')}`;
}

/** The account of who took the ticket that is at an agent's counter; null: none, or nobody's. */
export async function payerOfTicket(db: Executor, ticketId: string, agentId: string): Promise<string | null> {
  const [row] = await db
    .select({ userId: tickets.userId })
    .from(tickets)
    .where(and(eq(tickets.id, ticketId), eq(tickets.agentId, agentId), inArray(tickets.state, ['called', 'serving'])));
  return row?.userId ?? null;
}

/** The counter at which an agent sits; null: at none. */
export async function counterLabelOf(db: Executor, agentId: string): Promise<string | null> {
  const [row] = await db
    .select({ label: counterSessions.label })
    .from(counterSessions)
    .where(and(eq(counterSessions.agentId, agentId), isNull(counterSessions.closedAt)));
  return row?.label ?? null;
}

/** Who of an office could take a till over: staff of the counters who have none. */
export async function freeColleagues(db: Executor, officeId: string, agentId: string): Promise<{ id: string; name: string }[]> {
  const open = db
    .select({ one: sql`1` })
    .from(tillSessions)
    .where(and(eq(tillSessions.agentId, users.id), ne(tillSessions.state, 'closed')));
  return db
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(
      and(
        eq(users.officeId, officeId),
        inArray(users.role, ['agent', 'supervisor']),
        ne(users.id, agentId),
        isNull(users.disabledAt),
        notExists(open),
      ),
    )
    .orderBy(asc(users.name));
}
