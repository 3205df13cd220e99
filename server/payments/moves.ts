import type { Db, Tx } from '#db/connect.ts';
import { appendOutboxRows, type OutboxEntry } from '#db/outbox.repository.ts';
import { lockIntents, moveIntents, releaseClaims, type IntentRow, type MovedIntent } from '#db/payments.repository.ts';
import type { EventName } from '#shared/contracts/events.ts';
import type { PaymentFailure } from '#shared/contracts/payments.ts';
import { afterEvent, holdsClaims, isSettled, type IntentEvent } from '#shared/domain/payments/intent-state.ts';
import { checkDelayMs, LATE_WITHIN_MS } from '#shared/domain/payments/order.ts';
import type { Logger } from '#shared/node/logger.ts';
import { paymentChanges } from './payment-events.ts';
import { createTogether } from './together.ts';

export interface MovesDeps {
  db: Db;
  clock: () => Date;
  logger: Logger;
  /** Called after each commit. */
  onCommit: () => void;
}

/** What is kept beside an event. */
export interface Change {
  failure?: PaymentFailure;
  handle?: string;
  redirectUrl?: string;
  /** The provider will say nothing else. */
  lastWord?: boolean;
  /** It was asked and did not answer: `updatedAt` goes on telling since when nothing was heard of it. */
  unanswered?: boolean;
}

interface Move {
  id: string;
  event: IntentEvent | null;
  change: Change;
}

const MAX_BATCH = 50;
const TOLD = {
  push: 'payment.pushed',
  accept: 'payment.pending',
  lose: 'payment.unknown',
  fail: 'payment.failed',
  expire: 'payment.expired',
} as const satisfies Partial<Record<IntentEvent, EventName & `payment.${string}`>>;
const toldOf = (event: IntentEvent | null) => (event && event in TOLD ? TOLD[event as keyof typeof TOLD] : null);

/**
 * Moves intents by what their providers said (or did not), those that come at the same time in one transaction (ADR 009). Resolves once it
 * is committed: whether the event meant something to the intent. Not for successes, which are booked (poster.ts).
 */
export type MoveIntent = (id: string, event: IntentEvent | null, change?: Change) => Promise<boolean>;

export function createMoves({ db, clock, logger, onCommit }: MovesDeps): MoveIntent {
  const give = createTogether<Move, boolean>({
    ...{ logger, maxBatch: MAX_BATCH, what: 'moving payments', nameOf: ({ id }) => id },
    async work(batch) {
      const meant = await db.transaction((tx) => moveTogether(tx, batch));
      onCommit();
      return ({ id }) => meant.has(id);
    },
  });

  async function moveTogether(tx: Tx, batch: readonly Move[]): Promise<Set<string>> {
    const at = clock();
    const byId = new Map(batch.map((one) => [one.id, one]));
    const [meant, moved, told] = [new Set<string>(), new Array<MovedIntent>(), new Array<{ id: string; name: EventName }>()];
    for (const intent of await lockIntents(tx, [...byId.keys()])) {
      const one = byId.get(intent.id);
      if (!one || isSettled(intent.state)) continue;
      const to = one.event && afterEvent(intent.state, one.event);
      if (to !== null) meant.add(intent.id);
      const after = moveOf(intent, to, one, at);
      moved.push(after);
      // The page of who waits for a sure answer says when it is asked for next.
      const name = after.seen ? toldOf(one.event) : after.state === 'unknown' ? 'payment.unknown' : null;
      if (name) told.push({ id: intent.id, name });
    }
    await moveIntents(tx, moved);
    const letGo = moved.filter(({ seen, state }) => seen && !holdsClaims(state));
    await releaseClaims(
      tx,
      letGo.map(({ id }) => id),
    );
    const changes = paymentChanges(told.map(({ id }) => id));
    await appendOutboxRows(
      tx,
      told.map(({ id, name }) => ({ name, payload: { paymentId: id }, changes: [changes(id)] }) as OutboxEntry),
    );
    return meant;
  }

  /** An intent after an event that leads to `to` (null: it means nothing there), and when it is looked at again. */
  function moveOf(intent: IntentRow, to: IntentRow['state'] | null, { event, change }: Move, at: Date): MovedIntent {
    const state = to ?? intent.state;
    const seen = state !== intent.state;
    const { failure = null, lastWord = event === 'fail' } = change;
    return {
      ...{ id: intent.id, state, seen, failure: seen ? failure : intent.failure, checks: intent.checks + 1 },
      ...orderOf(intent, change),
      nextCheckAt: lastWord && seen ? null : nextCheckOf({ ...intent, state }, at),
      updatedAt: change.unanswered && to === null ? intent.updatedAt : at,
    };
  }

  /** What the provider told of the order, to be kept; the first handle stays: under it the order can be asked. */
  function orderOf(intent: IntentRow, { handle, redirectUrl }: Change): Pick<MovedIntent, 'providerHandle' | 'redirectUrl'> {
    const { id, providerHandle: known } = intent;
    const second = handle !== undefined && known !== null && handle !== known;
    if (second) logger.error({ paymentId: id }, 'ALARM a provider has two orders for one payment: a person must look');
    if (second) return { providerHandle: known, redirectUrl: intent.redirectUrl };
    return { providerHandle: handle ?? known, redirectUrl: redirectUrl ?? intent.redirectUrl };
  }

  return (id, event, change = {}) => give({ id, event, change });
}

/** When the provider is asked again; null: its last word is known, or it had a day to tell of a late success. */
function nextCheckOf({ state, checks, expiresAt }: IntentRow, at: Date): Date | null {
  if (state === 'failed' || isSettled(state)) return null;
  if (state === 'expired' && at.getTime() > expiresAt.getTime() + LATE_WITHIN_MS) return null;
  return new Date(at.getTime() + checkDelayMs(checks));
}
