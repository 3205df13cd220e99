import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { OfficeService, TicketView } from './tickets.ts';

/**
 * An *appointment* is a time at an office that somebody booked. Coming in time makes it a ticket.
 *
 *   booked ─► arrived   (a ticket of the line, which goes on by itself)
 *     ├─► cancelled     by the person, or by changing it for another
 *     └─► missed        the day is over
 */
export const AppointmentState = z.enum(['booked', 'arrived', 'cancelled', 'missed']);
export type AppointmentState = z.infer<typeof AppointmentState>;

/** Days ahead that can be booked. */
export const BOOKED_AHEAD_DAYS = 30;

/** One time that can be booked, and for how many people still. */
export const AppointmentSlot = z.object({ startsAt: Instant, left: z.number().int().nonnegative() });
export type AppointmentSlot = z.infer<typeof AppointmentSlot>;

/** Answer of `GET /api/offices/:id/slots?service=&from=`: days with a slot left, soonest first. */
export const SlotList = z.object({ days: z.array(z.object({ day: z.iso.date(), slots: z.array(AppointmentSlot) })) });
export type SlotList = z.infer<typeof SlotList>;

/** Body of `POST /api/appointments`. */
export const BookAppointment = z.object({
  /** Chosen by the page, once for each press: sent again it answers with the same appointment. */
  clientId: Id,
  officeId: Id,
  serviceId: Id,
  startsAt: Instant,
  /** The appointment that this one is instead of: given up when this one is sure, never before. */
  insteadOf: Id.optional(),
});
export type BookAppointment = z.infer<typeof BookAppointment>;

/** An appointment, as its person sees it. */
export const AppointmentView = z.object({
  id: Id,
  officeId: Id,
  officeName: z.string(),
  city: z.string(),
  service: OfficeService,
  startsAt: Instant,
  state: AppointmentState,
  /** Six digits, for the kiosk. */
  code: z.string(),
  ticketId: Id.nullable(),
});
export type AppointmentView = z.infer<typeof AppointmentView>;

/** Answer of `GET /api/appointments`: one's own that are open or of today, soonest first. */
export const AppointmentList = z.object({ appointments: z.array(AppointmentView) });
export type AppointmentList = z.infer<typeof AppointmentList>;

/** Body of `POST /api/offices/:id/check-in`: the code, by who shows to be there (pass of the kiosk or of the door). */
export const CheckIn = z.object({ code: z.string().regex(/^\d{6}$/), pass: z.string().max(64) });
export type CheckIn = z.infer<typeof CheckIn>;

/** State of the topic `visits:<user>`: what a person has at offices. A ticket's own state is in `ticket:<id>`. */
export const VisitsView = z.object({
  /** Of today, not over; the latest first. */
  tickets: z.array(z.object({ id: Id, number: z.string(), officeId: Id, officeName: z.string() })),
  appointments: z.array(AppointmentView),
});
export type VisitsView = z.infer<typeof VisitsView>;

/** What coming made of it. `late`: too late for the time that was booked, so it is a ticket like others. */
export const CheckedIn = z.object({ ticket: TicketView, late: z.boolean() });
export type CheckedIn = z.infer<typeof CheckedIn>;
