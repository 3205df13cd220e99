import { Hono, type MiddlewareHandler } from 'hono';
import {
  BookAppointment,
  CheckIn,
  type AppointmentList,
  type AppointmentView,
  type CheckedIn,
  type SlotList,
} from '#shared/contracts/appointments.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import { civilDate } from '#shared/domain/dates.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { readJson } from '../http/json-input.ts';
import { addressKey, type RateLimit } from '../http/rate-limits.ts';
import type { Passes } from '../tickets/passes.ts';
import type { AppointmentsService } from './appointments.service.ts';
import type { CheckInService } from './check-in.service.ts';

export interface AppointmentRoutesDeps {
  appointments: AppointmentsService;
  checkIns: CheckInService;
  passes: Passes;
  clock: () => Date;
  timeZone: string;
  requireSession: MiddlewareHandler<HttpEnvironment>;
  /** Codes tried, by kiosk or address: six digits are not to be guessed. */
  codeLimit: RateLimit;
  /** By account. */
  bookLimit: RateLimit;
}

export const CODE_LIMIT = { points: 60, seconds: 600 };
export const BOOK_LIMIT = { points: 30, seconds: 3_600 };

/** Appointments of citizens; mounted at `/api`. */
export function createAppointmentRoutes(deps: AppointmentRoutesDeps): Hono<HttpEnvironment> {
  const { appointments, checkIns, passes, requireSession } = deps;
  const today = (): string => civilDate(deps.clock(), deps.timeZone);
  return new Hono<HttpEnvironment>()
    .get('/offices/:id/slots', async (c) => {
      const [office, service] = [Id.safeParse(c.req.param('id')), Id.safeParse(c.req.query('service'))];
      if (!office.success) throw new AppError('OFFICE_NOT_FOUND');
      if (!service.success) throw new AppError('SERVICE_NOT_FOUND');
      c.header('Cache-Control', 'no-store');
      return c.json<SlotList>(await appointments.slots(office.data, service.data));
    })
    .get('/appointments', requireSession, async (c) => {
      c.header('Cache-Control', 'no-store');
      return c.json<AppointmentList>({ appointments: await appointments.list(c.get('viewer').userId) });
    })
    .post('/appointments', requireSession, async (c) => {
      const { userId } = c.get('viewer');
      await deps.bookLimit.consume(userId);
      c.header('Cache-Control', 'no-store');
      return c.json<AppointmentView>(await appointments.book(userId, await readJson(c, BookAppointment)), 201);
    })
    .delete('/appointments/:id', requireSession, async (c) => {
      const id = Id.safeParse(c.req.param('id'));
      if (!id.success) throw new AppError('APPOINTMENT_NOT_FOUND');
      await appointments.cancel(c.get('viewer').userId, id.data);
      return c.body(null, 204);
    })
    .post('/offices/:id/check-in', async (c) => {
      const officeId = c.req.param('id');
      const { code, pass } = await readJson(c, CheckIn);
      const kiosk = passes.isKiosk(pass, officeId, today());
      if (!kiosk && !passes.isDoor(pass, officeId, today())) throw new AppError('TICKET_PASS_INVALID');
      await deps.codeLimit.consume(kiosk ? pass : addressKey(c.get('clientAddress')));
      c.header('Cache-Control', 'no-store');
      return c.json<CheckedIn>(await checkIns.checkIn(officeId, code));
    });
}
