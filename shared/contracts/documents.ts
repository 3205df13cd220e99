import { z } from 'zod';
import { Id, Instant } from './ids.ts';

/**
 * A *document* is one carte grise given by a citizen: one or two photographs (*pages*: recto, verso) and the fields read from them.
 *
 *   queued ─► reading ─► read ─► confirmed
 *     ▲          ├─► needs_photo   (the gate refused a photograph, with a reason; the citizen sends another or insists)
 *     └──────────┴─► failed        (nothing usable, or the image broke the reader twice; with a reason)
 *   any but confirmed ─► discarded
 *   confirmed ─► needs_photo       (an agent asks for another photograph: see *review*)
 */
export const DocumentStatus = z.enum(['queued', 'reading', 'needs_photo', 'read', 'confirmed', 'failed', 'discarded']);
export type DocumentStatus = z.infer<typeof DocumentStatus>;

export const PageSide = z.enum(['recto', 'verso']);
export type PageSide = z.infer<typeof PageSide>;

/** The fields that are read. The eight *key* fields identify a vehicle and its owner; the others refine the tax. */
export const KEY_FIELDS = ['plate', 'vin', 'first_registration', 'make', 'model', 'fuel', 'fiscal_power', 'owner'] as const;
export const OTHER_FIELDS = ['category', 'seats', 'max_mass'] as const;
export const FieldName = z.enum([...KEY_FIELDS, ...OTHER_FIELDS]);
export type FieldName = z.infer<typeof FieldName>;

/** Energy codes as printed in field P.3 of the harmonised document (words on labelled cards are mapped to them). */
export const FuelCode = z.enum(['ES', 'GO', 'EL', 'EH', 'GL', 'GP', 'GN', 'EE', 'OTHER']);
export type FuelCode = z.infer<typeof FuelCode>;

/** Four corners, clockwise from the top left of the text, as shares (0..1) of the width and height of the upright photograph. */
export const Quad = z.array(z.tuple([z.number(), z.number()])).length(4);
export type Quad = z.infer<typeof Quad>;

/** Where a value was found: a labelled field, the machine-readable lines, or the person. */
export const FieldSource = z.enum(['label', 'mrz', 'person']);
export type FieldSource = z.infer<typeof FieldSource>;

/** At or over this confidence a field is accepted by itself; under it the citizen is asked (facts: right 178 times in 178). */
export const ACCEPT_CONFIDENCE = 0.9;

/**
 * One field as read. `value` is canonical: plate in normal form, dates ISO, fuel a FuelCode, numbers in decimal digits, names upper case.
 * `confidence` 0..1; `box` is null for a value that has no place on the photograph.
 */
export const ReadField = z.object({
  name: FieldName,
  value: z.string(),
  confidence: z.number().min(0).max(1),
  source: FieldSource,
  page: PageSide,
  box: Quad.nullable(),
});
export type ReadField = z.infer<typeof ReadField>;

/** The steps of a reading, in order; `second_pass` is skipped when the first leaves no key field missing or doubtful. */
export const READING_STEPS = [
  'download',
  'gate',
  'find_paper',
  'straighten',
  'orient',
  'first_pass',
  'second_pass',
  'cross_check',
  'store',
] as const;
export const ReadingStep = z.enum(READING_STEPS);
export type ReadingStep = z.infer<typeof ReadingStep>;

/** Why a photograph was turned back before reading. The citizen may insist on all of them. */
export const GateReason = z.enum(['too_small', 'too_dark', 'glare', 'no_text', 'blurred']);
export type GateReason = z.infer<typeof GateReason>;

/** Why a document failed for good. */
export const FailureReason = z.enum(['unreadable_image', 'not_a_carte_grise', 'reader_crashed', 'timed_out']);
export type FailureReason = z.infer<typeof FailureReason>;

/** What the gate measured on a grey copy of the photograph (facts/carte-grise: Gate before reading). */
export const PageQuality = z.object({
  longSide: z.number().int(),
  brightness: z.number(),
  burntShare: z.number(),
  edgeShare: z.number(),
  sharpness: z.number(),
  reasons: z.array(GateReason),
});
export type PageQuality = z.infer<typeof PageQuality>;

/** Progress of a running reading: disposable, never in the database. Newest (attempt, counter) wins. */
export const ReadingProgress = z.object({
  attempt: z.number().int(),
  counter: z.number().int(),
  /** Page being read and how many there are. */
  page: PageSide,
  pageIndex: z.number().int(),
  pageCount: z.number().int(),
  step: ReadingStep,
  /** Of this step, 0..1, from the recogniser itself where it has one; null where the step has no measure. */
  stepShare: z.number().min(0).max(1).nullable(),
  /** Of the whole reading, 0..1; never goes back within an attempt. */
  share: z.number().min(0).max(1),
  /** Fields read so far. */
  fields: z.array(ReadField),
  /** ISO 3166-1 of the country that issued the document, once it was read. Absent in what was told before it was there. */
  country: z.string().length(2).nullish(),
  /** Outline of the paper found on each page. */
  papers: z.array(z.object({ page: PageSide, quad: Quad })),
  at: Instant,
});
export type ReadingProgress = z.infer<typeof ReadingProgress>;

export const PageView = z.object({
  id: Id,
  side: PageSide,
  width: z.number().int(),
  height: z.number().int(),
  /** False until the WebP and the four sizes are stored; the original is shown meanwhile. */
  imagesReady: z.boolean(),
  quality: PageQuality.nullable(),
  /** Outline of the paper, as shares of the upright photograph. */
  paper: Quad.nullable(),
});
export type PageView = z.infer<typeof PageView>;

export const FieldView = ReadField.extend({
  corrected: z.string().nullable(),
});
export type FieldView = z.infer<typeof FieldView>;

/**
 * A *review* is an agent's look at a document that is doubtful although the citizen confirmed it. A document has at most one.
 *
 *   open ─► accepted | corrected
 *     └──► photo_asked ─► open   (the citizen sent another photograph and confirmed what was read of it)
 */
export const ReviewStatus = z.enum(['open', 'photo_asked', 'accepted', 'corrected']);
export type ReviewStatus = z.infer<typeof ReviewStatus>;

/** What is wrong with the photograph that the citizen is asked to take again; `other` is said in a note. */
export const PhotoReason = z.enum(['blurred', 'cut', 'other_document', 'missing_side', 'other']);
export type PhotoReason = z.infer<typeof PhotoReason>;
export const PHOTO_NOTE_MAX = 200;

/** A value that an agent put right, in canonical form; `from` is null where there was none. */
export const FieldChange = z.object({ name: FieldName, from: z.string().nullable(), to: z.string() });
export type FieldChange = z.infer<typeof FieldChange>;

/** What its citizen sees of a review: how it stands, and what is asked for or was changed. Never who did it. */
export const DocumentReview = z.object({
  status: ReviewStatus,
  photo: z.object({ reason: PhotoReason, side: PageSide, note: z.string() }).nullable(),
  changes: z.array(FieldChange),
  decidedAt: Instant.nullable(),
});
export type DocumentReview = z.infer<typeof DocumentReview>;

/** State of the topic `document:<id>`. */
export const DocumentView = z.object({
  id: Id,
  status: DocumentStatus,
  version: z.number().int(),
  /** Its number in the readers' queue; the place is found by looking it up in the topic `reading-queue`. */
  queueNumber: z.number().int(),
  /** How often a reading was begun, ever: the `attempt` of the progress that belongs to this state (older progress is stale). */
  attempt: z.number().int(),
  insisted: z.boolean(),
  gate: z.array(z.object({ page: PageSide, reason: GateReason })),
  failure: FailureReason.nullable(),
  pages: z.array(PageView),
  fields: z.array(FieldView),
  /** ISO 3166-1 of the country that issued the document; null where it did not say. Absent in states of before it was there. */
  country: z.string().length(2).nullish(),
  vehicleId: Id.nullable(),
  claimId: Id.nullable(),
  /** An agent looks, or looked, at it. Absent in states of before it was there. */
  review: DocumentReview.nullish(),
  submittedAt: Instant,
  readAt: Instant.nullable(),
  /** Wall time of the reading in milliseconds. */
  readingMs: z.number().int().nullable(),
});
export type DocumentView = z.infer<typeof DocumentView>;

/** State of the topic `reading-queue`: the numbers that wait, first first (at most 500), and what a reading takes. */
export const ReadingQueueView = z.object({
  waiting: z.array(z.number().int()),
  waitingCount: z.number().int(),
  reading: z.number().int(),
  /** Mean of the last fifty readings, milliseconds; null before the first. */
  averageMs: z.number().int().nullable(),
});
export type ReadingQueueView = z.infer<typeof ReadingQueueView>;

/** What an upload may be. */
export const UPLOAD_MAX_BYTES = 12 * 1024 * 1024;
export const UPLOAD_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
/** Largest image that is decoded (sharp's limitInputPixels). */
export const IMAGE_MAX_PIXELS = 40_000_000;
export const IMAGE_SIZES = {
  '320x240': [320, 240],
  '640x480': [640, 480],
  '1280x960': [1280, 960],
  '1920x1080': [1920, 1080],
} as const;
export type ImageSize = keyof typeof IMAGE_SIZES;

/** What may be asked of a photograph: its side, and a size or (`original`) the whole. */
export const PageImageQuery = z.object({
  side: PageSide,
  size: z.union([z.literal('original'), z.enum(Object.keys(IMAGE_SIZES) as [ImageSize, ...ImageSize[]])]).default('original'),
});

/** Query of `POST /api/documents` (the body is the photograph itself) and of `POST /api/documents/:id/pages`. */
export const UploadQuery = z.object({
  /** Chosen by the client, once per photograph it means to send: sending again answers with the same document. */
  clientId: Id,
  side: PageSide.default('recto'),
});
export type UploadQuery = z.infer<typeof UploadQuery>;

export const CorrectField = z.object({ documentId: Id, name: FieldName, value: z.string().trim().min(1).max(120) });
export const DocumentRef = z.object({ documentId: Id });
export const ConfirmDocument = z.object({
  documentId: Id,
  /** What is done when the plate is already registered to someone else: asked of the citizen first (PLATE_ALREADY_REGISTERED). */
  claim: z.boolean().default(false),
});
