import { widenScope } from '#db/scope.ts';
import { can, scopeFor, type Action, type Actor, type Resource } from '#shared/domain/policy.ts';

/**
 * `can`, asked at the door: where the action is of all offices, the database shows all of them from here on in this request or command
 * (row-level security shows the staff their own office's else).
 */
export function admits(actor: Actor, action: Action, resource?: Resource): boolean {
  if (!can(actor, action, resource)) return false;
  if (scopeFor(actor, action) === 'all') widenScope();
  return true;
}
