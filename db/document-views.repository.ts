import { asc, eq, isNotNull, sql } from 'drizzle-orm';
import { FieldName, type DocumentReview, type DocumentView, type ReadingQueueView } from '#shared/contracts/documents.ts';
import type { Executor } from './connect.ts';
import {
  currentPagesOf,
  fieldsOfAll,
  findDocuments,
  type DocumentRow,
  type FieldRow,
  type PageRow,
} from './documents.repository.ts';
import { findDocumentReviews } from './reviews.repository.ts';
import { documents } from './schema/documents.ts';

/** State of the topic `document:<id>`; null when there is no such document. */
export async function findDocumentView(db: Executor, id: string): Promise<DocumentView | null> {
  return (await findDocumentViews(db, [id])).get(id) ?? null;
}

/** The same of several, in four queries for all. */
export async function findDocumentViews(db: Executor, ids: readonly string[]): Promise<Map<string, DocumentView>> {
  const [found, pages, fields, reviews] = await Promise.all([
    findDocuments(db, ids),
    currentPagesOf(db, ids),
    fieldsOfAll(db, ids),
    findDocumentReviews(db, ids),
  ]);
  const [pagesOf, fieldsOf] = [byDocument(pages), byDocument(fields)];
  return new Map(
    found.map((document) => [
      document.id,
      viewOf(document, pagesOf.get(document.id) ?? [], fieldsOf.get(document.id) ?? [], reviews.get(document.id) ?? null),
    ]),
  );
}

function byDocument<T extends { documentId: string }>(rows: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    const others = found.get(row.documentId);
    if (others) others.push(row);
    else found.set(row.documentId, [row]);
  }
  return found;
}

function viewOf(
  document: DocumentRow,
  pages: readonly PageRow[],
  fields: readonly FieldRow[],
  review: DocumentReview | null,
): DocumentView {
  return {
    id: document.id,
    status: document.status,
    version: document.version,
    queueNumber: document.queueNumber,
    attempt: document.attemptsTotal,
    insisted: document.insisted,
    gate: document.gate,
    failure: document.failure,
    pages: pages.map((page) => ({
      id: page.id,
      side: page.side,
      width: page.width,
      height: page.height,
      imagesReady: page.imagesKey !== null,
      quality: page.quality,
      paper: page.paper,
    })),
    fields: fields
      .toSorted((a, b) => FieldName.options.indexOf(a.name) - FieldName.options.indexOf(b.name))
      .map(({ name, value, confidence, source, page, box, corrected }) => ({
        name,
        value,
        confidence,
        source,
        page,
        box,
        corrected,
      })),
    country: document.country,
    vehicleId: document.vehicleId,
    claimId: document.claimId,
    review,
    submittedAt: document.createdAt.toISOString(),
    readAt: document.readAt?.toISOString() ?? null,
    readingMs: document.readingMs,
  };
}

/** Most numbers that the topic `reading-queue` carries; who stands further back knows the count. */
const QUEUE_SHOWN = 500;
const AVERAGE_OF = 50;

/** State of the topic `reading-queue`. */
export async function readReadingQueue(db: Executor): Promise<ReadingQueueView> {
  const waiting = db
    .select({ number: documents.queueNumber })
    .from(documents)
    .where(eq(documents.status, 'queued'))
    .orderBy(asc(documents.queueNumber))
    .limit(QUEUE_SHOWN);
  const counts = db
    .select({
      waiting: sql<number>`count(*) filter (where ${documents.status} = 'queued')`.mapWith(Number),
      reading: sql<number>`count(*) filter (where ${documents.status} = 'reading')`.mapWith(Number),
    })
    .from(documents)
    .where(sql`${documents.status} in ('queued', 'reading')`);
  // In the order that the index has: nulls are first in Postgres' own descending order, and all documents would be sorted.
  const last = db
    .select({ ms: documents.readingMs })
    .from(documents)
    .where(isNotNull(documents.readingMs))
    .orderBy(sql`${documents.readAt} desc nulls last`)
    .limit(AVERAGE_OF);
  const [numbers, [count], readings] = await Promise.all([waiting, counts, last]);
  const total = readings.reduce((sum, { ms }) => sum + (ms ?? 0), 0);
  return {
    waiting: numbers.map(({ number }) => number),
    waitingCount: count?.waiting ?? 0,
    reading: count?.reading ?? 0,
    averageMs: readings.length > 0 ? Math.round(total / readings.length) : null,
  };
}
