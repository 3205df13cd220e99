import { Hono, type MiddlewareHandler } from 'hono';
import { readExpiries } from '#db/second-factor.repository.ts';
import type { Db } from '#db/connect.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { GiveSecondFactor, type SessionClock } from '#shared/contracts/second-factor.ts';
import type { HttpEnvironment } from '../../http/environment.ts';
import { readJson } from '../../http/json-input.ts';
import type { Authenticator } from '../authenticator.ts';
import { hasSecondStep, type SessionUse } from '../staff-sessions.ts';
import type { SecondFactorService } from './second-factor.service.ts';

export interface SecondFactorRoutesDeps {
  db: Db;
  service: SecondFactorService;
  authenticator: Authenticator;
  use: SessionUse;
  /** For those whose second step is given. */
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/** Lets through the staff whose password was right, whether they wait for their second step or have it. */
function requireStaff(authenticator: Authenticator): MiddlewareHandler<HttpEnvironment> {
  return async (c, next) => {
    const known = await authenticator.authenticatePending(c.req.header('cookie'));
    if (!known) throw new AppError('UNAUTHENTICATED');
    if (!hasSecondStep(known.viewer.role)) throw new AppError('FORBIDDEN');
    c.set('viewer', known.viewer);
    c.set('secondStep', known.secondStep);
    await next();
  };
}

const clockOf = (expiresAt: Date): SessionClock => ({
  expiresAt: expiresAt.toISOString(),
  secondsLeft: Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1000)),
});

/** Routes of the second step, to be mounted under `/api/auth`. */
export function createSecondFactorRoutes(deps: SecondFactorRoutesDeps): Hono<HttpEnvironment> {
  const { service } = deps;
  const staff = requireStaff(deps.authenticator);
  return (
    new Hono<HttpEnvironment>()
      .post('/second-factor/begin', staff, async (c) => {
        // Who has a device and has not shown it this time may not change it: that would be a way around it.
        if (c.get('secondStep') === 'code') throw new AppError('SECOND_FACTOR_REQUIRED', { step: 'code' });
        return c.json(await service.begin(c.get('viewer')));
      })
      .post('/second-factor/confirm', staff, async (c) => {
        if (c.get('secondStep') === 'code') throw new AppError('SECOND_FACTOR_REQUIRED', { step: 'code' });
        return c.json(await service.confirm(c.get('viewer'), (await readJson(c, GiveSecondFactor)).code));
      })
      .post('/second-factor', staff, async (c) => {
        await service.give(c.get('viewer'), (await readJson(c, GiveSecondFactor)).code);
        return c.body(null, 204);
      })
      .get('/second-factor', deps.requireSession, async (c) => c.json(await service.view(c.get('viewer'))))
      .post('/second-factor/codes', deps.requireSession, async (c) => {
        if (!hasSecondStep(c.get('viewer').role)) throw new AppError('FORBIDDEN');
        return c.json(await service.renewCodes(c.get('viewer')));
      })
      // Asking how long is left is no use of the session.
      .get('/clock', staff, async (c) => {
        const { sessionId } = c.get('viewer');
        const expiresAt = (await readExpiries(deps.db, [sessionId])).get(sessionId);
        if (!expiresAt) throw new AppError('UNAUTHENTICATED');
        return c.json(clockOf(expiresAt));
      })
      .post('/stay', deps.requireSession, async (c) => {
        const stays = await deps.use.stay(c.get('viewer'));
        if (!stays) throw new AppError('UNAUTHENTICATED');
        return c.json(clockOf(stays.expiresAt));
      })
  );
}
