import type { Section } from '#shared/contracts/dashboards.ts';
import { addDays, civilDate, instantOf } from '#shared/domain/dates.ts';
import type { Executor } from '#db/connect.ts';
import {
  countVehiclesSince,
  readCollections,
  readDocuments,
  readHalls,
  readLastYear,
  readOffices,
  readOpenIntents,
  readPace,
  readProviderStatus,
  readRefunds,
  type CollectionFacts,
  type DocumentFacts,
  type HallFacts,
  type LastYearFacts,
  type OfficeRow,
  type PaceFacts,
  type RefundFacts,
  type Standing,
  type Starts,
} from '#db/dashboard.repository.ts';
import type { ChannelView } from '#shared/contracts/channels.ts';
import type { PresenceTotals } from './presence.service.ts';

/** Whole minutes that are shown. */
export const MINUTES = 60;
/** Days that are shown, today among them. */
export const DAYS = 30;
const MINUTE_MS = 60_000;

/** Something that was read, and as of when it is true. */
interface Read<T> {
  at: Date;
  value: T;
}

/** All that dashboards are made of, for all scopes at once; each section as it was read last. */
export interface DashboardFacts {
  /** When they were put together. */
  now: Date;
  /** The country's day and minute that it was then. */
  today: string;
  minute: number;
  offices: OfficeRow[];
  collections: Read<CollectionFacts>;
  pace: Read<PaceFacts>;
  lastYear: Read<LastYearFacts>;
  intents: Read<{ open: Standing; uncertain: Standing }>;
  refunds: Read<RefundFacts>;
  hall: Read<HallFacts>;
  documents: Read<DocumentFacts>;
  people: Read<PresenceTotals> | null;
  vehicles: Read<number>;
  providers: Read<ChannelView[]> | null;
}

/** First days of today's periods. */
export const startsOf = (today: string): Starts => ({
  day: today,
  month: `${today.slice(0, 7)}-01`,
  year: `${today.slice(0, 4)}-01-01`,
});

/** Minutes of the country's day that are over at an instant. */
function minuteOf(now: Date, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', hour: 'numeric', minute: 'numeric' });
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, Number(value)]));
  return (parts['hour'] ?? 0) * 60 + (parts['minute'] ?? 0);
}

export interface FactsDeps {
  timeZone: string;
  clock: () => Date;
  presence: () => Promise<PresenceTotals | null>;
}

/**
 * Reads the given sections anew and takes the others from `before`: all of them where there is nothing before, or another day, since most
 * are of the day; those of the minute where another minute has begun.
 */
export async function readFacts(
  db: Executor,
  { timeZone, clock, presence }: FactsDeps,
  before: DashboardFacts | null,
  wanted: ReadonlySet<Section>,
): Promise<DashboardFacts> {
  const now = clock();
  const today = civilDate(now, timeZone);
  const minute = minuteOf(now, timeZone);
  const same = before?.today === today ? before : null;
  const since = instantOf(today, '00:00:00', timeZone);
  const starts = startsOf(today);
  const lastMinute = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
  const other = same?.minute !== minute;

  async function section<K extends Section>(
    name: K,
    read: () => Promise<DashboardFacts[K]>,
    anew = false,
  ): Promise<DashboardFacts[K]> {
    return same && !anew && !wanted.has(name) ? same[name] : read();
  }
  const readOf = <T>(at: Date, value: T): Read<T> => ({ at, value });
  // At once: they share a connection, which answers them in order, and in a transaction a moment.
  const [offices, collections, pace, lastYear, intents, refunds, hall, documents, people, vehicles, providers] =
    await Promise.all([
      same && !wanted.has('hall') ? same.offices : readOffices(db),
      section('collections', () =>
        readCollections(db, starts, addDays(today, 1 - DAYS)).then((value) => readOf(value.told, value)),
      ),
      section(
        'pace',
        () =>
          readPace(db, new Date(lastMinute - MINUTES * MINUTE_MS), new Date(lastMinute)).then((value) =>
            readOf(value.told, value),
          ),
        other,
      ),
      section(
        'lastYear',
        () => readLastYear(db, today, minute).then((value) => readOf(value.readAt ?? new Date(0), value)),
        other,
      ),
      section('intents', () => readOpenIntents(db).then(({ told, ...value }) => readOf(told, value))),
      section('refunds', () => readRefunds(db, since).then((value) => readOf(now, value))),
      section('hall', () => readHalls(db, today).then((value) => readOf(now, value))),
      section('documents', () => readDocuments(db, since).then((value) => readOf(now, value))),
      section('people', () => presence().then((value) => value && readOf(now, value))),
      section('vehicles', () => countVehiclesSince(db, since).then((value) => readOf(now, value))),
      section('providers', () => readProviderStatus(db).then((found) => found && readOf(found.at, found.channels))),
    ]);
  return {
    ...{ now, today, minute, offices, collections, pace, lastYear, intents },
    ...{ refunds, hall, documents, people, vehicles, providers },
  };
}

/** Sections that are not told of by events, or also change by themselves: asked again at least this often, milliseconds. */
export const READ_EVERY_MS: Readonly<Record<Section, number>> = {
  collections: 2_500,
  pace: 2_500,
  lastYear: 60_000,
  intents: 2_500,
  refunds: 5_000,
  hall: 5_000,
  documents: 5_000,
  people: 2_000,
  vehicles: 10_000,
  providers: 5_000,
};

/** A section is not read more often than this, whatever happens, milliseconds. */
export const READ_AT_MOST_MS: Readonly<Record<Section, number>> = {
  collections: 0,
  pace: 0,
  lastYear: 0,
  intents: 0,
  refunds: 1_000,
  hall: 1_000,
  documents: 1_000,
  people: 2_000,
  vehicles: 5_000,
  providers: 1_000,
};
