import { sql } from 'drizzle-orm';
import { check, date, index, integer, pgTable, primaryKey, smallint, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import { offices, users } from './identity.ts';
import { officeServices, tickets } from './tickets.ts';
import type { AppointmentState } from '../../shared/contracts/appointments.ts';

/** When an office is open: one row for each stretch of a weekday (1 Monday to 7 Sunday), `HH:MM` of the country's time zone. */
export const officeHours = pgTable(
  'office_hours',
  {
    officeId: uuid('office_id')
      .notNull()
      .references(() => offices.id),
    weekday: smallint('weekday').notNull(),
    opens: text('opens').notNull(),
    closes: text('closes').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.officeId, t.weekday, t.opens] }),
    check('office_hours_weekday', sql`${t.weekday} between 1 and 7`),
    check(
      'office_hours_times',
      sql`${t.opens} ~ '^[0-2][0-9]:[0-5][0-9]$' and ${t.closes} ~ '^[0-2][0-9]:[0-5][0-9]$' and ${t.opens} < ${t.closes}`,
    ),
  ],
);

/** Days on which an office does not open, whatever the hours say. */
export const officeClosedDays = pgTable(
  'office_closed_days',
  {
    officeId: uuid('office_id')
      .notNull()
      .references(() => offices.id),
    day: date('day', { mode: 'string' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.officeId, t.day] })],
);

/** How a service gives appointments: one slot begins every so many minutes, for so many people. Without a row it gives none. */
export const appointmentPlans = pgTable(
  'appointment_plans',
  {
    serviceId: uuid('service_id')
      .primaryKey()
      .references(() => officeServices.id),
    slotMinutes: integer('slot_minutes').notNull(),
    capacity: integer('capacity').notNull(),
  },
  (t) => [
    check('appointment_plans_minutes', sql`${t.slotMinutes} between 5 and 240`),
    check('appointment_plans_capacity', sql`${t.capacity} between 1 and 100`),
  ],
);

/** How many have booked a slot. The row is what those who book at once wait for each other at. */
export const appointmentSlots = pgTable(
  'appointment_slots',
  {
    serviceId: uuid('service_id')
      .notNull()
      .references(() => officeServices.id),
    startsAt: instant('starts_at').notNull(),
    taken: integer('taken').notNull(),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.startsAt] }), check('appointment_slots_taken', sql`${t.taken} >= 0`)],
);

/** A person's time at an office. */
export const appointments = pgTable(
  'appointments',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** Given by the page that booked it. */
    clientId: uuid('client_id').notNull(),
    officeId: uuid('office_id')
      .notNull()
      .references(() => offices.id),
    serviceId: uuid('service_id')
      .notNull()
      .references(() => officeServices.id),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    startsAt: instant('starts_at').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    /** Typed at the kiosk; of one office and day. */
    code: text('code').notNull(),
    state: text('state').$type<AppointmentState>().notNull().default('booked'),
    /** The place in the line that it became. */
    ticketId: uuid('ticket_id').references(() => tickets.id),
    bookedAt: instant('booked_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (t) => [
    uniqueIndex('appointments_client_key').on(t.userId, t.clientId),
    // One open appointment per person and service, whatever comes at once.
    uniqueIndex('appointments_open_key')
      .on(t.userId, t.serviceId)
      .where(sql`${t.state} = 'booked'`),
    uniqueIndex('appointments_code_key').on(t.officeId, t.day, t.code),
    index('appointments_day_idx')
      .on(t.officeId, t.day, t.startsAt)
      .where(sql`${t.state} = 'booked'`),
    check('appointments_state_known', sql`${t.state} in ('booked', 'arrived', 'cancelled', 'missed')`),
    check('appointments_arrived', sql`(${t.state} = 'arrived') = (${t.ticketId} is not null)`),
  ],
);
