import type { AlarmView } from '#shared/contracts/alarms.ts';
import type { ErrorBody } from '#shared/contracts/errors.ts';
import { scopesOf } from '#shared/domain/alarms/scope.ts';
import type { Actor } from '#shared/domain/policy.ts';
import type { Live } from '$lib/live/context.ts';

/** What lasts now of all that somebody may see, the worst first, then the newest. */
export interface OpenAlarms {
  /** Null until it is known. */
  readonly open: readonly AlarmView[] | null;
  /** As of when all of it is true. */
  readonly asOf: Date | null;
  readonly error: ErrorBody | null;
}

/** To be called while a component initialises. */
export function followAlarms(live: Live, actor: Actor): OpenAlarms {
  const topics = scopesOf(actor, 'alarm.read').map((scope) => live.topic('alarms', scope));
  return {
    get open() {
      const states = topics.map(({ state }) => state);
      const known = states.flatMap((state) => (state ? [state.open] : []));
      if (known.length < states.length) return null;
      return known.flat().sort((a, b) => a.level.localeCompare(b.level) || b.openedAt.localeCompare(a.openedAt));
    },
    get asOf() {
      // As old as the oldest of them.
      const [oldest] = topics.map(({ asOf }) => asOf).sort((a, b) => (a?.getTime() ?? 0) - (b?.getTime() ?? 0));
      return oldest ?? null;
    },
    get error() {
      return topics.find(({ error }) => error !== null)?.error ?? null;
    },
  };
}

/** Whether a rule wants an alarm to stand over somebody's pages. */
export const concerns = ({ banner }: AlarmView, actor: Actor): boolean =>
  banner !== null && (banner.roles.some((role) => role === actor.role) || banner.userIds.includes(actor.userId));

/** Whether somebody took it on at its present height. */
export const isTaken = ({ acknowledgements, level }: AlarmView): boolean => acknowledgements.some((one) => one.level === level);
