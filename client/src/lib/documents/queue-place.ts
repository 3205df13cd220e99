import type { ReadingQueueView } from '#shared/contracts/documents.ts';

export type QueuePlace =
  /** `place` 1 is the next; `waitMs` until its reading begins and ends, by the mean of the last readings. */
  | { kind: 'place'; place: number; waitMs: number | null }
  /** Behind more than are listed. */
  | { kind: 'far'; ahead: number }
  /** The queue does not list it: it is just coming in, or just leaving. */
  | { kind: 'unknown' };

/** Where a document stands in the readers' queue. */
export function queuePlace(queue: ReadingQueueView, queueNumber: number): QueuePlace {
  const index = queue.waiting.indexOf(queueNumber);
  if (index >= 0) {
    const rounds = Math.ceil((index + 1) / Math.max(1, queue.reading));
    return { kind: 'place', place: index + 1, waitMs: queue.averageMs === null ? null : rounds * queue.averageMs };
  }
  return queue.waitingCount > queue.waiting.length ? { kind: 'far', ahead: queue.waiting.length } : { kind: 'unknown' };
}
