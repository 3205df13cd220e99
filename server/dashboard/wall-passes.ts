import type { DashboardScope } from '#shared/contracts/dashboards.ts';
import { addDays } from '#shared/domain/dates.ts';
import { constantTimeEqual, deriveKey, keyedHash } from '#shared/node/keys.ts';

/** Days that a screen stays let in; then somebody of the staff sets it up again. */
export const WALL_DAYS = 90;

/**
 * What a screen on a wall keeps: it may watch the figures of one scope, and nothing else, without anybody's session, which would end within
 * the hour and could do more. `<last day>.<signature>`.
 */
export interface WallPasses {
  issue(scope: DashboardScope, day: string): { pass: string; until: string };
  isOf(pass: string, scope: DashboardScope, day: string): boolean;
}

export function createWallPasses(authSecret: string): WallPasses {
  const key = deriveKey(authSecret, 'wall-passes');
  const signed = (scope: DashboardScope, until: string): string =>
    `${until}.${keyedHash(key, `wall|${scope}|${until}`).slice(0, 22)}`;
  return {
    issue(scope, day) {
      const until = addDays(day, WALL_DAYS);
      return { pass: signed(scope, until), until };
    },
    isOf(pass, scope, day) {
      const until = pass.split('.')[0] ?? '';
      return constantTimeEqual(pass, signed(scope, until)) && until >= day;
    },
  };
}
