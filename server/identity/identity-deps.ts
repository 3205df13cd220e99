import type { Db } from '#db/connect.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { IdentityLibrary } from './better-auth.ts';
import type { IdentityLimits } from './identity-limits.ts';
import type { SessionCache } from './session-cache.service.ts';

/** What the use-cases of identity are made from. */
export interface IdentityServiceDeps {
  db: Db;
  library: IdentityLibrary;
  sessions: SessionCache;
  limits: IdentityLimits;
  notifier: OutboxNotifier;
  country: Country;
  logger: Logger;
  keys: { codes: Buffer; messages: Buffer };
}

/** After a commit that ended sessions: they are dead at once here, and everywhere as soon as the relay has told. */
export async function sessionsEnded(deps: IdentityServiceDeps, sessionIds: readonly string[]): Promise<void> {
  deps.notifier.wake();
  await deps.sessions.tombstone(...sessionIds).catch((error: unknown) => {
    // The relay sets it again when it tells of the end; until then nobody trusts a cache that cannot be asked for tombstones.
    deps.logger.warn({ err: error, count: sessionIds.length }, 'tombstones could not be set');
  });
}
