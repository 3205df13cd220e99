import type { Db, Tx } from '#db/connect.ts';
import {
  currentPages,
  findDocument,
  lockDocument,
  replaceFields,
  setImagesKey,
  updateDocument,
  updatePage,
  type DocumentRow,
  type PageFindings,
  type PageRow,
} from '#db/documents.repository.ts';
import type { FailureReason, GateReason, PageSide, ReadField } from '#shared/contracts/documents.ts';
import { canMove } from '#shared/domain/documents.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { appendDocumentEvent } from './document-events.ts';

export interface ReadingsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
}

/** How often a reader may start on a document that a person queued once: an image that kills the reader twice has failed. */
export const MAX_ATTEMPTS = 2;
/** A reading takes no longer than this, milliseconds; after it and some slack, another job may take the document over. */
export const READING_LIMIT_MS = 60_000;
const TAKE_OVER_AFTER_MS = READING_LIMIT_MS + 15_000;

export type PageToRead = Pick<PageRow, 'id' | 'side' | 'originalKey' | 'contentType'>;

/** The right to read a document once. `token` fences it: the result of an older one is refused. */
export interface ReadingTicket {
  documentId: string;
  /** `attempts_total`: also the `attempt` of the progress. */
  token: number;
  jobId: string;
  insisted: boolean;
  /** No further attempt follows this one. */
  lastAttempt: boolean;
  pages: PageToRead[];
}

/** `done`: there is nothing (any more) to read; `busy`: another job reads it now. */
export type ReadingStart = { kind: 'read'; ticket: ReadingTicket } | { kind: 'done' | 'busy' };

export type ReadingResult = { pages: PageFindings[] } & (
  | { outcome: 'read'; fields: ReadField[]; country: string | null; readingMs: number }
  | { outcome: 'needs_photo'; gate: { page: PageSide; reason: GateReason }[] }
  | { outcome: 'failed'; reason: FailureReason }
);

/** `stale`: refused, somebody else reads or has read it; `again`: there are photographs that were not read yet, here is the next ticket. */
export type ReadingEnd = { kind: 'stored' | 'stale' } | { kind: 'again'; ticket: ReadingTicket };

/** What a reader's job does with a document. Every step is guarded by the row's lock, the status and the ticket's token. */
export interface ReadingsService {
  startReading(documentId: string, jobId: string): Promise<ReadingStart>;
  /** Whether a result of this ticket would be taken now: asked before objects are moved about. */
  isCurrent(ticket: ReadingTicket): Promise<boolean>;
  finishReading(ticket: ReadingTicket, result: ReadingResult): Promise<ReadingEnd>;
  /** The worker shuts down: the attempt does not count, the next worker starts anew. */
  releaseReading(ticket: ReadingTicket): Promise<void>;
  /** The photographs whose WebP files are not stored yet. */
  pagesWithoutImages(documentId: string): Promise<PageRow[]>;
  imagesStored(documentId: string, stored: readonly { pageId: string; imagesKey: string }[]): Promise<void>;
}

export function createReadingsService({ db, notifier, clock }: ReadingsDeps): ReadingsService {
  async function begin(tx: Tx, document: DocumentRow, jobId: string): Promise<ReadingTicket> {
    const at = clock();
    const [attempt, token] = [document.attempt + 1, document.attemptsTotal + 1];
    const started = { readingStartedAt: at, readingJob: jobId, updatedAt: at };
    await updateDocument(tx, document.id, { status: 'reading', attempt, attemptsTotal: token, ...started });
    const pages = await currentPages(tx, document.id);
    await appendDocumentEvent(tx, 'document.reading_started', { documentId: document.id, attempt: token }, document);
    const { insisted } = document;
    return {
      documentId: document.id,
      token,
      jobId,
      insisted,
      lastAttempt: attempt >= MAX_ATTEMPTS,
      pages: pages.map(({ id, side, originalKey, contentType }) => ({ id, side, originalKey, contentType })),
    };
  }

  async function fail(tx: Tx, document: DocumentRow, reason: FailureReason): Promise<void> {
    await updateDocument(tx, document.id, { status: 'failed', failure: reason, gate: [], readingJob: null, updatedAt: clock() });
    await appendDocumentEvent(tx, 'document.failed', { documentId: document.id }, document);
  }

  /** Whether another job is at it, as far as the row tells. */
  function isHeld(document: DocumentRow, jobId: string): boolean {
    if (document.status !== 'reading' || document.readingJob === null || document.readingJob === jobId) return false;
    return clock().getTime() - (document.readingStartedAt?.getTime() ?? 0) < TAKE_OVER_AFTER_MS;
  }

  async function store(tx: Tx, document: DocumentRow, result: ReadingResult): Promise<void> {
    for (const page of result.pages) await updatePage(tx, page);
    if (result.outcome === 'failed') return fail(tx, document, result.reason);
    const at = clock();
    const ended = { failure: null, readingJob: null, updatedAt: at };
    if (result.outcome === 'needs_photo') {
      await updateDocument(tx, document.id, { status: 'needs_photo', gate: result.gate, ...ended });
      await appendDocumentEvent(tx, 'document.needs_photo', { documentId: document.id }, document);
      return;
    }
    await replaceFields(tx, document.id, result.fields);
    const { country, readingMs } = result;
    await updateDocument(tx, document.id, { status: 'read', country, gate: [], readAt: at, readingMs, ...ended });
    await appendDocumentEvent(tx, 'document.read', { documentId: document.id }, document);
  }

  return {
    async startReading(documentId, jobId) {
      const start = await db.transaction(async (tx): Promise<ReadingStart> => {
        const document = await lockDocument(tx, documentId);
        if (!document || !canMove(document.status, 'reading')) return { kind: 'done' };
        if (isHeld(document, jobId)) return { kind: 'busy' };
        if (document.attempt >= MAX_ATTEMPTS) {
          await fail(tx, document, 'reader_crashed');
          return { kind: 'done' };
        }
        return { kind: 'read', ticket: await begin(tx, document, jobId) };
      });
      notifier.wake();
      return start;
    },

    async isCurrent(ticket) {
      return holds(await findDocument(db, ticket.documentId), ticket);
    },

    async finishReading(ticket, result) {
      const end = await db.transaction(async (tx): Promise<ReadingEnd> => {
        const document = await lockDocument(tx, ticket.documentId);
        if (!document || !holds(document, ticket)) return { kind: 'stale' };
        const read = new Set(ticket.pages.map(({ id }) => id));
        const unread = (await currentPages(tx, document.id)).some(({ id }) => !read.has(id));
        if (!unread) {
          await store(tx, document, result);
          return { kind: 'stored' };
        }
        for (const { id, originalKey } of result.pages) if (originalKey) await updatePage(tx, { id, originalKey });
        return { kind: 'again', ticket: await begin(tx, document, ticket.jobId) };
      });
      notifier.wake();
      return end;
    },

    async releaseReading(ticket) {
      await db.transaction(async (tx) => {
        const document = await lockDocument(tx, ticket.documentId);
        if (!document || !holds(document, ticket)) return;
        // No event: to those who watch, it is still being read, and soon is.
        await updateDocument(tx, document.id, { attempt: Math.max(0, document.attempt - 1), readingJob: null });
      });
    },

    async pagesWithoutImages(documentId) {
      const document = await findDocument(db, documentId);
      if (!document || document.status === 'discarded') return [];
      return (await currentPages(db, documentId)).filter((page) => page.imagesKey === null);
    },

    async imagesStored(documentId, stored) {
      await db.transaction(async (tx) => {
        const document = await lockDocument(tx, documentId);
        if (!document) return;
        let changed = false;
        for (const { pageId, imagesKey } of stored) changed = (await setImagesKey(tx, pageId, imagesKey)) || changed;
        if (!changed) return;
        await updateDocument(tx, documentId, { updatedAt: clock() });
        await appendDocumentEvent(tx, 'document.images_stored', { documentId }, document, { garage: false });
      });
      notifier.wake();
    },
  };
}

const holds = (document: DocumentRow | null, ticket: ReadingTicket): boolean =>
  document?.status === 'reading' && document.attemptsTotal === ticket.token;
