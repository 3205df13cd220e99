import { Hono, type MiddlewareHandler } from 'hono';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import { NoticePreferences, type Unsubscription } from '#shared/contracts/notices.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { readJson } from '../http/json-input.ts';
import type { NoticesService } from './notices.service.ts';

export interface NoticeRoutesDeps {
  notices: NoticesService;
  /** Sets `viewer`, or refuses. */
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/** Older notices and what a person wants of them; mounted at `/api/notices`. */
export function createNoticeRoutes({ notices, requireSession }: NoticeRoutesDeps): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>()
    .use(requireSession)
    .get('/', async (c) => {
      const before = Id.safeParse(c.req.query('before'));
      if (!before.success) throw new AppError('INVALID_INPUT', { fields: ['before'] });
      return c.json(await notices.older(c.get('viewer').userId, before.data));
    })
    .get('/preferences', async (c) => c.json(await notices.preferences(c.get('viewer').userId)))
    .post('/preferences', async (c) =>
      c.json(await notices.setPreferences(c.get('viewer').userId, await readJson(c, NoticePreferences))),
    );
}

/**
 * Unsubscribe links, without an account; mounted at `UNSUBSCRIBE_PATH`. Nothing is changed by a GET: scanners of mail open every link.
 * A mail program POSTs by itself, from no page of ours (RFC 8058); the token says who it is for.
 */
export function createUnsubscribeRoutes({ notices }: Pick<NoticeRoutesDeps, 'notices'>): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>()
    .get('/:token', async (c) => {
      const token = c.req.param('token');
      if (c.req.header('accept')?.includes('text/html')) {
        return c.redirect(`/desabonnement?lien=${encodeURIComponent(token)}`, 303);
      }
      return c.json<Unsubscription>(await notices.unsubscription(token));
    })
    .post('/:token', async (c) => c.json<Unsubscription>(await notices.unsubscribe(c.req.param('token'))));
}
