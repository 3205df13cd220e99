import { Hono, type MiddlewareHandler } from 'hono';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db } from '#db/connect.ts';
import { SetUpWall, type WallPass } from '#shared/contracts/dashboards.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { can } from '#shared/domain/policy.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { readJson } from '../http/json-input.ts';
import type { WallPasses } from './wall-passes.ts';

export interface WallRoutesDeps {
  db: Db;
  walls: WallPasses;
  clock: () => Date;
  country: Pick<Country, 'timeZone'>;
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/** Makes the browser that asks a screen on a wall, for who may see the dashboard that it will show; mounted at `/api/walls`. */
export function createWallRoutes({ db, walls, clock, country, requireSession }: WallRoutesDeps): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>().use(requireSession).post('/', async (c) => {
    const { scope } = await readJson(c, SetUpWall);
    const officeId = scope.startsWith('office-') ? scope.slice('office-'.length) : null;
    const viewer = c.get('viewer');
    if (!can(viewer, 'dashboard.read', { officeId })) throw new AppError('FORBIDDEN');
    const pass = walls.issue(scope, civilDate(clock(), country.timeZone));
    const kept = { action: 'wall.set_up', entity: 'dashboard', entityId: scope };
    await appendAudit(db, { actorId: viewer.userId, ...kept, details: { until: pass.until } });
    return c.json<WallPass>(pass, 201);
  });
}
