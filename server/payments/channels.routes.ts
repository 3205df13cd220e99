import { Hono } from 'hono';
import type { ChannelsView } from '#shared/contracts/channels.ts';
import type { HttpEnvironment } from '../http/environment.ts';

/** Seconds for which the answer may be given again. */
const CACHED_SECONDS = 5;

export interface ChannelRoutesDeps {
  read: () => Promise<ChannelsView>;
  clock: () => Date;
}

/** How each way to pay does, for everybody; mounted at `/api/payments/channels`. One read serves all who ask within a few seconds. */
export function createChannelRoutes({ read, clock }: ChannelRoutesDeps): Hono<HttpEnvironment> {
  let kept: { at: number; view: Promise<ChannelsView> } | null = null;
  return new Hono<HttpEnvironment>().get('/', async (c) => {
    const now = clock().getTime();
    if (!kept || now - kept.at >= CACHED_SECONDS * 1_000) {
      const view = read();
      const mine = (kept = { at: now, view });
      // A fault is not given again.
      view.catch(() => {
        if (kept === mine) kept = null;
      });
    }
    return c.json(await kept.view, 200, { 'Cache-Control': `public, max-age=${CACHED_SECONDS}` });
  });
}
