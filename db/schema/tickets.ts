import { sql } from 'drizzle-orm';
import { boolean, check, date, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import type { TicketPriority, TicketSource, TicketState } from '../../shared/contracts/tickets.ts';
import type { QueueRules } from '../../shared/domain/tickets/rank.ts';
import { offices, users } from './identity.ts';
import { vehicles } from './vehicles.ts';

/** What an office does for people. Tickets of a service are numbered with its prefix. */
export const officeServices = pgTable(
  'office_services',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    officeId: uuid('office_id')
      .notNull()
      .references(() => offices.id),
    prefix: text('prefix').notNull(),
    nameFr: text('name_fr').notNull(),
    nameEn: text('name_en').notNull(),
    usualMinutes: integer('usual_minutes').notNull(),
    closedAt: instant('closed_at'),
  },
  (t) => [
    uniqueIndex('office_services_prefix_key').on(t.officeId, t.prefix),
    check('office_services_prefix_letter', sql`${t.prefix} ~ '^[A-Z]$'`),
    check('office_services_minutes', sql`${t.usualMinutes} between 1 and 480`),
  ],
);

/** How an office lets people pass, and what its board says. An office without a row goes by the usual rules. */
export const queueSettings = pgTable('queue_settings', {
  officeId: uuid('office_id')
    .primaryKey()
    .references(() => offices.id),
  rules: jsonb('rules').$type<QueueRules>(),
  messageFr: text('message_fr'),
  messageEn: text('message_en'),
});

/** An agent at a counter, from opening to closing it. */
export const counterSessions = pgTable(
  'counter_sessions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    officeId: uuid('office_id')
      .notNull()
      .references(() => offices.id),
    agentId: uuid('agent_id')
      .notNull()
      .references(() => users.id),
    label: text('label').notNull(),
    serviceIds: uuid('service_ids').array().notNull(),
    paused: boolean('paused').notNull().default(false),
    openedAt: instant('opened_at').notNull(),
    closedAt: instant('closed_at'),
  },
  (t) => [
    uniqueIndex('counter_sessions_agent_key')
      .on(t.agentId)
      .where(sql`${t.closedAt} is null`),
    uniqueIndex('counter_sessions_label_key')
      .on(t.officeId, t.label)
      .where(sql`${t.closedAt} is null`),
  ],
);

/** The last number given to a prefix on a day (of the country's time zone). */
export const ticketCounters = pgTable(
  'ticket_counters',
  {
    officeId: uuid('office_id').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    prefix: text('prefix').notNull(),
    last: integer('last').notNull(),
  },
  (t) => [primaryKey({ columns: [t.officeId, t.day, t.prefix] })],
);

/** A person's place in the line of an office. */
export const tickets = pgTable(
  'tickets',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** Given by the page that took it. */
    clientId: uuid('client_id').notNull(),
    officeId: uuid('office_id')
      .notNull()
      .references(() => offices.id),
    serviceId: uuid('service_id')
      .notNull()
      .references(() => officeServices.id),
    day: date('day', { mode: 'string' }).notNull(),
    number: text('number').notNull(),
    source: text('source').$type<TicketSource>().notNull(),
    priority: text('priority').$type<TicketPriority>().notNull(),
    /** Who comes earlier by this goes first (domain/tickets/rank.ts). */
    rankAt: instant('rank_at').notNull(),
    state: text('state').$type<TicketState>().notNull().default('waiting'),
    version: integer('version').notNull().default(1),
    /** The account that took it, where there is one. */
    userId: uuid('user_id').references(() => users.id),
    /** The vehicle that it is about, said by an agent: who gets it next sees it. */
    vehicleId: uuid('vehicle_id').references(() => vehicles.id),
    /** The agent who has it; while it waits: to whom alone it was passed on. */
    agentId: uuid('agent_id').references(() => users.id),
    counter: text('counter'),
    calls: integer('calls').notNull().default(0),
    transferred: boolean('transferred').notNull().default(false),
    note: text('note'),
    appointmentAt: instant('appointment_at'),
    takenAt: instant('taken_at').notNull(),
    calledAt: instant('called_at'),
    servingAt: instant('serving_at'),
    endedAt: instant('ended_at'),
  },
  (t) => [
    uniqueIndex('tickets_client_key').on(t.officeId, t.clientId),
    uniqueIndex('tickets_number_key').on(t.officeId, t.day, t.number),
    // One at a counter for each agent, whatever comes at once.
    uniqueIndex('tickets_at_counter_key')
      .on(t.agentId)
      .where(sql`${t.state} in ('called', 'serving')`),
    index('tickets_waiting_idx')
      .on(t.officeId, t.rankAt)
      .where(sql`${t.state} = 'waiting'`),
    index('tickets_day_idx').on(t.officeId, t.day),
    index('tickets_user_idx').on(t.userId, t.takenAt.desc()),
    index('tickets_served_idx')
      .on(t.serviceId, t.endedAt.desc())
      .where(sql`${t.state} = 'done'`),
    check('tickets_state_known', sql`${t.state} in ('waiting', 'called', 'serving', 'on_hold', 'no_show', 'done', 'cancelled')`),
    check('tickets_priority_known', sql`${t.priority} in ('none', 'elderly', 'pregnant', 'disabled')`),
    check('tickets_source_known', sql`${t.source} in ('kiosk', 'agent', 'phone', 'appointment')`),
    check(
      'tickets_at_counter',
      sql`${t.state} not in ('called', 'serving') or (${t.agentId} is not null and ${t.counter} is not null)`,
    ),
  ],
);

/** What happened to a ticket, append only: waiting and service times, and who did what, are read from here. */
export const ticketHistory = pgTable(
  'ticket_history',
  {
    ticketId: uuid('ticket_id')
      .notNull()
      .references(() => tickets.id),
    version: integer('version').notNull(),
    event: text('event').notNull(),
    /** Null: the person themselves, without an account. */
    actorId: uuid('actor_id'),
    serviceId: uuid('service_id').notNull(),
    counter: text('counter'),
    at: instant('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.ticketId, t.version] })],
);
