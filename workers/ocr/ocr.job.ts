import type { Db } from '#db/connect.ts';
import type { PageFindings } from '#db/documents.repository.ts';
import type { ProgressRun, ProgressStore } from '#server/documents/progress.service.ts';
import {
  READING_LIMIT_MS,
  createReadingsService,
  type ReadingEnd,
  type ReadingResult,
  type ReadingTicket,
} from '#server/documents/readings.service.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { JobContext, JobHandlers } from '#shared/node/queues.ts';
import { deleteMoved, download, moveOriginals } from './originals.ts';
import { progressReporter, type ProgressReporter } from './reading-progress.ts';
import type { PageInput, Reader, Reading } from './reading/reading.ts';

export interface OcrJobDeps {
  db: Db;
  store: ObjectStore;
  reader: Reader;
  progress: ProgressStore;
  notifier: OutboxNotifier;
  logger: Logger;
  clock: () => Date;
  /** Time limit of one reading, milliseconds. */
  limitMs?: number;
}

/**
 * Reads a document: fetches its photographs, has them read, files the originals, stores the result in one transaction. Reads again while
 * photographs were added meanwhile. May run twice at once: only the newest ticket's result is taken.
 */
export function createOcrJob(deps: OcrJobDeps): JobHandlers<'ocr'> {
  const { store, reader } = deps;
  const readings = createReadingsService(deps);
  const limitMs = deps.limitMs ?? READING_LIMIT_MS;

  async function readOnce(ticket: ReadingTicket, context: JobContext): Promise<ReadingEnd> {
    const run = deps.progress.open(ticket.documentId, ticket.token);
    try {
      return await readAndStore(ticket, context, run);
    } catch (error) {
      if (!(error instanceof ReaderFaultError)) {
        // Not the photograph's fault (shutdown, a service away): the attempt does not count.
        await readings
          .releaseReading(ticket)
          .catch((err: unknown) => context.logger.warn({ err }, 'the reading could not be released'));
      }
      throw error;
    } finally {
      await run.close();
    }
  }

  async function readAndStore(ticket: ReadingTicket, context: JobContext, run: ProgressRun): Promise<ReadingEnd> {
    const started = performance.now();
    const reporter = progressReporter(ticket.pages, run);
    const inputs = await download(store, ticket.pages, reporter.downloaded);
    const reading: Reading = inputs
      ? await readWithin(inputs, ticket, context, reporter)
      : { outcome: 'failed', reason: 'unreadable_image', pages: [] };
    if (reading.outcome === 'failed' && reading.reason === 'reader_crashed' && !ticket.lastAttempt) {
      throw new ReaderFaultError('the reader broke down over the document');
    }
    reporter.storing();
    // Asked before anything is moved: whoever took over since has moved the originals already.
    const current = await readings.isCurrent(ticket);
    const moved = current && inputs ? await moveOriginals(store, ticket.pages, reading.outcome) : new Map<string, string>();
    const end = await readings.finishReading(ticket, resultOf(reading, ticket, moved, Math.round(performance.now() - started)));
    if (end.kind === 'stale') {
      context.logger.info({ documentId: ticket.documentId, token: ticket.token }, 'the reading came too late and was not taken');
      return end;
    }
    reporter.stored();
    await deleteMoved(store, ticket.pages, moved, context.logger);
    return end;
  }

  /** Has it read within the time limit. Does not rely on the reader to end when it is told to. */
  async function readWithin(
    pages: PageInput[],
    ticket: ReadingTicket,
    context: JobContext,
    reporter: ProgressReporter,
  ): Promise<Reading> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), limitMs);
    const signal = AbortSignal.any([context.signal, limit.signal]);
    try {
      return await Promise.race([
        reader.read(pages, { insist: ticket.insisted, onProgress: reporter.reading, signal }),
        rejection(signal),
      ]);
    } catch (error) {
      if (context.signal.aborted) throw new Error('the worker shuts down', { cause: error });
      if (limit.signal.aborted) return { outcome: 'failed', reason: 'timed_out', pages: [] };
      context.logger.error({ err: error, documentId: ticket.documentId }, 'the reader threw');
      return { outcome: 'failed', reason: 'reader_crashed', pages: [] };
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async 'document.ocr'({ documentId }, context) {
      const start = await readings.startReading(documentId, context.jobId);
      let ticket = start.kind === 'read' ? start.ticket : null;
      if (!ticket) context.logger.debug({ documentId, why: start.kind }, 'nothing to read');
      while (ticket) {
        const end = await readOnce(ticket, context);
        ticket = end.kind === 'again' ? end.ticket : null;
      }
    },
  };
}

/** The reader broke down: the job is tried again, and the attempt counts. */
class ReaderFaultError extends Error {
  override readonly name = 'ReaderFaultError';
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = (): void => reject(new Error('the reading was given up'));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}

function resultOf(reading: Reading, ticket: ReadingTicket, moved: ReadonlyMap<string, string>, readingMs: number): ReadingResult {
  const pages = ticket.pages.map((page): PageFindings => {
    const found = reading.pages.find(({ side }) => side === page.side);
    const originalKey = moved.get(page.id);
    return {
      id: page.id,
      ...(originalKey ? { originalKey } : {}),
      ...(found ? { width: found.width, height: found.height, quality: found.quality, paper: found.paper } : {}),
    };
  });
  if (reading.outcome === 'read') return { outcome: 'read', fields: reading.fields, country: reading.country, readingMs, pages };
  if (reading.outcome === 'needs_photo') return { outcome: 'needs_photo', gate: reading.gate, pages };
  return { outcome: 'failed', reason: reading.reason, pages };
}
