import type {
  FailureReason,
  GateReason,
  PageQuality,
  PageSide,
  Quad,
  ReadField,
  ReadingStep,
} from '#shared/contracts/documents.ts';
import { createEnginePool } from './engine/pool.ts';
import { startOrientationDetector, startRecogniser } from './engine/recogniser.ts';
import { AbortedError, TimeLimitError } from './engine/time-limit.ts';
import { UnreadableImageError } from './image/decode.ts';
import { readPages } from './read-pages.ts';

/** One photograph, as uploaded. */
export interface PageInput {
  side: PageSide;
  bytes: Buffer;
}

/** What is known at a moment of a running reading. `share` is of the whole reading, never goes back. */
export interface ProgressUpdate {
  page: PageSide;
  pageIndex: number;
  pageCount: number;
  step: ReadingStep;
  /** 0..1 as the recogniser counts; null while something runs that has no measure. */
  stepShare: number | null;
  share: number;
  fields: ReadField[];
  papers: { page: PageSide; quad: Quad }[];
}

export interface ReadOptions {
  /** Read although the gate would ask for another photograph. */
  insist: boolean;
  /** Called whenever there is news and at least once a second; throttling is the caller's. */
  onProgress(update: ProgressUpdate): void;
  /** Ends the reading at once: `read` rejects with an error named AbortError. */
  signal: AbortSignal;
}

export interface PageReading {
  side: PageSide;
  /** Of the upright original, pixels. */
  width: number;
  height: number;
  quality: PageQuality | null;
  paper: Quad | null;
}

export type Reading =
  | { outcome: 'read'; fields: ReadField[]; pages: PageReading[]; passes: number }
  | { outcome: 'needs_photo'; gate: { page: PageSide; reason: GateReason }[]; pages: PageReading[] }
  | { outcome: 'failed'; reason: FailureReason; pages: PageReading[] };

export interface Reader {
  /** Reads a document. Rejects only when aborted; every other end is an outcome. */
  read(pages: PageInput[], options: ReadOptions): Promise<Reading>;
  /** Ends all engines; readings under way fail. */
  close(): Promise<void>;
}

/** The part of a logger that the reader needs (pino's fits). */
export interface ReaderLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Milliseconds. */
export interface ReaderLimits {
  readonly startMs: number;
  readonly decodeMs: number;
  readonly orientMs: number;
  readonly passMs: number;
  /** Of a whole reading, waiting for an engine included. */
  readonly readingMs: number;
}

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
