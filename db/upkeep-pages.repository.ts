import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import type { PageSide } from '#shared/contracts/documents.ts';
import { PENDING_PREFIX } from '#shared/domain/object-keys.ts';
import type { Executor, Tx } from './connect.ts';
import { documentPages, documents } from './schema/documents.ts';

/** Photographs of documents discarded before a moment, held; a batch. */
export async function discardedPages(
  tx: Tx,
  discardedBefore: Date,
  limit: number,
): Promise<{ id: string; documentId: string; side: PageSide; originalKey: string }[]> {
  const { id, documentId, side, originalKey } = documentPages;
  return tx
    .select({ id, documentId, side, originalKey })
    .from(documentPages)
    .innerJoin(documents, eq(documents.id, documentPages.documentId))
    .where(and(eq(documents.status, 'discarded'), lt(documents.updatedAt, discardedBefore)))
    .limit(limit)
    .for('update', { of: documentPages, skipLocked: true });
}

export async function deletePages(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.delete(documentPages).where(inArray(documentPages.id, [...ids]));
}

/** Originals that still lie in `pending/` although their document waits for a person since before a moment. */
export async function pendingOriginals(
  db: Executor,
  waitingSince: Date,
  limit: number,
): Promise<{ id: string; originalKey: string }[]> {
  return db
    .select({ id: documentPages.id, originalKey: documentPages.originalKey })
    .from(documentPages)
    .innerJoin(documents, eq(documents.id, documentPages.documentId))
    .where(
      and(
        eq(documents.status, 'needs_photo'),
        lt(documents.updatedAt, waitingSince),
        sql`starts_with(${documentPages.originalKey}, ${PENDING_PREFIX})`,
      ),
    )
    .limit(limit);
}

/** Holds the document of a page; where its original lies, null when it waits for a person no more. */
export async function lockWaitingPage(tx: Tx, pageId: string): Promise<string | null> {
  const [row] = await tx
    .select({ key: documentPages.originalKey })
    .from(documentPages)
    .innerJoin(documents, eq(documents.id, documentPages.documentId))
    .where(and(eq(documentPages.id, pageId), eq(documents.status, 'needs_photo')))
    .for('update', { of: documents });
  return row?.key ?? null;
}

export async function setOriginalKey(tx: Tx, pageId: string, originalKey: string): Promise<void> {
  await tx.update(documentPages).set({ originalKey }).where(eq(documentPages.id, pageId));
}
