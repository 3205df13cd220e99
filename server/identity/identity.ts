import type { Hono } from 'hono';
import type { Db } from '#db/connect.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { deriveKey } from '#shared/node/keys.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { RedisConnection } from '#shared/node/redis.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { requireSession } from '../http/guards.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { createAuthenticator, type Authenticator } from './authenticator.ts';
import { createIdentityLibrary } from './better-auth.ts';
import { createIdentityLimits, type IdentityLimitRules } from './identity-limits.ts';
import { createIdentityRoutes } from './identity.routes.ts';
import { sessionsEnded, type IdentityServiceDeps } from './identity-deps.ts';
import { createIdentityService, type IdentityService } from './identity.service.ts';
import { createPasswordCheck, type PasswordCheck } from './password-check.ts';
import { createSessionCache, type SessionCache } from './session-cache.service.ts';
import { createSecondFactorRoutes } from './second-factor/second-factor.routes.ts';
import { createSecondFactorService, type SecondFactorService } from './second-factor/second-factor.service.ts';
import { createStepUp, type StepUp } from './second-factor/step-up.ts';
import { createSessionUse, type SessionUse } from './staff-sessions.ts';
import { createKnownBrowsers } from './known-browsers.ts';
import { createSessionCookie, type SessionCookie } from './session-cookie.ts';

export interface IdentityDeps {
  db: Db;
  /** Both fail-fast (shared/node/redis.ts). */
  redis: { queues: RedisConnection; cache: RedisConnection };
  prefix: string;
  publicOrigin: string;
  /** At least 32 characters; the same in every process. Changing it ends all sessions. */
  authSecret: string;
  country: Country;
  limits: RateLimits;
  notifier: OutboxNotifier;
  logger: Logger;
  /** Other figures than identity-limits.ts: for tests and load tests. */
  limitRules?: IdentityLimitRules;
  /** Whose time the codes of the second step are of. */
  clock?: () => Date;
}

export interface Identity {
  service: IdentityService;
  authenticator: Authenticator;
  sessions: SessionCache;
  cookie: SessionCookie;
  /** To be mounted under `/api`. */
  routes: Hono<HttpEnvironment>;
  checkOwnPassword: PasswordCheck;
  secondFactor: SecondFactorService;
  stepUp: StepUp;
  use: SessionUse;
  /** After a commit that ended sessions elsewhere. */
  onSessionsEnded: (sessionIds: readonly string[]) => Promise<void>;
}

/** Puts identity together for a node. */
export async function createIdentity(deps: IdentityDeps): Promise<Identity> {
  const { db, logger, publicOrigin } = deps;
  const key = deriveKey(deps.authSecret, 'session-cookie').toString('base64url');
  const cookie = createSessionCookie({ publicOrigin, key });
  const library = await createIdentityLibrary({ db, cookieName: cookie.name, publicOrigin, key, logger });
  const sessions = createSessionCache({ ...deps.redis, prefix: deps.prefix, logger });
  const authenticator = createAuthenticator({ db, cookie, cache: sessions });
  const serviceDeps: IdentityServiceDeps = {
    db,
    library,
    sessions,
    limits: createIdentityLimits(deps.limits, deps.limitRules),
    notifier: deps.notifier,
    country: deps.country,
    logger,
    keys: { codes: deriveKey(deps.authSecret, 'sign-up-code'), messages: deriveKey(deps.authSecret, 'message-params') },
  };
  const service = createIdentityService(serviceDeps);
  const browsers = createKnownBrowsers({
    db,
    notifier: deps.notifier,
    publicOrigin,
    key: deriveKey(deps.authSecret, 'known-browsers'),
  });
  const use = createSessionUse({ db, logger });
  const stepUp = createStepUp({ db });
  const secondFactor = createSecondFactorService({
    ...{ db, stepUp, limits: serviceDeps.limits, clock: deps.clock ?? (() => new Date()) },
    keys: { secondFactor: deriveKey(deps.authSecret, 'second-factor'), backupCodes: deriveKey(deps.authSecret, 'backup-codes') },
  });
  const secondFactorRoutes = createSecondFactorRoutes({
    ...{ db, authenticator, use, service: secondFactor },
    requireSession: requireSession(authenticator, use),
  });
  return {
    ...{ service, authenticator, sessions, cookie },
    ...{ secondFactor, stepUp, use },
    routes: createIdentityRoutes({ service, authenticator, cookie, browsers, use, secondFactorRoutes }),
    checkOwnPassword: createPasswordCheck(serviceDeps),
    onSessionsEnded: (sessionIds) => sessionsEnded(serviceDeps, sessionIds),
  };
}
