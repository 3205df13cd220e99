import { z } from 'zod';
import { DocumentView, FieldName, PHOTO_NOTE_MAX, PageSide, PhotoReason, ReviewStatus } from './documents.ts';
import { Id, Instant } from './ids.ts';

/** Why a document is doubtful. `field`: the one it is about. */
export const ReviewCode = z.enum([
  'claim',
  'read_otherwise',
  'doubtful_kept',
  'typed_for_tax',
  'vin_check_digit',
  'plate_form',
  'insisted',
]);
export type ReviewCode = z.infer<typeof ReviewCode>;
export const ReviewReason = z.object({ code: ReviewCode, field: FieldName.nullable() });
export type ReviewReason = z.infer<typeof ReviewReason>;

/** One line of the list. `reasons` are those of its round. */
export const ReviewListed = z.object({
  documentId: Id,
  status: ReviewStatus,
  plate: z.string().nullable(),
  country: z.string().length(2).nullable(),
  reasons: z.array(ReviewReason),
  round: z.number().int(),
  /** Since when it waits: for an agent, or (`photo_asked`) for the citizen. */
  since: Instant,
  /** Who looks at it now: until then, unless they say again that they do. */
  holder: z.object({ id: Id, name: z.string(), until: Instant }).nullable(),
  /** The claim that it is the evidence of: its dossier decides whose the vehicle is. */
  claimId: Id.nullable(),
});
export type ReviewListed = z.infer<typeof ReviewListed>;

/** Lines that the list carries; the rest are counted. */
export const REVIEWS_LISTED = 100;

/** State of the topic `reviews`: the oldest that wait for an agent, and those that wait for a citizen. */
export const ReviewsView = z.object({
  openCount: z.number().int(),
  askedCount: z.number().int(),
  open: z.array(ReviewListed),
  asked: z.array(ReviewListed),
});
export type ReviewsView = z.infer<typeof ReviewsView>;

/** A document that an agent has taken: theirs alone until `heldUntil`, which they renew. */
export const TakenReview = z.object({
  document: DocumentView,
  reasons: z.array(ReviewReason),
  round: z.number().int(),
  openedAt: Instant,
  heldUntil: Instant,
  /** ISO 3166-1, with the plate as it now counts. */
  country: z.string().length(2),
});
export type TakenReview = z.infer<typeof TakenReview>;

export const TakeReview = z.object({ documentId: Id });
export const DecideReview = z.object({
  documentId: Id,
  /** The round that the agent saw. */
  round: z.number().int(),
  /** None: everything is accepted as it stands. */
  corrections: z.array(z.object({ name: FieldName, value: z.string().trim().min(1).max(120) })).max(FieldName.options.length),
});
export type DecideReview = z.infer<typeof DecideReview>;

export const AskPhoto = z
  .object({
    documentId: Id,
    round: z.number().int(),
    reason: PhotoReason,
    side: PageSide,
    note: z.string().trim().max(PHOTO_NOTE_MAX).default(''),
  })
  .refine(({ reason, note }) => reason !== 'other' || note.length >= 3, { path: ['note'] });
export type AskPhoto = z.infer<typeof AskPhoto>;
