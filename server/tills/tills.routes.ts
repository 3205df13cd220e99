import { Hono, type MiddlewareHandler } from 'hono';
import { Id } from '#shared/contracts/ids.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { TillReport } from '#shared/contracts/tills.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { admits } from '../reach.ts';
import type { TillsService } from './tills.service.ts';

export interface TillRoutesDeps {
  tills: Pick<TillsService, 'report'>;
  /** Sets `viewer`, or refuses. */
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/** A till's report, for whose till it is and who sees the office's; mounted at `/api/tills`. */
export function createTillRoutes({ tills, requireSession }: TillRoutesDeps): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>().use(requireSession).get('/:id', async (c) => {
    const id = Id.safeParse(c.req.param('id'));
    if (!id.success || !admits(c.get('viewer'), 'till.read')) throw new AppError('TILL_NOT_FOUND');
    return c.json<TillReport>(await tills.report(c.get('viewer'), id.data));
  });
}
