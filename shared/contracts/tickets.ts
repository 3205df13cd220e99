import { z } from 'zod';
import { Id, Instant } from './ids.ts';

/**
 * A *ticket* is one person's place in the line of an office.
 *
 *   waiting ─► called ─► serving ─► done
 *     ▲          │ │        │
 *     │          │ └► no_show (recallable)
 *     ├──────────┤          │
 *     │        on_hold ◄────┘
 *     └─ returned or transferred: keeps its place
 *   waiting, called, on_hold, no_show ─► cancelled
 */
export const TicketState = z.enum(['waiting', 'called', 'serving', 'on_hold', 'no_show', 'done', 'cancelled']);
export type TicketState = z.infer<typeof TicketState>;

/** Who goes first by rule: what the person says at the kiosk and the agent sees. */
export const TicketPriority = z.enum(['none', 'elderly', 'pregnant', 'disabled']);
export type TicketPriority = z.infer<typeof TicketPriority>;

/** Where a ticket was taken. */
export const TicketSource = z.enum(['kiosk', 'agent', 'phone', 'appointment']);
export type TicketSource = z.infer<typeof TicketSource>;

/** What an office does for people. `prefix` begins the numbers of its tickets. */
export const OfficeService = z.object({
  id: Id,
  prefix: z.string().regex(/^[A-Z]$/),
  name: z.object({ fr: z.string(), en: z.string() }),
  /** Minutes that it usually takes: what is expected until enough were served. */
  usualMinutes: z.number().int().positive(),
});
export type OfficeService = z.infer<typeof OfficeService>;

/** An office, as people choose one. */
export const OfficeView = z.object({
  id: Id,
  code: z.string(),
  name: z.string(),
  city: z.string(),
  services: z.array(OfficeService),
});
export type OfficeView = z.infer<typeof OfficeView>;

/** Answer of `GET /api/offices`. */
export const OfficeList = z.object({ offices: z.array(OfficeView) });
export type OfficeList = z.infer<typeof OfficeList>;

/** Takes a ticket: at a kiosk or from a phone by anybody, at the counter by an agent for who walks in. */
export const TakeTicket = z.object({
  /** Chosen by the page, once for each press: sent again it answers with the same ticket. */
  clientId: Id,
  officeId: Id,
  serviceId: Id,
  priority: TicketPriority,
});
export type TakeTicket = z.infer<typeof TakeTicket>;

/** Input of `POST /api/tickets`. Who has no account shows the pass of the office's door or kiosk. */
export const TakeTicketThere = TakeTicket.extend({ pass: z.string().max(64).optional() });

/** Answer of `GET /api/offices/:id/door`: what the QR at the door holds, good for the day. */
export const DoorPass = z.object({ pass: z.string(), day: z.iso.date() });
export type DoorPass = z.infer<typeof DoorPass>;
/** Answer of `POST /api/offices/:id/kiosk`: makes the browser that keeps it a kiosk or board of the office. */
export const KioskPass = z.object({ pass: z.string() });
export type KioskPass = z.infer<typeof KioskPass>;

export const TicketRef = z.object({ ticketId: Id });

/** One ticket, for who holds it (topic `ticket:<id>`; the id is the key to it). Its place is in `line:<office>`. */
export const TicketView = z.object({
  id: Id,
  officeId: Id,
  serviceId: Id,
  /** `A012`, as called and shown on the board. */
  number: z.string(),
  state: TicketState,
  version: z.number().int(),
  priority: TicketPriority,
  /** The counter to go to: while called or served. */
  counter: z.string().nullable(),
  /** How often it was called: an increase is another call. */
  calls: z.number().int(),
  takenAt: Instant,
  calledAt: Instant.nullable(),
});
export type TicketView = z.infer<typeof TicketView>;

/** A person waiting, for all who wait: numbers, no people. */
export const LinePlace = z.object({
  number: z.string(),
  serviceId: Id,
  /** When it is expected to be called; null while nobody serves it. */
  expectedAt: Instant.nullable(),
});

/** State of the topic `line:<office>`, for everybody: who comes after whom. A phone finds its own number in it. */
export const LineView = z.object({
  officeId: Id,
  /** In the order in which they will be called. */
  places: z.array(LinePlace),
  /** Counters where people are served now. */
  openCounters: z.number().int(),
});
export type LineView = z.infer<typeof LineView>;

/** State of the topic `board:<office>`, for everybody: what the screen in the room shows and says. */
export const BoardView = z.object({
  officeId: Id,
  name: z.string(),
  /** The latest calls, newest first; a number called again stands first again, with one call more. */
  calls: z.array(z.object({ number: z.string(), counter: z.string(), calls: z.number().int(), calledAt: Instant })),
  waiting: z.array(z.object({ serviceId: Id, prefix: z.string(), name: OfficeService.shape.name, count: z.number().int() })),
  message: z.object({ fr: z.string(), en: z.string() }).nullable(),
});
export type BoardView = z.infer<typeof BoardView>;

/** A ticket in the agents' list. */
export const QueueTicket = TicketView.omit({ officeId: true }).extend({
  source: TicketSource,
  /** The agent who has it, or to whom alone it was passed on. */
  agent: z.object({ id: Id, name: z.string() }).nullable(),
  /** The account that took it, where there is one. */
  person: z.object({ id: Id, name: z.string() }).nullable(),
  /** What it is about, once an agent said so. Absent in states of before it was there. */
  vehicle: z.object({ id: Id, plate: z.string(), country: z.string().length(2) }).nullish(),
  /** Passed on from another service or agent. */
  transferred: z.boolean(),
  note: z.string().nullable(),
  appointmentAt: Instant.nullable(),
  servingSince: Instant.nullable(),
});
export type QueueTicket = z.infer<typeof QueueTicket>;

/** An agent at a counter. */
export const CounterView = z.object({
  officeId: Id,
  agentId: Id,
  agentName: z.string(),
  label: z.string(),
  serviceIds: z.array(Id),
  paused: z.boolean(),
});
export type CounterView = z.infer<typeof CounterView>;

/** State of the topic `queue:<office>`, for the office's staff: all tickets of the day but those that are over. */
export const QueueView = z.object({
  officeId: Id,
  services: z.array(OfficeService),
  counters: z.array(CounterView),
  /** Waiting ones first, in the order of calling; then those at a counter, on hold, not come. */
  tickets: z.array(QueueTicket),
  doneToday: z.number().int(),
  /** Expected today and not come yet, soonest first. */
  appointments: z.array(z.object({ id: Id, startsAt: Instant, serviceId: Id, personName: z.string() })),
});
export type QueueView = z.infer<typeof QueueView>;

export const OpenCounter = z.object({
  label: z.string().trim().min(1).max(12),
  serviceIds: z.array(Id).min(1).max(26),
});
export type OpenCounter = z.infer<typeof OpenCounter>;
export const PauseCounter = z.object({ paused: z.boolean() });

/** Passes a ticket on: to another service, or to one agent. */
export const TransferTicket = z.object({
  ticketId: Id,
  to: z.union([z.object({ serviceId: Id }).strict(), z.object({ agentId: Id }).strict()]),
  note: z.string().trim().max(200).optional(),
});
export type TransferTicket = z.infer<typeof TransferTicket>;

/** What an agent does with a ticket. */
export const ActOnTicket = z.object({
  ticketId: Id,
  event: z.enum(['recall', 'serve', 'hold', 'return', 'miss', 'reinstate', 'finish', 'cancel']),
});
export type ActOnTicket = z.infer<typeof ActOnTicket>;

/** Says which vehicle a ticket is about; null: none. */
export const LinkTicket = z.object({ ticketId: Id, vehicleId: Id.nullable() });
export type LinkTicket = z.infer<typeof LinkTicket>;

/** Answer of `ticket:call-next`: null when nobody waits whom this counter serves. */
export const CalledTicket = QueueTicket.nullable();
