import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  real,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import type { GateReason, PageQuality, PageSide, Quad } from '../../shared/contracts/documents.ts';
import { users } from './identity.ts';

/** Places in the readers' queue. */
export const documentQueueNumbers = pgSequence('document_queue_numbers');

/** A carte grise given by a citizen; its photographs are `document_pages`, what was read of it `document_fields`. */
export const documents = pgTable(
  'documents',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    status: text('status').notNull().default('queued'),
    /** Raised by every change: what the next version was computed from. */
    version: integer('version').notNull().default(1),
    /** Place in the readers' queue; a new number each time the document is queued. */
    queueNumber: bigint('queue_number', { mode: 'number' })
      .notNull()
      .default(sql`nextval('document_queue_numbers')`),
    /** How often a reader has started on it since it was last queued by a person. */
    attempt: integer('attempt').notNull().default(0),
    /** Attempts ever: what numbers the progress, so that an older attempt's can be told. */
    attemptsTotal: integer('attempts_total').notNull().default(0),
    /** The citizen wants it read although the gate advised against. */
    insisted: boolean('insisted').notNull().default(false),
    gate: jsonb('gate').$type<{ page: PageSide; reason: GateReason }[]>().notNull().default([]),
    failure: text('failure'),
    /** ISO 3166-1 of the country that issued it, as read; null where it does not say: its plate must then tell. */
    country: text('country'),
    /** Set by the confirmation; no foreign keys, the vehicle points here. */
    vehicleId: uuid('vehicle_id'),
    claimId: uuid('claim_id'),
    queuedAt: instant('queued_at').notNull().defaultNow(),
    readingStartedAt: instant('reading_started_at'),
    /** The job that reads it: another job for the same document leaves it alone, the same job given out again takes over at once. */
    readingJob: text('reading_job'),
    readAt: instant('read_at'),
    readingMs: integer('reading_ms'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    index('documents_user_idx').on(t.userId, t.createdAt.desc()),
    index('documents_vehicle_idx')
      .on(t.vehicleId)
      .where(sql`${t.vehicleId} is not null`),
    index('documents_status_idx').on(t.status, t.createdAt.desc()),
    index('documents_queue_idx')
      .on(t.queueNumber)
      .where(sql`${t.status} in ('queued', 'reading')`),
    index('documents_read_at_idx')
      .on(t.readAt.desc())
      .where(sql`${t.readingMs} is not null`),
    check(
      'documents_status_known',
      sql`${t.status} in ('queued', 'reading', 'needs_photo', 'read', 'confirmed', 'failed', 'discarded')`,
    ),
  ],
);

/** One photograph of a document. `client_id` makes the upload idempotent for its user; a replaced photograph is kept as superseded. */
export const documentPages = pgTable(
  'document_pages',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    documentId: uuid('document_id')
      .notNull()
      .references(() => documents.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    clientId: uuid('client_id').notNull(),
    side: text('side').$type<PageSide>().notNull(),
    contentType: text('content_type').notNull(),
    bytes: integer('bytes').notNull(),
    sha256: text('sha256').notNull(),
    /** Size of the upright photograph, pixels. */
    width: integer('width').notNull(),
    height: integer('height').notNull(),
    /** Where the original lies now: `ocr-uploads/{pending,processed,failed}/…`. */
    originalKey: text('original_key').notNull(),
    /** `vehicle-documents/<side>/<page>`: to it the sizes' names are added; null until they are stored. */
    imagesKey: text('images_key'),
    quality: jsonb('quality').$type<PageQuality>(),
    paper: jsonb('paper').$type<Quad>(),
    supersededAt: instant('superseded_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('document_pages_client_key').on(t.userId, t.clientId),
    uniqueIndex('document_pages_side_key')
      .on(t.documentId, t.side)
      .where(sql`${t.supersededAt} is null`),
    check('document_pages_side_known', sql`${t.side} in ('recto', 'verso')`),
  ],
);

/** One field of a document: what was read, where, how surely, and what the person made of it. */
export const documentFields = pgTable(
  'document_fields',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    documentId: uuid('document_id')
      .notNull()
      .references(() => documents.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    value: text('value').notNull(),
    confidence: real('confidence').notNull(),
    source: text('source').notNull(),
    page: text('page').$type<PageSide>().notNull(),
    box: jsonb('box').$type<Quad>(),
    corrected: text('corrected'),
    correctedAt: instant('corrected_at'),
  },
  (t) => [
    uniqueIndex('document_fields_name_key').on(t.documentId, t.name),
    check('document_fields_source_known', sql`${t.source} in ('label', 'mrz', 'person')`),
  ],
);
