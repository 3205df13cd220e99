import type { ProgressRun } from '#server/documents/progress.service.ts';
import type { PageToRead } from '#server/documents/readings.service.ts';
import type { ProgressUpdate } from './reading/reading.ts';

/** Parts of the whole that lie before and after the reader, by measured times. */
const DOWNLOAD_SHARE = 0.03;
const STORE_SHARE = 0.03;

export interface ProgressReporter {
  /** So many photographs are here. */
  downloaded(done: number): void;
  reading(update: ProgressUpdate): void;
  storing(): void;
  stored(): void;
}

/** Puts the job's own steps before and after the reader's, into one share of the whole. */
export function progressReporter(pages: readonly PageToRead[], run: ProgressRun): ProgressReporter {
  const side = pages[0]?.side ?? 'recto';
  let last: ProgressUpdate = {
    page: side,
    pageIndex: 0,
    pageCount: pages.length,
    step: 'download',
    stepShare: 0,
    share: 0,
    fields: [],
    country: null,
    papers: [],
  };
  return {
    downloaded(done) {
      const stepShare = pages.length > 0 ? done / pages.length : 1;
      last = { ...last, step: 'download', stepShare, share: DOWNLOAD_SHARE * stepShare };
      run.report(last);
    },
    reading(update) {
      last = { ...update, share: DOWNLOAD_SHARE + update.share * (1 - DOWNLOAD_SHARE - STORE_SHARE) };
      run.report(last);
    },
    storing() {
      last = { ...last, step: 'store', stepShare: null, share: Math.max(last.share, 1 - STORE_SHARE) };
      run.report(last);
    },
    stored() {
      last = { ...last, step: 'store', stepShare: 1, share: 1 };
      run.report(last);
    },
  };
}
