import { asc, eq, lte } from 'drizzle-orm';
import { IMAGE_SIZES, type ImageSize, type PageSide } from '#shared/contracts/documents.ts';
import { imageKey, imagesPrefix, uploadPrefixes } from '#shared/domain/object-keys.ts';
import type { Executor, Tx } from './connect.ts';
import { objectsToDelete } from './schema/account.ts';

export type ObjectToDelete = typeof objectsToDelete.$inferSelect;

/** Jobs that are at work on a document put nothing there any more after so long, milliseconds. */
const WRITERS_MS = 3600_000;
const SIZES = [...(Object.keys(IMAGE_SIZES) as ImageSize[]), 'full'] as const;

/** Gives objects up, in the transaction that needs them no more: the upkeep deletes them. */
export async function giveUpObjects(tx: Tx, list: readonly ObjectToDelete[]): Promise<void> {
  if (list.length > 0)
    await tx
      .insert(objectsToDelete)
      .values([...list])
      .onConflictDoNothing();
}

/**
 * All that photographs left in the store: what is known by its key at once, and an hour later all under their documents' and pages' names,
 * for a job that was at work on them.
 */
export function objectsOfPages(
  pages: readonly { id: string; documentId: string; side: PageSide; originalKey: string }[],
  at: Date,
): ObjectToDelete[] {
  const later = new Date(at.getTime() + WRITERS_MS);
  const known = pages.flatMap(({ id, side, originalKey }) => [
    originalKey,
    ...SIZES.map((size) => imageKey(imagesPrefix(side, id), size)),
  ]);
  const prefixes = pages.flatMap(({ id, side, documentId }) => [...uploadPrefixes(documentId), `${imagesPrefix(side, id)}/`]);
  return [
    ...[...new Set(known)].map((key) => ({ key, prefix: false, dueAt: at })),
    ...[...new Set(prefixes)].map((key) => ({ key, prefix: true, dueAt: later })),
  ];
}

export async function dueObjects(db: Executor, now: Date, limit: number): Promise<ObjectToDelete[]> {
  return db
    .select()
    .from(objectsToDelete)
    .where(lte(objectsToDelete.dueAt, now))
    .orderBy(asc(objectsToDelete.dueAt))
    .limit(limit);
}

export async function forgetObject(db: Executor, key: string): Promise<void> {
  await db.delete(objectsToDelete).where(eq(objectsToDelete.key, key));
}
