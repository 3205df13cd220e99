import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, or } from 'drizzle-orm';
import type { Executor } from './connect.ts';
import { documentPages, documents } from './schema/documents.ts';
import { sessions, verifications } from './schema/identity.ts';
import { outbox } from './schema/platform.ts';

/** A document that should have a job, and what tells this wait from an earlier one. */
export interface OverdueDocument {
  id: string;
  queueNumber: number;
  attemptsTotal: number;
}

/** Documents that wait since before `queuedBefore`, or are being read since before `startedBefore`; those in front first. */
export async function overdueDocuments(
  db: Executor,
  before: { queuedBefore: Date; startedBefore: Date },
  limit: number,
): Promise<OverdueDocument[]> {
  return db
    .select({ id: documents.id, queueNumber: documents.queueNumber, attemptsTotal: documents.attemptsTotal })
    .from(documents)
    .where(
      or(
        and(eq(documents.status, 'queued'), lt(documents.queuedAt, before.queuedBefore)),
        and(eq(documents.status, 'reading'), lt(documents.readingStartedAt, before.startedBefore)),
      ),
    )
    .orderBy(asc(documents.queueNumber))
    .limit(limit);
}

/** Documents read before `readBefore` whose photographs have no WebP files; those read last first. */
export async function documentsWithoutImages(db: Executor, readBefore: Date, readAfter: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectDistinct({ id: documents.id })
    .from(documents)
    .innerJoin(documentPages, eq(documentPages.documentId, documents.id))
    .where(
      and(
        inArray(documents.status, ['read', 'confirmed']),
        lt(documents.readAt, readBefore),
        gt(documents.readAt, readAfter),
        isNotNull(documents.readingMs),
        isNull(documentPages.imagesKey),
        isNull(documentPages.supersededAt),
      ),
    )
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Deletes sessions that have expired, a batch; each deletion is told through the outbox by a trigger. Answers how many. */
export async function deleteExpiredSessions(db: Executor, now: Date, limit: number): Promise<number> {
  const expired = db.select({ id: sessions.id }).from(sessions).where(lt(sessions.expiresAt, now)).limit(limit);
  return (await db.delete(sessions).where(inArray(sessions.id, expired)).returning({ id: sessions.id })).length;
}

export async function deleteExpiredVerifications(db: Executor, now: Date, limit: number): Promise<number> {
  const expired = db.select({ id: verifications.id }).from(verifications).where(lt(verifications.expiresAt, now)).limit(limit);
  return (await db.delete(verifications).where(inArray(verifications.id, expired)).returning({ id: verifications.id })).length;
}

/** Deletes outbox rows from before `createdBefore` that are done, oldest first, a batch. Parked rows stay for an operator. */
export async function pruneOutbox(db: Executor, createdBefore: Date, limit: number): Promise<number> {
  const done = db
    .select({ id: outbox.id })
    .from(outbox)
    .where(and(lt(outbox.createdAt, createdBefore), isNotNull(outbox.enqueuedAt), isNotNull(outbox.emittedAt)))
    .orderBy(asc(outbox.createdAt))
    .limit(limit);
  return (await db.delete(outbox).where(inArray(outbox.id, done)).returning({ id: outbox.id })).length;
}

/** Where the originals of pages lie, by page. */
export async function originalKeys(db: Executor, pageIds: readonly string[]): Promise<Map<string, string>> {
  if (pageIds.length === 0) return new Map();
  const rows = await db
    .select({ id: documentPages.id, key: documentPages.originalKey })
    .from(documentPages)
    .where(inArray(documentPages.id, [...pageIds]));
  return new Map(rows.map(({ id, key }) => [id, key]));
}
