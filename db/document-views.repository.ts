import { asc, eq, isNotNull, sql } from 'drizzle-orm';
import { FieldName, type DocumentView, type ReadingQueueView } from '#shared/contracts/documents.ts';
import type { Executor } from './connect.ts';
import { currentPages, fieldsOf, findDocument } from './documents.repository.ts';
import { findDocumentReview } from './reviews.repository.ts';
import { documents } from './schema/documents.ts';

/** State of the topic `document:<id>`, in four queries; null when there is no such document. */
export async function findDocumentView(db: Executor, id: string): Promise<DocumentView | null> {
  const [document, pages, fields, review] = await Promise.all([
    findDocument(db, id),
    currentPages(db, id),
    fieldsOf(db, id),
    findDocumentReview(db, id),
  ]);
  if (!document) return null;
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
