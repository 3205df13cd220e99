import { Readable } from 'node:stream';
import { Hono, type MiddlewareHandler } from 'hono';
import { CloseAccount, StartExport } from '#shared/contracts/account.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import { exportKey } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { readJson } from '../http/json-input.ts';
import type { LimitRule, RateLimit } from '../http/rate-limits.ts';
import type { PasswordCheck } from '../identity/password-check.ts';
import type { SessionCookie } from '../identity/session-cookie.ts';
import type { ClosingService } from './closing.service.ts';
import type { ExportsService } from './exports.service.ts';

/** A copy reads all that a person has. */
export const EXPORT_LIMIT: LimitRule = { points: 5, seconds: 24 * 3600 };

export interface AccountRoutesDeps {
  closing: ClosingService;
  exports: ExportsService;
  checkOwnPassword: PasswordCheck;
  store: ObjectStore;
  cookie: SessionCookie;
  exportLimit: RateLimit;
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/** What people do with their account as a whole, to be mounted under `/api/account`. */
export function createAccountRoutes(deps: AccountRoutesDeps): Hono<HttpEnvironment> {
  const { closing, exports, cookie } = deps;
  return new Hono<HttpEnvironment>()
    .use(deps.requireSession)
    .get('/closing', async (c) => c.json(await closing.look(c.get('viewer'))))
    .post('/close', async (c) => {
      const { password } = await readJson(c, CloseAccount);
      await closing.close(c.get('viewer'), password);
      c.header('Set-Cookie', cookie.clear());
      return c.body(null, 204);
    })
    .post('/export', async (c) => {
      const { password, locale } = await readJson(c, StartExport);
      const viewer = c.get('viewer');
      await deps.checkOwnPassword(viewer, password);
      await deps.exportLimit.consume(viewer.userId);
      return c.json(await exports.request(viewer.userId, locale), 202);
    })
    .get('/export/:id/zip', async (c) => {
      const row = await exports.find(c.get('viewer').userId, Id.parse(c.req.param('id')));
      const stored = await deps.store.get(exportKey(row.id));
      if (!stored) throw new AppError('EXPORT_NOT_READY');
      c.header('Content-Type', 'application/zip');
      c.header('Content-Disposition', `attachment; filename="vignette-${row.createdAt.toISOString().slice(0, 10)}.zip"`);
      c.header('Cache-Control', 'private, no-store');
      if (row.bytes !== null) c.header('Content-Length', String(row.bytes));
      return c.body(Readable.toWeb(stored.body) as ReadableStream);
    });
}
