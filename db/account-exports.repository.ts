import { and, desc, eq, inArray, lte, or } from 'drizzle-orm';
import type { ExportView } from '#shared/contracts/account.ts';
import { exportKey } from '#shared/domain/object-keys.ts';
import type { Executor, Tx } from './connect.ts';
import { giveUpObjects } from './objects-to-delete.repository.ts';
import { accountExports } from './schema/account.ts';

export type ExportRow = typeof accountExports.$inferSelect;

export async function insertExport(tx: Tx, row: typeof accountExports.$inferInsert): Promise<void> {
  await tx.insert(accountExports).values(row);
}

export async function findExport(db: Executor, id: string): Promise<ExportRow | null> {
  const [row] = await db.select().from(accountExports).where(eq(accountExports.id, id));
  return row ?? null;
}

/** State of the topic `account-export:<user>`: the newest. */
export async function readExport(db: Executor, userId: string): Promise<ExportView | null> {
  const [row] = await db
    .select()
    .from(accountExports)
    .where(eq(accountExports.userId, userId))
    .orderBy(desc(accountExports.createdAt))
    .limit(1);
  if (!row) return null;
  const { id, state, done, total, bytes, createdAt, expiresAt } = row;
  return {
    ...{ id, done, total, bytes, state: state as ExportView['state'] },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}

/** Changes one that is still being made; false when it was given up meanwhile. */
export async function updateExport(
  tx: Tx,
  id: string,
  change: Partial<Pick<ExportRow, 'state' | 'done' | 'total' | 'bytes' | 'readyAt' | 'expiresAt'>>,
): Promise<boolean> {
  const rows = await tx
    .update(accountExports)
    .set(change)
    .where(and(eq(accountExports.id, id), eq(accountExports.state, 'waiting')))
    .returning({ id: accountExports.id });
  return rows.length > 0;
}

/** Ends copies, files included: a person's earlier ones, or those whose time is over. Answers whose they were. */
export async function endExports(tx: Tx, which: { userId: string } | { dueBefore: Date }, at: Date): Promise<ExportRow[]> {
  const rows = await tx
    .update(accountExports)
    .set({ state: 'expired' })
    .where(
      and(
        inArray(accountExports.state, ['waiting', 'ready']),
        or('userId' in which ? eq(accountExports.userId, which.userId) : lte(accountExports.expiresAt, which.dueBefore)),
      ),
    )
    .returning();
  await giveUpObjects(
    tx,
    rows.map(({ id }) => ({ key: exportKey(id), prefix: false, dueAt: at })),
  );
  return rows;
}
