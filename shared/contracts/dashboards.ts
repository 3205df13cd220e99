import { z } from 'zod';
import { ChannelView } from './channels.ts';
import { Id, Instant } from './ids.ts';
import { PaymentWay } from './payments.ts';

/**
 * The scopes of a dashboard, keys of the topic `dashboard:<scope>`. Money paid online, documents, vehicles and people connected are of no
 * office: a region is the sum of its offices, the nation is everything.
 */
export const RegionId = z.string().regex(/^[a-z][a-z-]{1,39}$/);
export const DashboardScope = z.union([
  z.literal('national'),
  z.templateLiteral(['region-', RegionId]),
  z.templateLiteral(['office-', Id]),
]);
export type DashboardScope = z.infer<typeof DashboardScope>;
export const NATIONAL = 'national' satisfies DashboardScope;

/** Milliseconds between two states of a scope at least: at most four a second. */
export const DASHBOARD_EVERY_MS = 250;
/** Milliseconds after which a scope that somebody looks at is told again although nothing changed. */
export const DASHBOARD_HEARTBEAT_MS = 5_000;

/** Where figures come from: each section is read at a moment of its own and may be older than the others. */
export const SECTIONS = [
  'collections',
  'pace',
  'lastYear',
  'intents',
  'refunds',
  'hall',
  'documents',
  'people',
  'vehicles',
  'providers',
] as const;
export const Section = z.enum(SECTIONS);
export type Section = z.infer<typeof Section>;

/** Milliseconds: a section whose `asOf` is older than this is stale, and a page says so. */
export const SECTION_FRESH_MS: Readonly<Record<Section, number>> = {
  collections: 10_000,
  pace: 10_000,
  /** A year ago hardly changes: what it is read from is made anew every hour. */
  lastYear: 3 * 3_600_000,
  intents: 10_000,
  refunds: 15_000,
  hall: 15_000,
  documents: 15_000,
  people: 20_000,
  vehicles: 30_000,
  providers: 60_000,
};

/**
 * Taxes collected in a time: what was booked in it, less what was reversed in it. A reversal counts at the moment at which it happens, not at
 * that of its payment: a day that is over does not change any more. Minor unit.
 */
export const Collected = z.object({
  /** Net: paid less reversed. May be negative. */
  amount: z.number().int(),
  /** Taxes paid less taxes reversed. */
  count: z.number().int(),
  /** What of both was taken off again; 0 or more. */
  reversedAmount: z.number().int().nonnegative(),
  reversedCount: z.number().int().nonnegative(),
});
export type Collected = z.infer<typeof Collected>;

/** Periods that figures of money are shown for; they begin on the country's calendar. */
export const PERIODS = ['day', 'month', 'year'] as const;
export const Period = z.enum(PERIODS);
export type Period = z.infer<typeof Period>;

/** What is to be collected in a whole period. `demo`: an invented one, of the demo. */
export const Target = z.object({ amount: z.number().int().positive(), demo: z.boolean() });
export type Target = z.infer<typeof Target>;

export const PeriodFigures = z.object({
  /** First day of the period. */
  from: z.iso.date(),
  collected: Collected,
  /** Null: none was set. */
  target: Target.nullable(),
  /** The same period a year ago, up to the same day and minute; null: nothing was ever booked up to then, so there is nothing to compare with. */
  lastYear: Collected.nullable(),
});
export type PeriodFigures = z.infer<typeof PeriodFigures>;

const EachPeriod = z.object({ day: Collected, month: Collected, year: Collected });

/** A state of money under way: how many, and of how much. */
const Standing = z.object({ count: z.number().int().nonnegative(), amount: z.number().int().nonnegative() });

/** The line of one or several offices today. Times of people who were called today, from the ticket to the first call. */
export const Hall = z.object({
  waiting: z.number().int().nonnegative(),
  served: z.number().int().nonnegative(),
  /** Seconds; null: nobody was called yet. */
  averageWait: z.number().nonnegative().nullable(),
  /** Seconds that nine of ten people waited at most; null: nobody was called yet. */
  p90Wait: z.number().nonnegative().nullable(),
  /** Agents with an open counter, those at a pause among them. */
  agents: z.number().int().nonnegative(),
  paused: z.number().int().nonnegative(),
});
export type Hall = z.infer<typeof Hall>;

/**
 * What is shown of an office beside the others, without names of fields: a hundred of them go to every supervisor four times a second.
 * Written and read by `shared/domain/dashboard/office-rows.ts`. Amounts are net, in the minor unit.
 */
export const OfficeRow = z.tuple([
  Id,
  z.string(),
  /** Amount and count of the day, of the month, of the year. */
  ...([z.number().int(), z.number().int(), z.number().int(), z.number().int(), z.number().int(), z.number().int()] as const),
  /** People waiting. */
  z.number().int().nonnegative(),
  /** Whole seconds that nine of ten people waited at most; null: nobody was called yet. */
  z.number().int().nonnegative().nullable(),
  /** Agents with an open counter. */
  z.number().int().nonnegative(),
]);
export type OfficeRow = z.infer<typeof OfficeRow>;

/**
 * State of the topic `dashboard:<scope>`, whole each time. Null sections are not of this scope (of an office: what happens online), `people`
 * and `providers` also while nobody can tell.
 */
export const DashboardView = z.object({
  scope: DashboardScope,
  /** Office or region; null: the nation. */
  name: z.string().nullable(),
  currency: z.string().length(3),
  timeZone: z.string(),
  /** The country's day that `day` figures are of. */
  today: z.iso.date(),
  /** When it was put together. */
  asOf: Instant,
  /** As of when each section is true: it may stand still while others move. */
  sections: z.record(Section, Instant.nullable()),
  periods: z.object({ day: PeriodFigures, month: PeriodFigures, year: PeriodFigures }),
  /** The highest of today first; of a scope of one office, that one. */
  offices: z.array(OfficeRow),
  /** Ways to pay that were used this year, the highest of today first. */
  channels: z.array(EachPeriod.extend({ channel: PaymentWay })),
  /** Net amounts of the hours of today that have begun, of 0 h first: one without a movement is there with 0. */
  hours: z.array(z.number().int()).max(24),
  /** Net amounts of thirty days, today the last. */
  days: z.array(z.object({ day: z.iso.date(), amount: z.number().int() })),
  /** Taxes paid in each of the last sixty whole minutes, the oldest, which began at `from`, first. Reversals are not in it. */
  minutes: z.object({ from: Instant, counts: z.array(z.number().int().nonnegative()) }),
  /** Regions with their names, for the scopes that can be chosen; of a scope that is not the nation, its own. */
  regions: z.array(z.object({ id: RegionId, name: z.string() })),
  /** Orders online: `open` wait for the payer or the provider, `uncertain` have no outcome yet. */
  intents: z.object({ open: Standing, uncertain: Standing }).nullable(),
  refunds: z.object({
    /** Proposed, not decided. */
    awaiting: Standing,
    /** Approved, the money has not gone. */
    underWay: Standing,
    /** Gone today. */
    paid: Standing,
  }),
  hall: Hall,
  documents: z
    .object({
      /** Waiting to be read, or being read. */
      queue: z.number().int().nonnegative(),
      /** Documents whose last reading ended today, whatever came of it. */
      read: z.number().int().nonnegative(),
      /** Of those, the ones that could be read; null: none ended today. */
      successPercent: z.number().min(0).max(100).nullable(),
      /** Waiting for an agent to look. */
      doubtful: z.number().int().nonnegative(),
      /** Milliseconds that a reading of today took; null: none ended today. */
      averageMs: z.number().nonnegative().nullable(),
    })
    .nullable(),
  /** `people`: whoever has a page open, signed in or not; somebody on two nodes counts twice. Null: the nodes could not be asked. */
  people: z
    .object({
      people: z.number().int().nonnegative(),
      connections: z.number().int().nonnegative(),
      nodes: z.number().int().nonnegative(),
    })
    .nullable(),
  vehicles: z.object({ added: z.number().int().nonnegative() }).nullable(),
  providers: z.array(ChannelView).nullable(),
});
export type DashboardView = z.infer<typeof DashboardView>;

/** Input of `POST /api/walls`: the browser that asks becomes a screen on a wall. */
export const SetUpWall = z.object({ scope: DashboardScope }).strict();
/** Its answer: kept by that browser, which watches this scope with it and nothing else, until the end of a day. */
export const WallPass = z.object({ pass: z.string(), until: z.iso.date() });
export type WallPass = z.infer<typeof WallPass>;
