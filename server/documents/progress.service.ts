import {
  createProgressStore as createStore,
  type ProgressDeps,
  type ProgressReport as ReportOf,
  type ProgressRun as RunOf,
  type ProgressStore as StoreOf,
} from '../live/progress.service.ts';

export { PROGRESS_INTERVAL_MS } from '../live/progress.service.ts';

/** What the reader says; attempt, counter and time are added by the store. */
export type ProgressReport = ReportOf<'document-progress'>;
/** The progress of one reading; its `attempt` is the ticket's token. */
export type ProgressRun = RunOf<'document-progress'>;
export type ProgressStore = StoreOf<'document-progress'>;

/** Progress of running readings, for their documents' owners. */
export const createProgressStore = (deps: ProgressDeps): ProgressStore => createStore('document-progress', 'owner', deps);
