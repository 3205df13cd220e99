import { Hono, type MiddlewareHandler } from 'hono';
import { AnomalyFilter, ReportScans, type AnomalyPage, type ScansKept } from '#shared/contracts/anomalies.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { readJson } from '../http/json-input.ts';
import { addressKey, type LimitRule, type RateLimit } from '../http/rate-limits.ts';
import { requireAction } from '../http/require-action.ts';
import type { AnomaliesService } from './anomalies.service.ts';

/** Reports an hour and address: of a page that was without a network for long, several in a row. */
export const SCANS_LIMIT: LimitRule = { points: 300, seconds: 3_600 };

/** What looks wrong, for the staff; to be mounted under `/api/anomalies`. */
export function createAnomalyRoutes(deps: {
  anomalies: AnomaliesService;
  requireSession: MiddlewareHandler<HttpEnvironment>;
}): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>().use(deps.requireSession).get('/', requireAction('anomaly.read'), async (c) => {
    const filter = AnomalyFilter.safeParse(c.req.query());
    if (!filter.success) throw new AppError('INVALID_INPUT');
    return c.json<AnomalyPage>(await deps.anomalies.list(c.get('viewer'), filter.data));
  });
}

/** Where receipts were checked, from inspectors who allowed it, without a session; to be mounted under `/api/verify/scans`. */
export function createScanRoutes(deps: { anomalies: AnomaliesService; scansLimit: RateLimit }): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>().post('/', async (c) => {
    await deps.scansLimit.consume(addressKey(c.get('clientAddress')));
    const { scans } = await readJson(c, ReportScans);
    return c.json<ScansKept>({ kept: await deps.anomalies.report(scans) });
  });
}
