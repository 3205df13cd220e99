import type { MiddlewareHandler } from 'hono';
import { scopeOf, withScope } from '#db/scope.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { SessionUse } from '../identity/staff-sessions.ts';
import type { HttpEnvironment } from './environment.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Under this path machines call, which have no page: each proves by itself who it is, and none of its routes looks at a cookie. */
export const MACHINES_PATH = '/api/webhooks';
/** Here mail programs unsubscribe their owner by themselves (RFC 8058); the link says for whom, and no route looks at a cookie. */
export const UNSUBSCRIBE_PATH = '/api/unsubscribe';
const NO_PAGES = [MACHINES_PATH, UNSUBSCRIBE_PATH];

/**
 * A request that changes something must come from a page of the platform: its `Origin` is exactly ours. Browsers send it with every
 * such request; one that does not is refused as well.
 */
export function checkOrigin(publicOrigin: string): MiddlewareHandler<HttpEnvironment> {
  return async (c, next) => {
    const free = READING.has(c.req.method) || NO_PAGES.some((path) => c.req.path.startsWith(`${path}/`));
    if (!free && c.req.header('origin') !== publicOrigin) throw new AppError('ORIGIN_REFUSED');
    await next();
  };
}

/** Lets signed-in people through and sets `viewer`, whose scope all is asked in; others get UNAUTHENTICATED. With `use`, a session of the staff lasts on. */
export function requireSession(authenticator: Authenticator, use?: SessionUse): MiddlewareHandler<HttpEnvironment> {
  return async (c, next) => {
    const authenticated = await authenticator.authenticate(c.req.header('cookie'));
    if (!authenticated) throw new AppError('UNAUTHENTICATED');
    c.set('viewer', authenticated.viewer);
    use?.note(authenticated.viewer);
    await withScope(scopeOf(authenticated.viewer), next);
  };
}
