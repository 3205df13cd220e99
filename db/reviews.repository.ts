import { and, asc, eq, gt, isNull, lte, ne, or, sql, type SQL } from 'drizzle-orm';
import type { DocumentReview, ReviewStatus } from '#shared/contracts/documents.ts';
import { REVIEWS_LISTED, type ReviewListed, type ReviewReason, type ReviewsView } from '#shared/contracts/reviews.ts';
import { compiled } from './compiled.ts';
import type { Executor, Tx } from './connect.ts';
import { documentFields, documents } from './schema/documents.ts';
import { users } from './schema/identity.ts';
import { documentReviews } from './schema/reviews.ts';

export type ReviewRow = typeof documentReviews.$inferSelect;

/**
 * Puts a confirmed document before the agents: for the first time, or back to its review with another photograph. Whoever had it has it
 * no more.
 */
export async function openReview(
  tx: Tx,
  { documentId, reasons, at }: { documentId: string; reasons: ReviewReason[]; at: Date },
): Promise<void> {
  await tx
    .insert(documentReviews)
    .values({ documentId, reasons, openedAt: at })
    .onConflictDoUpdate({
      target: documentReviews.documentId,
      set: {
        ...{ status: 'open' as const, reasons, openedAt: at, holderId: null, heldUntil: null },
        round: sql`${documentReviews.round} + 1`,
      },
    });
}

const reviewsOfDocuments = compiled((db) =>
  db
    .select()
    .from(documentReviews)
    .where(sql`${documentReviews.documentId} = any(${sql.placeholder('ids')}::uuid[])`),
);
export async function findReview(db: Executor, documentId: string): Promise<ReviewRow | null> {
  const [row] = await reviewsOfDocuments(db, { ids: [documentId] });
  return row ?? null;
}

/** Holds a review until the transaction ends. */
export async function lockReview(tx: Tx, documentId: string): Promise<ReviewRow | null> {
  const [row] = await tx.select().from(documentReviews).where(eq(documentReviews.documentId, documentId)).for('update');
  return row ?? null;
}

/**
 * Holds the oldest review that nobody has, of a document that is not the agent's own, until the transaction ends. Those that somebody is
 * taking at this moment are passed over: of many who ask at once, each gets another.
 */
export async function lockNextReview(tx: Tx, agentId: string, at: Date): Promise<ReviewRow | null> {
  const [row] = await tx
    .select({ review: documentReviews })
    .from(documentReviews)
    .innerJoin(documents, eq(documents.id, documentReviews.documentId))
    .where(
      and(
        eq(documentReviews.status, 'open'),
        or(isNull(documentReviews.heldUntil), lte(documentReviews.heldUntil, at)),
        ne(documents.userId, agentId),
      ),
    )
    .orderBy(asc(documentReviews.openedAt), asc(documentReviews.id))
    .limit(1)
    .for('update', { of: documentReviews, skipLocked: true });
  return row?.review ?? null;
}

/** Changes a locked review. */
export async function updateReview(tx: Tx, id: string, change: Partial<Omit<ReviewRow, 'id' | 'documentId'>>): Promise<void> {
  await tx.update(documentReviews).set(change).where(eq(documentReviews.id, id));
}

/** The name of who has a review. */
export async function nameOf(db: Executor, userId: string): Promise<string> {
  const [row] = await db.select({ name: users.name }).from(users).where(eq(users.id, userId));
  return row?.name ?? '';
}

/** Whether somebody has a document before them at a moment. */
export async function holdsReview(db: Executor, documentId: string, agentId: string, at: Date): Promise<boolean> {
  const held = and(
    eq(documentReviews.documentId, documentId),
    eq(documentReviews.holderId, agentId),
    eq(documentReviews.status, 'open'),
    gt(documentReviews.heldUntil, at),
  );
  return (await db.$count(documentReviews, held)) > 0;
}

/** What documents' citizens are told of their reviews; of a document without one, nothing. */
export async function findDocumentReviews(db: Executor, ids: readonly string[]): Promise<Map<string, DocumentReview>> {
  const rows = await reviewsOfDocuments(db, { ids: [...ids] });
  return new Map(rows.map((row) => [row.documentId, toldOf(row)]));
}

function toldOf({
  status,
  photoReason: reason,
  photoSide: side,
  photoNote: note,
  changes,
  decidedAt,
}: ReviewRow): DocumentReview {
  return {
    status,
    photo: reason && side ? { reason, side, note: note ?? '' } : null,
    changes,
    decidedAt: decidedAt?.toISOString() ?? null,
  };
}

async function listed(db: Executor, status: ReviewStatus, order: SQL): Promise<ReviewListed[]> {
  const rows = await db
    .select({
      review: documentReviews,
      plate: sql<string | null>`coalesce(${documentFields.corrected}, ${documentFields.value})`,
      country: documents.country,
      claimId: documents.claimId,
      holder: users.name,
    })
    .from(documentReviews)
    .innerJoin(documents, eq(documents.id, documentReviews.documentId))
    .leftJoin(documentFields, and(eq(documentFields.documentId, documents.id), eq(documentFields.name, 'plate')))
    .leftJoin(users, eq(users.id, documentReviews.holderId))
    .where(eq(documentReviews.status, status))
    .orderBy(order)
    .limit(REVIEWS_LISTED);
  return rows.map(({ review, plate, country, claimId, holder }) => ({
    documentId: review.documentId,
    status: review.status,
    plate,
    country,
    reasons: review.reasons,
    round: review.round,
    since: ((review.status === 'photo_asked' ? review.decidedAt : null) ?? review.openedAt).toISOString(),
    holder:
      review.holderId && review.heldUntil
        ? { id: review.holderId, name: holder ?? '', until: review.heldUntil.toISOString() }
        : null,
    claimId,
  }));
}

/** State of the topic `reviews`. */
export async function readReviews(db: Executor): Promise<ReviewsView> {
  const [openCount, askedCount, open, asked] = await Promise.all([
    db.$count(documentReviews, eq(documentReviews.status, 'open')),
    db.$count(documentReviews, eq(documentReviews.status, 'photo_asked')),
    listed(db, 'open', asc(documentReviews.openedAt)),
    listed(db, 'photo_asked', asc(documentReviews.decidedAt)),
  ]);
  return { openCount, askedCount, open, asked };
}
