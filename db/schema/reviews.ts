import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import type { FieldChange, PageSide, PhotoReason, ReviewStatus } from '../../shared/contracts/documents.ts';
import type { ReviewReason } from '../../shared/contracts/reviews.ts';
import { documents } from './documents.ts';
import { users } from './identity.ts';

/**
 * A doubtful document that an agent looks at: one row a document, whatever happens to it. Who has it (`holder_id`) has it until
 * `held_until` alone; a lease that ended is anybody's.
 */
export const documentReviews = pgTable(
  'document_reviews',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    documentId: uuid('document_id')
      .notNull()
      .references(() => documents.id, { onDelete: 'cascade' }),
    status: text('status').$type<ReviewStatus>().notNull().default('open'),
    reasons: jsonb('reasons').$type<ReviewReason[]>().notNull(),
    /** How often it came: 1, and one more for each photograph that was asked for. */
    round: integer('round').notNull().default(1),
    holderId: uuid('holder_id').references(() => users.id),
    heldUntil: instant('held_until'),
    /** What the citizen is asked for, while `status` is `photo_asked` and after. */
    photoReason: text('photo_reason').$type<PhotoReason>(),
    photoSide: text('photo_side').$type<PageSide>(),
    photoNote: text('photo_note'),
    /** What the last decision changed. */
    changes: jsonb('changes').$type<FieldChange[]>().notNull().default([]),
    decidedBy: uuid('decided_by').references(() => users.id),
    decidedAt: instant('decided_at'),
    /** Since when it waits, in this round: the oldest is given out first. */
    openedAt: instant('opened_at').notNull(),
  },
  (t) => [
    uniqueIndex('document_reviews_document_key').on(t.documentId),
    index('document_reviews_open_idx')
      .on(t.openedAt)
      .where(sql`${t.status} = 'open'`),
    index('document_reviews_asked_idx')
      .on(t.decidedAt)
      .where(sql`${t.status} = 'photo_asked'`),
    check('document_reviews_status_known', sql`${t.status} in ('open', 'photo_asked', 'accepted', 'corrected')`),
    check('document_reviews_held', sql`(${t.holderId} is null) = (${t.heldUntil} is null)`),
    check('document_reviews_decided', sql`${t.status} = 'open' or (${t.decidedBy} is not null and ${t.decidedAt} is not null)`),
    check('document_reviews_note_short', sql`length(${t.photoNote}) <= 200`),
  ],
);
