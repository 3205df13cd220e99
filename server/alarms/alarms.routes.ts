import { Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { AlarmFilter, type AlarmPage, type AlarmRules, type AlarmSamples, type RuleTrial } from '#shared/contracts/alarms.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { requireAction } from '../http/require-action.ts';
import type { AlarmsService } from './alarms.service.ts';

export interface AlarmRoutesDeps {
  alarms: AlarmsService;
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/** A threshold in an address: empty means none. */
const threshold = z
  .string()
  .transform((text) => (text === '' ? null : Number(text)))
  .pipe(z.number().min(0).max(1e12).nullable());
const seconds = z.coerce.number().int().min(0).max(86_400);
const Trial = z.object({ warnAt: threshold, alarmAt: threshold, holdSeconds: seconds, clearSeconds: seconds }).strict();

/** History, rules and measures of alarms for the staff, to be mounted under `/api/alarms`. */
export function createAlarmRoutes({ alarms, requireSession }: AlarmRoutesDeps): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>()
    .use(requireSession)
    .get('/', requireAction('alarm.read'), async (c) => {
      const filter = AlarmFilter.safeParse(c.req.query());
      if (!filter.success) throw new AppError('INVALID_INPUT');
      return c.json<AlarmPage>(await alarms.list(c.get('viewer'), filter.data));
    })
    .get('/rules', requireAction('alarm.read'), async (c) => c.json<AlarmRules>(await alarms.rules(c.get('viewer'))))
    .get('/rules/:id/trial', requireAction('alarm.manage'), async (c) => {
      const terms = Trial.safeParse(c.req.query());
      if (!terms.success) throw new AppError('INVALID_INPUT');
      return c.json<RuleTrial>(await alarms.trial(c.get('viewer'), c.req.param('id'), terms.data));
    })
    .get('/:id/samples', requireAction('alarm.read'), async (c) => {
      const id = Id.safeParse(c.req.param('id'));
      if (!id.success) throw new AppError('ALARM_NOT_FOUND');
      return c.json<AlarmSamples>(await alarms.samples(c.get('viewer'), id.data));
    });
}
