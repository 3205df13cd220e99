import type { ChannelStatus } from '#shared/contracts/channels.ts';

/** What is known of a provider just now. */
export interface ChannelEvidence {
  /** It has its keys. */
  on: boolean;
  /** Its API's calls of the last minute: answered, or not (or by nonsense), and what an answer took, milliseconds. */
  calls: { answered: number; failed: number; meanMs: number };
  /** Orders of the last 15 minutes that were confirmed: how long the middle one took, seconds. */
  confirmation: { seconds: number; of: number } | null;
}

/** What was told so far, and what the next look goes by. Times in milliseconds. */
export interface ChannelState {
  status: ChannelStatus;
  since: number;
  /** Since when the evidence is better than what is told, without a break; null: it is not. */
  betterSince: number | null;
}

/** Fewer calls than this say nothing of a provider: one that is lost is nobody's fault. */
export const MIN_CALLS = 3;
/** Fewer orders than this make no figure. */
export const MIN_ORDERS = 5;
/** What is told gets better only after so long without a relapse: it would flap otherwise. Milliseconds. */
export const HOLD_MS = 30_000;

const FAILING_SHARE = 0.5;
const SLOW_SHARE = 0.2;
const SLOW_CALL_MS = 4_000;
const SLOW_CONFIRMATION_SECONDS = 120;
const SEVERITY: Readonly<Record<Exclude<ChannelStatus, 'off'>, number>> = { working: 0, slow: 1, failing: 2 };

/** What the evidence alone says; null: too little to say anything. */
export function verdictOf({ on, calls, confirmation }: ChannelEvidence): ChannelStatus | null {
  if (!on) return 'off';
  const count = calls.answered + calls.failed;
  if (count < MIN_CALLS) return null;
  const failed = calls.failed / count;
  if (failed >= FAILING_SHARE) return 'failing';
  const late = confirmation !== null && confirmation.of >= MIN_ORDERS && confirmation.seconds >= SLOW_CONFIRMATION_SECONDS;
  return failed >= SLOW_SHARE || late || (calls.answered > 0 && calls.meanMs >= SLOW_CALL_MS) ? 'slow' : 'working';
}

/**
 * What is told after another look. Worse is told at once; better only once it has lasted `HOLD_MS`. Without evidence what was told stays:
 * a provider that nobody calls has not recovered, and so whoever looks also asks it.
 */
export function nextChannelState(before: ChannelState | null, evidence: ChannelEvidence, now: number): ChannelState {
  const verdict = verdictOf(evidence);
  if (!before) return { status: verdict ?? 'working', since: now, betterSince: null };
  const { status } = before;
  // On and off are settings, not symptoms.
  if (verdict === 'off' || status === 'off')
    return verdict === status
      ? { ...before, betterSince: null }
      : { status: verdict ?? 'working', since: now, betterSince: null };
  if (verdict === null) return before;
  if (SEVERITY[verdict] > SEVERITY[status]) return { status: verdict, since: now, betterSince: null };
  if (verdict === status) return { ...before, betterSince: null };
  const betterSince = before.betterSince ?? now;
  return now - betterSince >= HOLD_MS ? { status: verdict, since: now, betterSince: null } : { ...before, betterSince };
}

/** How many of the orders that have ended were paid, in whole percent; null: too few to say. */
export function paidShare(paid: number, ended: number): { percent: number; of: number } | null {
  return ended < MIN_ORDERS ? null : { percent: Math.round((paid / ended) * 100), of: ended };
}
