import { EVERYWHERE, NATIONAL } from '#shared/contracts/alarms.ts';
import { can, type Action, type Actor } from '../policy.ts';

/** Whether somebody may do something to an alarm or anomaly: of an office, or (null) of the platform, which concerns all who may at all. */
export const mayOf = (actor: Actor, action: Action, officeId: string | null): boolean =>
  officeId === null ? can(actor, action) : can(actor, action, { officeId });

/** Whether that is so everywhere, and not in one office alone. */
export const mayEverywhere = (actor: Actor, action: Action): boolean => can(actor, action, { officeId: null });

/** The office that somebody's view is bound to; null: to none. */
export const reachOf = (actor: Actor, action: Action): { officeId: string | null } => ({
  // Without an office of their own, and bound to one: nothing is of it.
  officeId: mayEverywhere(actor, action) ? null : (actor.officeId ?? '00000000-0000-0000-0000-000000000000'),
});

/** The keys of the topics that tell somebody everything they may see, each thing once. */
export function scopesOf(actor: Actor, action: Action): string[] {
  if (!can(actor, action)) return [];
  if (mayEverywhere(actor, action)) return [EVERYWHERE];
  return actor.officeId === null ? [NATIONAL] : [NATIONAL, actor.officeId];
}

/** Whether somebody may watch the topic of a scope. */
export const mayWatch = (actor: Actor, action: Action, scope: string): boolean =>
  scope === NATIONAL
    ? can(actor, action)
    : scope === EVERYWHERE
      ? mayEverywhere(actor, action)
      : can(actor, action, { officeId: scope });

/** The scopes whose lists a thing of an office (null: of the platform) is in. */
export const scopesWith = (officeId: string | null): string[] => [EVERYWHERE, officeId ?? NATIONAL];
