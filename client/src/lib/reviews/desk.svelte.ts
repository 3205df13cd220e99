import { onDestroy, untrack } from 'svelte';
import type { AppError } from '#shared/contracts/errors.ts';
import type { FieldName, PageSide, PhotoReason } from '#shared/contracts/documents.ts';
import type { TakenReview } from '#shared/contracts/reviews.ts';
import type { CountryCode } from '#shared/domain/countries/countries.ts';
import { REVIEW_RENEW_MS } from '#shared/domain/reviews.ts';
import { toAppError } from '../api.ts';
import type { Live } from '../live/context.ts';
import { deskContext, deskRows, emptyDraft, parseDraft, type Draft } from './drafts.ts';

export type Decision = 'accepted' | 'corrected' | 'asked';

/** One document before an agent: taken when the page opens, renewed while it is there, given back when it is left. */
export function openDesk(live: Live, id: string, country: CountryCode) {
  let taken = $state.raw<TakenReview | null>(null);
  let error = $state.raw<AppError | null>(null);
  let lost = $state(false);
  let busy = $state(false);
  let decided = false;
  let draft = $state<Draft>(emptyDraft());
  const connected = $derived(live.connection.status === 'live');
  const keptAs = (review: TakenReview): string => `review:${id}:${review.round}`;
  const rows = $derived(
    taken ? deskRows(taken.document.fields, taken.reasons, draft, deskContext(country, taken.document.country ?? null)) : [],
  );

  async function take(): Promise<void> {
    try {
      const review = await live.command('review:take', { documentId: id });
      if (taken?.round !== review.round) draft = parseDraft(sessionStorage.getItem(keptAs(review)));
      [taken, lost, error] = [review, false, null];
    } catch (thrown) {
      const refused = toAppError(thrown);
      // Without a line nothing is refused: it is taken when the line is back.
      if (refused.code === 'UNAVAILABLE') return;
      error = refused;
      lost = taken !== null;
    }
  }
  async function renew(): Promise<void> {
    if (!taken || lost || decided || !connected) return;
    try {
      await live.command('review:renew', { documentId: id });
    } catch (thrown) {
      // Perhaps it is free still: taking it says.
      if (toAppError(thrown).code === 'REVIEW_LOST') await take();
    }
  }

  // A line that comes back may have been away for longer than the document stays one's own.
  $effect(() => {
    if (connected && !decided) untrack(() => void (taken && !lost ? renew() : take()));
  });
  $effect(() => {
    if (taken) sessionStorage.setItem(keptAs(taken), JSON.stringify(draft));
  });
  const timer = setInterval(() => void renew(), REVIEW_RENEW_MS);
  onDestroy(() => {
    clearInterval(timer);
    if (taken && !lost && !decided) live.command('review:release', { documentId: id }).catch(() => undefined);
  });

  async function finish(review: TakenReview, work: () => Promise<null>): Promise<boolean> {
    if (busy) return false;
    [busy, error] = [true, null];
    try {
      await work();
      decided = true;
      sessionStorage.removeItem(keptAs(review));
      return true;
    } catch (thrown) {
      error = toAppError(thrown);
      lost = error.code === 'REVIEW_LOST';
      return false;
    } finally {
      busy = false;
    }
  }

  return {
    get taken() {
      return taken;
    },
    get rows() {
      return rows;
    },
    get error() {
      return error;
    },
    get lost() {
      return lost;
    },
    get busy() {
      return busy;
    },
    /** Whether a decision would be taken now. */
    get ready() {
      return connected && taken !== null && !lost;
    },
    get connected() {
      return connected;
    },
    take,
    type(name: FieldName, value: string): void {
      draft.values[name] = value;
    },
    see(name: FieldName): void {
      if (!draft.seen.includes(name)) draft.seen.push(name);
    },
    /** What is on the desk counts. Answers what it was, null when it could not be done. */
    async decide(): Promise<Decision | null> {
      if (!taken) return null;
      const { round } = taken;
      const corrections = rows.filter((row) => row.changed).map(({ name, shown }) => ({ name, value: shown }));
      const done = await finish(taken, () => live.command('review:decide', { documentId: id, round, corrections }));
      return done ? (corrections.length > 0 ? 'corrected' : 'accepted') : null;
    },
    async ask(request: { reason: PhotoReason; side: PageSide; note: string }): Promise<Decision | null> {
      if (!taken) return null;
      const { round } = taken;
      const done = await finish(taken, () => live.command('review:ask-photo', { documentId: id, round, ...request }));
      return done ? 'asked' : null;
    },
    /** The next document that nobody has; null when there is none, or no line. */
    async next(): Promise<string | null> {
      return live.command('review:next', {}).then(
        ({ document }) => document.id,
        () => null,
      );
    },
  };
}

export type Desk = ReturnType<typeof openDesk>;
