import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { PaymentState, PaymentView, PaymentWay } from './payments.ts';

/**
 * The movements of money under a figure of the dashboard: taxes paid, and payments reversed. A movement is of the moment at which it was
 * booked; its day and hour are the country's.
 */
export const MovementKind = z.enum(['paid', 'reversed']);
export type MovementKind = z.infer<typeof MovementKind>;

/** Where a movement belongs: an office (cash), or online, which is of no office. */
export const CollectionPlace = z.union([Id, z.literal('online')]);

/** A day that money can have been booked on: the country's clock is asked about it, which knows no others. */
export const BookDay = z.iso.date().refine((day) => day >= '2000-01-01' && day <= '2199-12-31');

/** Of which movements: the same words in the page's address, in `GET /api/collections` and in its exports. */
export const CollectionFilter = z
  .object({
    /** First and last day, on the country's calendar. */
    from: BookDay,
    to: BookDay,
    /** Of one day: the hour that begins then, 0 to 23. */
    hour: z.coerce.number().int().min(0).max(23).optional(),
    place: CollectionPlace.optional(),
    region: z.string().min(1).max(40).optional(),
    channel: PaymentWay.optional(),
    kind: MovementKind.optional(),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'] })
  .refine(({ from, to, hour }) => hour === undefined || from === to, { path: ['hour'] })
  .refine(({ place, region }) => place === undefined || region === undefined, { path: ['region'] });
export type CollectionFilter = z.infer<typeof CollectionFilter>;

/** Where a page ends: the next one begins behind it. Opaque to clients. */
export const CollectionCursor = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z~[0-9a-f-]{36}~(paid|reversed)$/)
  .refine((cursor) => !Number.isNaN(Date.parse(cursor.slice(0, 23) + 'Z')));

export const CollectionMovement = z.object({
  kind: MovementKind,
  at: Instant,
  itemId: Id,
  paymentId: Id,
  plate: z.string(),
  country: z.string().length(2),
  fiscalYear: z.number().int(),
  channel: PaymentWay,
  /** Null: online. */
  office: z.object({ id: Id, name: z.string() }).nullable(),
  /** Minor unit; what was reversed counts less. */
  amount: z.number().int(),
  receipt: z.object({ reference: z.string(), number: z.string(), revoked: z.boolean() }).nullable(),
});
export type CollectionMovement = z.infer<typeof CollectionMovement>;

const Sum = z.object({ count: z.number().int(), amount: z.number().int() });
/** All movements of a filter, also those of other pages. `net` is what the figures say. */
export const CollectionTotals = z.object({ paid: Sum, reversed: Sum, net: z.number().int() });
export type CollectionTotals = z.infer<typeof CollectionTotals>;

/** Movements in one answer. */
export const COLLECTION_PAGE = 50;
/** Answer of `GET /api/collections`: newest first; list and totals are of one moment. */
export const CollectionPage = z.object({
  movements: z.array(CollectionMovement),
  /** Behind which more follow; null: that was all. */
  next: z.string().nullable(),
  totals: CollectionTotals,
  currency: z.string().length(3),
  asOf: Instant,
});
export type CollectionPage = z.infer<typeof CollectionPage>;

/** Query of `GET /api/collections/hours`. */
export const HoursFilter = z.object({
  day: BookDay,
  place: CollectionPlace.optional(),
  region: z.string().min(1).max(40).optional(),
});
export type HoursFilter = z.infer<typeof HoursFilter>;
/** Its answer: what each hour of a day brought, net, 0 first. */
export const CollectionHours = z.object({
  day: z.iso.date(),
  hours: z.array(z.object({ count: z.number().int(), amount: z.number().int() })).length(24),
  asOf: Instant,
});
export type CollectionHours = z.infer<typeof CollectionHours>;

/** Orders online that have not ended: `open` wait for payer or provider, `uncertain` have no outcome yet. */
export const OrderStanding = z.enum(['open', 'uncertain']);
export type OrderStanding = z.infer<typeof OrderStanding>;
/** Orders listed at most; count and sum are of all. */
export const ORDERS_SHOWN = 200;
/** Answer of `GET /api/collections/orders?standing=`: the oldest first, since those have waited longest. */
export const StandingOrders = z.object({
  orders: z.array(
    z.object({
      paymentId: Id,
      state: PaymentState,
      channel: PaymentWay,
      amount: z.number().int(),
      plates: z.array(z.string()),
      startedAt: Instant,
      /** When the provider is asked again; null: nothing is planned. */
      asksAgainAt: Instant.nullable(),
    }),
  ),
  count: z.number().int(),
  amount: z.number().int(),
  asOf: Instant,
});
export type StandingOrders = z.infer<typeof StandingOrders>;

/** Files that `GET /api/collections/export` gives. */
export const ExportFormat = z.enum(['csv', 'xlsx']);
export type ExportFormat = z.infer<typeof ExportFormat>;

/** Answer of `GET /api/collections/payments/:id`: a payment as the staff see it; who paid and from which telephone is not in it. */
export const CollectedPayment = PaymentView.omit({ phone: true, redirectUrl: true }).extend({
  office: z.object({ id: Id, name: z.string() }).nullable(),
  asOf: Instant,
});
export type CollectedPayment = z.infer<typeof CollectedPayment>;
