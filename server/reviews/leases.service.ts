import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { currentPages, findDocument, type PageRow } from '#db/documents.repository.ts';
import { holdsReview, lockNextReview, lockReview, nameOf, updateReview, type ReviewRow } from '#db/reviews.repository.ts';
import type { PageSide } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { TakenReview } from '#shared/contracts/reviews.ts';
import { countryOfPlate, effectiveValue } from '#shared/domain/documents.ts';
import { REVIEW_GRACE_MS, REVIEW_LEASE_MS } from '#shared/domain/reviews.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { documentView } from '../documents/document-events.ts';
import { tellOfLease } from './review-events.ts';

export interface LeasesDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  /** ISO 3166-1 of the country that runs the platform. */
  country: string;
}

/**
 * Who has which document before them. A lease ends by itself, so that an agent whose machine is gone blocks nobody; until another takes
 * the document, whoever had it may still decide.
 */
export interface LeasesService {
  /** The oldest that nobody has. @throws AppError REVIEW_NONE_LEFT */
  next(agentId: string): Promise<TakenReview>;
  /** A certain one; one's own is renewed. @throws AppError REVIEW_NOT_FOUND, REVIEW_DONE, REVIEW_HELD, REVIEW_OWN_DOCUMENT */
  take(agentId: string, documentId: string): Promise<TakenReview>;
  /** Still looking. Answers until when. @throws AppError REVIEW_LOST */
  renew(agentId: string, documentId: string): Promise<Date>;
  /** Gives it back; nothing happens where it is not the agent's. */
  release(agentId: string, documentId: string): Promise<void>;
  /** The agent's line is gone: others may have their documents soon, unless the line comes back. */
  lineGone(agentId: string, documentIds: readonly string[]): Promise<void>;
  /** A photograph, for who has the document before them. @throws AppError DOCUMENT_NOT_FOUND */
  findPage(agentId: string, documentId: string, side: PageSide): Promise<PageRow>;
  /** Keeps in the audit log that somebody was shown a photograph. */
  noteShown(agentId: string, documentId: string, page: PageRow): Promise<void>;
}

export function createLeasesService({ db, notifier, clock, country }: LeasesDeps): LeasesService {
  async function change<T>(work: (tx: Tx, now: Date) => Promise<T>): Promise<T> {
    const result = await db.transaction((tx) => work(tx, clock()));
    notifier.wake();
    return result;
  }

  async function hold(tx: Tx, review: ReviewRow, agentId: string, now: Date): Promise<TakenReview> {
    const heldUntil = new Date(now.getTime() + REVIEW_LEASE_MS);
    await updateReview(tx, review.id, { holderId: agentId, heldUntil });
    await appendAudit(tx, { actorId: agentId, action: 'review.take', entity: 'document', entityId: review.documentId });
    const document = await documentView(tx, review.documentId);
    const plate = document.fields.find(({ name }) => name === 'plate');
    const taken: TakenReview = {
      document,
      reasons: review.reasons,
      round: review.round,
      openedAt: review.openedAt.toISOString(),
      heldUntil: heldUntil.toISOString(),
      country: plate ? countryOfPlate(effectiveValue(plate), country, document.country ?? null) : country,
    };
    await tellOfLease(tx, 'review.taken', review.documentId);
    return taken;
  }

  return {
    next: (agentId) =>
      change(async (tx, now) => {
        const review = await lockNextReview(tx, agentId, now);
        if (!review) throw new AppError('REVIEW_NONE_LEFT');
        return hold(tx, review, agentId, now);
      }),

    take: (agentId, documentId) =>
      change(async (tx, now) => {
        const review = await lockReview(tx, documentId);
        if (!review) throw new AppError('REVIEW_NOT_FOUND');
        if ((await findDocument(tx, documentId))?.userId === agentId) throw new AppError('REVIEW_OWN_DOCUMENT');
        if (review.status !== 'open') throw new AppError('REVIEW_DONE', { status: review.status });
        const { holderId, heldUntil } = review;
        if (holderId !== null && holderId !== agentId && heldUntil !== null && heldUntil > now)
          throw new AppError('REVIEW_HELD', { name: await nameOf(tx, holderId) });
        return hold(tx, review, agentId, now);
      }),

    renew: (agentId, documentId) =>
      change(async (tx, now) => {
        const review = await lockReview(tx, documentId);
        if (review?.status !== 'open' || review.holderId !== agentId) throw new AppError('REVIEW_LOST');
        const heldUntil = new Date(now.getTime() + REVIEW_LEASE_MS);
        await updateReview(tx, review.id, { heldUntil });
        await tellOfLease(tx, 'review.renewed', documentId);
        return heldUntil;
      }),

    release: (agentId, documentId) =>
      change(async (tx) => {
        const review = await lockReview(tx, documentId);
        if (review?.holderId !== agentId) return;
        await updateReview(tx, review.id, { holderId: null, heldUntil: null });
        await tellOfLease(tx, 'review.released', documentId);
      }),

    async lineGone(agentId, documentIds) {
      for (const documentId of documentIds)
        await change(async (tx, now) => {
          const review = await lockReview(tx, documentId);
          const end = new Date(now.getTime() + REVIEW_GRACE_MS);
          if (review?.holderId !== agentId || review.heldUntil === null || review.heldUntil <= end) return;
          await updateReview(tx, review.id, { heldUntil: end });
          await tellOfLease(tx, 'review.renewed', documentId);
        });
    },

    async findPage(agentId, documentId, side) {
      if (!(await holdsReview(db, documentId, agentId, clock()))) throw new AppError('DOCUMENT_NOT_FOUND');
      const page = (await currentPages(db, documentId)).find((one) => one.side === side);
      if (!page) throw new AppError('DOCUMENT_NOT_FOUND');
      return page;
    },

    noteShown: (agentId, documentId, page) =>
      appendAudit(db, {
        actorId: agentId,
        action: 'document.photograph_shown',
        entity: 'document',
        entityId: documentId,
        details: { pageId: page.id, side: page.side },
      }),
  };
}

/** The review of a document, held by that agent since they took it. @throws AppError REVIEW_LOST, REVIEW_NOT_FOUND */
export async function lockHeldReview(
  tx: Tx,
  agentId: string,
  { documentId, round }: { documentId: string; round: number },
): Promise<ReviewRow> {
  const review = await lockReview(tx, documentId);
  if (!review) throw new AppError('REVIEW_NOT_FOUND');
  if (review.status !== 'open' || review.holderId !== agentId || review.round !== round) throw new AppError('REVIEW_LOST');
  return review;
}
