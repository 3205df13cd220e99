import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { ContactComplete, ContactStart, RecoveryComplete, RecoveryStart } from '#shared/contracts/account.ts';
import { Id } from '#shared/contracts/ids.ts';
import { Password, SignIn, SignUpComplete, SignUpStart } from '#shared/contracts/identity.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { requireSession } from '../http/guards.ts';
import { readJson } from '../http/json-input.ts';
import type { Authenticator } from './authenticator.ts';
import type { RequestOrigin } from './better-auth.ts';
import type { IdentityService } from './identity.service.ts';
import type { OpenedSession } from './me.ts';
import type { KnownBrowsers } from './known-browsers.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { SessionUse } from './staff-sessions.ts';

const ChangePassword = z.object({ current: z.string().min(1).max(128), next: Password });

type C = Context<HttpEnvironment>;

const originOf = (c: C): RequestOrigin => ({ clientAddress: c.get('clientAddress'), userAgent: c.req.header('user-agent') });

export interface IdentityRoutesDeps {
  service: IdentityService;
  authenticator: Authenticator;
  cookie: SessionCookie;
  browsers: KnownBrowsers;
  use: SessionUse;
  secondFactorRoutes: Hono<HttpEnvironment>;
}

/** Routes of identity, to be mounted under `/api` (shared/contracts/http.ts). */
export function createIdentityRoutes({
  service,
  authenticator,
  cookie,
  browsers,
  use,
  secondFactorRoutes,
}: IdentityRoutesDeps): Hono<HttpEnvironment> {
  const session = requireSession(authenticator, use);
  const opened = async (c: C, { me, token }: OpenedSession, status: 200 | 201) => {
    const known = await browsers.note(me, c.req.header('cookie'));
    c.header('Set-Cookie', cookie.issue(token));
    c.header('Set-Cookie', known, { append: true });
    return c.json(me, status);
  };
  return new Hono<HttpEnvironment>()
    .route('/auth', secondFactorRoutes)
    .post('/auth/sign-up', async (c) => {
      await service.signUp.start(await readJson(c, SignUpStart), originOf(c));
      return c.json({}, 202);
    })
    .post('/auth/sign-up/complete', async (c) =>
      opened(c, await service.signUp.complete(await readJson(c, SignUpComplete), originOf(c)), 201),
    )
    .post('/auth/sign-in', async (c) => opened(c, await service.signIn(await readJson(c, SignIn), originOf(c)), 200))
    .post('/auth/recovery', async (c) => c.json(await service.recovery.start(await readJson(c, RecoveryStart), originOf(c)), 202))
    .post('/auth/recovery/complete', async (c) => {
      await service.recovery.complete(await readJson(c, RecoveryComplete), originOf(c));
      return c.body(null, 204);
    })
    .post('/auth/contact', session, async (c) => {
      await service.contact.start(c.get('viewer'), await readJson(c, ContactStart));
      return c.json({}, 202);
    })
    .post('/auth/contact/complete', session, async (c) =>
      c.json(await service.contact.complete(c.get('viewer'), await readJson(c, ContactComplete))),
    )
    .post('/auth/sign-out', async (c) => {
      // The cookie's signature is enough to end its session: a session that is over already needs no sign-in to be left.
      const token = cookie.read(c.req.header('cookie'));
      if (token) await service.signOut(token.sessionId);
      c.header('Set-Cookie', cookie.clear());
      return c.body(null, 204);
    })
    .get('/auth/sessions', session, async (c) => c.json(await service.list(c.get('viewer'))))
    .delete('/auth/sessions/:id', session, async (c) => {
      const sessionId = Id.parse(c.req.param('id'));
      await service.end(c.get('viewer'), sessionId);
      if (sessionId === c.get('viewer').sessionId) c.header('Set-Cookie', cookie.clear());
      return c.body(null, 204);
    })
    .post('/auth/password', session, async (c) => {
      const { current, next } = await readJson(c, ChangePassword);
      await service.changePassword(c.get('viewer'), current, next);
      return c.body(null, 204);
    })
    .get('/me', session, async (c) => c.json(await service.me(c.get('viewer'))));
}
