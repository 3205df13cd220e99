import { Hono } from 'hono';
import type { GridInForce, PlateLookup } from '#shared/contracts/tax.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { addressKey, type RateLimit } from '../http/rate-limits.ts';
import type { TaxService } from './tax.service.ts';

export interface TaxRoutesDeps {
  tax: TaxService;
  /** By address. */
  lookupLimit: RateLimit;
}

/** 50 an hour an anonymous address (MISSION.md): enough for a family or an office, too little to copy the register. */
export const LOOKUP_LIMIT = { points: 50, seconds: 3_600 };

/** The price grid and the look-up of a plate, for everybody; mounted at `/api`. */
export function createTaxRoutes({ tax, lookupLimit }: TaxRoutesDeps): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>()
    .get('/grid', async (c) => {
      const current = await tax.grid();
      // An approved version never changes: its number and the day say all.
      const etag = `"${current.grid.country}-${current.grid.version}-${current.today}"`;
      c.header('Cache-Control', 'public, max-age=60');
      c.header('ETag', etag);
      if (c.req.header('if-none-match')?.includes(etag)) return c.body(null, 304);
      return c.json<GridInForce>(current);
    })
    .get('/plates/:plate', async (c) => {
      await lookupLimit.consume(addressKey(c.get('clientAddress')));
      c.header('Cache-Control', 'no-store');
      return c.json<PlateLookup>(await tax.lookUp(c.req.param('plate')));
    });
}
