import type {
  FailureReason,
  GateReason,
  PageQuality,
  PageSide,
  Quad,
  ReadField,
  ReadingStep,
} from '#shared/contracts/documents.ts';

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
  /** ISO 3166-1 of the country that issued the document, once that was read. */
  country: string | null;
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
  | { outcome: 'read'; fields: ReadField[]; country: string | null; pages: PageReading[]; passes: number }
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
