import { randomUUID } from 'node:crypto';
import type { Db } from '#db/connect.ts';
import { appendOutboxRows, topicChange } from '#db/outbox.repository.ts';
import {
  firstPaymentAt,
  insertReports,
  readOffices,
  readScheduled,
  readUnderWay,
  type NewReport,
} from '#db/reports.repository.ts';
import type { Period } from '#shared/contracts/dashboards.ts';
import type { ReportFormat, ReportScope } from '#shared/contracts/reports.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { endedPeriods } from '#shared/domain/reports/periods.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { placesOf } from './report-places.ts';

/** A period is over so long after its midnight: what was being booked then is there. Milliseconds. */
export const SETTLED_MS = 15 * 60_000;
/** Periods that are made up for when nothing ran: a month of nights, a year of months. */
const MADE_UP: Readonly<Record<Period, number>> = { day: 31, month: 12, year: 3 };
/** What comes by itself: to be read, and to be reckoned with. */
const FORMATS: readonly ReportFormat[] = ['pdf', 'xlsx'];
/** Reports asked for in one look, so that those that somebody waits for are not far behind. */
export const DUE_AT_ONCE = 40;

export type DueReport = Pick<NewReport, 'period' | 'firstDay' | 'lastDay' | 'scope' | 'content' | 'format'> & {
  scopeName: string;
};

/** Reports that come by themselves: of each period that has ended, once, for the nation, its regions and its offices. */
export interface ScheduledReports {
  /** Those that are due and are not there, the newest first. */
  due(): Promise<DueReport[]>;
  /** Asks for those that are due and are not there, the newest first, some of them. Answers how many. */
  askForDue(): Promise<number>;
}

export function createScheduledReports(deps: {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  country: Country;
}): ScheduledReports {
  const { db, country } = deps;
  /** The day and places for which nothing was missing: a look in between asks nothing. */
  let complete = '';

  async function look(at: Date): Promise<DueReport[]> {
    const today = civilDate(new Date(at.getTime() - SETTLED_MS), country.timeZone);
    const offices = await readOffices(db);
    const key = `${today} ${offices.map(({ id, region }) => `${id}${region}`).join()}`;
    if (complete === key) return [];
    const first = await firstPaymentAt(db);
    // Before the first payment there is nothing to tell.
    if (!first) return [];
    const since = civilDate(first, country.timeZone);
    const { regions } = placesOf(offices, country);
    const scopes: { scope: ReportScope; scopeName: string; since: string }[] = [
      { scope: 'national', scopeName: '', since },
      ...regions.map(({ id, name }) => ({ scope: `region-${id}` as const, scopeName: name, since })),
      ...offices.map(({ id, name, createdAt }) => {
        const made = civilDate(createdAt, country.timeZone);
        return { scope: `office-${id}` as const, scopeName: name, since: made > since ? made : since };
      }),
    ];
    const due = (['day', 'month', 'year'] as const).flatMap((period) =>
      endedPeriods(period, today, MADE_UP[period]).flatMap(({ from, to }) =>
        scopes
          .filter((one) => one.since <= to)
          .flatMap(({ scope, scopeName }) =>
            FORMATS.map((format) => ({
              period,
              firstDay: from,
              lastDay: to,
              scope,
              scopeName,
              content: 'summary' as const,
              format,
            })),
          ),
      ),
    );
    const there = await readScheduled(
      db,
      due.reduce((least, { firstDay }) => (firstDay < least ? firstDay : least), today),
    );
    const missing = due.filter(({ period, firstDay, scope, format }) => !there.has(`${period} ${firstDay} ${scope} ${format}`));
    if (missing.length === 0) complete = key;
    return missing;
  }

  return {
    due: () => look(deps.clock()),

    async askForDue() {
      const at = deps.clock();
      const missing = await look(at);
      if (missing.length === 0) return 0;
      const rows: NewReport[] = missing
        .slice(0, DUE_AT_ONCE)
        .map((one) => ({ ...one, id: randomUUID(), origin: 'schedule', createdAt: at, movedAt: at }));
      const made = await db.transaction(async (tx) => {
        // Of two who look at once, each asks for what the other did not.
        const ids = await insertReports(tx, rows);
        const change = topicChange('reports', topicOf('reports'), async (own) => ({
          staff: await readUnderWay(own, country.currency.code),
        }));
        await appendOutboxRows(
          tx,
          ids.map((reportId) => ({ name: 'report.requested', payload: { reportId }, changes: [change] })),
        );
        return ids.length;
      });
      if (made > 0) deps.notifier.wake();
      return made;
    },
  };
}
