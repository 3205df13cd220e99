import type { FailureReason } from '#shared/contracts/documents.ts';
import { createEnginePool } from './engine/pool.ts';
import { startOrientationDetector, startRecogniser } from './engine/recogniser.ts';
import { AbortedError, TimeLimitError } from './engine/time-limit.ts';
import { UnreadableImageError } from './image/decode.ts';
import { readPages } from './read-pages.ts';
import type { PageReading, ProgressUpdate, Reader, ReaderLimits, ReaderLogger } from './reading.ts';

export interface ReaderDeps {
  readonly logger: ReaderLogger;
  /** Recogniser threads: how many pages are read at the same moment. Each takes about 100 MB. */
  readonly engines: number;
  readonly limits?: Partial<ReaderLimits>;
  /** Pages after which an engine is replaced. */
  readonly pagesPerEngine?: number;
  /** Replaces the clock in tests: no document is of tomorrow. */
  readonly now?: () => Date;
}

const DEFAULT_LIMITS: ReaderLimits = { startMs: 20_000, decodeMs: 15_000, orientMs: 20_000, passMs: 30_000, readingMs: 90_000 };
const DEFAULT_PAGES_PER_ENGINE = 200;
const HEARTBEAT_MS = 1_000;

/** Starts the engines and answers when they can read. */
export async function createReader(deps: ReaderDeps): Promise<Reader> {
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const { logger } = deps;
  const usesPerEngine = deps.pagesPerEngine ?? DEFAULT_PAGES_PER_ENGINE;
  const recognisers = createEnginePool({
    size: deps.engines,
    usesPerEngine,
    logger,
    start: () => startRecogniser(limits.startMs),
    terminate: (e) => e.terminate(),
  });
  // Telling the orientation takes a fifth of a reading.
  const detectors = createEnginePool({
    size: Math.ceil(deps.engines / 4),
    usesPerEngine,
    logger,
    start: () => startOrientationDetector(limits.startMs),
    terminate: (e) => e.terminate(),
  });
  await Promise.all([recognisers.warm(), detectors.warm()]);

  return {
    async read(pages, { insist, onProgress, signal }) {
      const ending = new AbortController();
      const timer = setTimeout(() => ending.abort(), limits.readingMs);
      const found: PageReading[] = [];
      // Called from the recogniser's own message handler, where an error could not be caught.
      const tell = (update: ProgressUpdate): void => {
        try {
          onProgress(update);
        } catch (error) {
          logger.warn({ err: error }, 'progress could not be told');
        }
      };
      let repeat = (): void => undefined;
      const heartbeat = setInterval(() => repeat(), HEARTBEAT_MS);
      try {
        return await readPages(pages, {
          insist,
          onProgress: tell,
          onTracker: (tracker) => (repeat = () => tracker.repeat()),
          pagesFound: found,
          signal: AbortSignal.any([signal, ending.signal]),
          recognisers,
          detectors,
          limits,
          now: deps.now ?? (() => new Date()),
        });
      } catch (error) {
        if (signal.aborted) throw new AbortedError('the reading was aborted');
        const reason = failureOf(error);
        logger.warn({ err: error, reason }, 'a document could not be read');
        return { outcome: 'failed', reason, pages: found };
      } finally {
        clearTimeout(timer);
        clearInterval(heartbeat);
      }
    },
    async close() {
      recognisers.close();
      detectors.close();
    },
  };
}

function failureOf(error: unknown): FailureReason {
  if (error instanceof UnreadableImageError) return 'unreadable_image';
  return error instanceof TimeLimitError || error instanceof AbortedError ? 'timed_out' : 'reader_crashed';
}
