import { createHash } from 'node:crypto';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { appendOutbox, topicChange, type TopicChange } from '#db/outbox.repository.ts';
import {
  changeReport,
  expireReports,
  findAsked,
  findReport,
  giveUpRun,
  insertReports,
  lockReport,
  readOffices,
  readReport,
  readReports,
  readUnderWay,
  touchReport,
  type ReportRow,
} from '#db/reports.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { EventName } from '#shared/contracts/events.ts';
import {
  REPORTS_PAGE,
  type ReportFilter,
  type ReportPage,
  type ReportTotals,
  type ReportView,
  type RequestReport,
} from '#shared/contracts/reports.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { addMonths, civilDate, instantOf } from '#shared/domain/dates.ts';
import { reportKey } from '#shared/domain/object-keys.ts';
import { can, type Actor } from '#shared/domain/policy.ts';
import { periodOf } from '#shared/domain/reports/periods.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { nameOf, placesOf } from './report-places.ts';

export { officesOf } from './report-places.ts';

/** Months that a report's file is kept. */
export const REPORT_KEPT_MONTHS: Readonly<Record<ReportRow['period'], number>> = { day: 3, month: 24, year: 120 };
/** Files given up in one statement. */
const BATCH = 200;

export interface ReportsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  country: Country;
}

/** What a run made. */
export interface MadeReport {
  asOf: Date;
  provisional: boolean;
  totals: ReportTotals;
  agrees: boolean;
  rows: number;
  bytes: number;
  sha256: string;
  fingerprint: string;
}

/** Reports: asked for by people, made by a job (`workers/reports`), kept for a while. */
export interface ReportsService {
  list(filter: ReportFilter): Promise<ReportPage>;
  /** The same request twice is one report. @throws AppError FORBIDDEN, REPORT_PERIOD_AHEAD, REPORT_SCOPE_UNKNOWN, IDEMPOTENCY_CONFLICT */
  request(actor: Actor, request: RequestReport): Promise<ReportView>;
  /** Nobody waits for it any more: a run that is under way gives up. @throws AppError FORBIDDEN, REPORT_NOT_FOUND, REPORT_STATE_CONFLICT */
  cancel(actor: Actor, id: string): Promise<ReportView>;
  /** One whose file is there, to be fetched now by this person. @throws AppError REPORT_NOT_FOUND, REPORT_NOT_READY, REPORT_GONE */
  fetchable(id: string): Promise<ReportRow & { objectKey: string }>;
  /** Keeps that somebody was given the address of a file. */
  noteLink(actor: Actor, row: ReportRow): Promise<void>;
  /** Begins a run; null when nobody waits for it. What an earlier run left is given up. */
  begin(id: string): Promise<ReportRow | null>;
  /** Whether the run is still wanted; says as well that it is alive. */
  alive(row: ReportRow): Promise<boolean>;
  /** Ends a run. False: a newer one has the report, or nobody waits for it; the file is the caller's to delete. */
  finish(row: ReportRow, made: MadeReport): Promise<boolean>;
  /** Every try failed. */
  fail(row: ReportRow): Promise<void>;
  /** Gives up the files whose time is over. Answers how many. */
  expire(): Promise<number>;
}

/** Where the file of a run lies: each run has its own, so that one that was cut off cannot write over the file of the next. */
export const keyOf = ({ id, period, firstDay, attempt, format }: ReportRow): string =>
  reportKey(period, firstDay, `${id}-${attempt}`, format);

export function createReportsService({ db, notifier, clock, country }: ReportsDeps): ReportsService {
  const currency = country.currency.code;
  const changes = (): TopicChange[] => [
    topicChange('reports', topicOf('reports'), async (tx) => ({ staff: await readUnderWay(tx, currency) })),
  ];
  async function change<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = await db.transaction(work);
    notifier.wake();
    return result;
  }
  const tell = (tx: Tx, name: Extract<EventName, `report.${string}`>, reportId: string): Promise<void> =>
    appendOutbox(tx, name, { reportId }, changes());
  const view = async (tx: Tx | Db, id: string): Promise<ReportView> => {
    const found = await readReport(tx, id, currency);
    if (!found) throw new AppError('REPORT_NOT_FOUND');
    return found;
  };
  /** What nobody asked for is nobody's own. */
  const allow = (actor: Actor, action: 'report.make' | 'report.cancel', ownerId: string | null): void => {
    if (!can(actor, action, { ownerId })) throw new AppError('FORBIDDEN');
  };
  /** The newest run of a report, locked; null when another one has it or it is over. */
  const own = async (tx: Tx, { id, attempt }: ReportRow): Promise<ReportRow | null> => {
    const row = await lockReport(tx, id);
    return row?.state === 'working' && row.attempt === attempt ? row : null;
  };

  return {
    async list(filter) {
      const at = clock();
      const page = await readReports(db, filter, { limit: REPORTS_PAGE, currency });
      return {
        ...page,
        places: placesOf(await readOffices(db), country),
        today: civilDate(at, country.timeZone),
        keptMonths: REPORT_KEPT_MONTHS,
        asOf: at.toISOString(),
      };
    },

    async request(actor, { idempotencyKey, period, from, scope, content, format }) {
      allow(actor, 'report.make', actor.userId);
      const at = clock();
      if (from > civilDate(at, country.timeZone)) throw new AppError('REPORT_PERIOD_AHEAD');
      const scopeName = nameOf(placesOf(await readOffices(db), country), scope);
      if (scopeName === null) throw new AppError('REPORT_SCOPE_UNKNOWN');
      const { to } = periodOf(period, from);
      const wanted = { period, firstDay: from, lastDay: to, scope, content, format };
      return change(async (tx) => {
        const [id] = await insertReports(tx, [
          {
            ...wanted,
            ...{ scopeName, origin: 'person', askedBy: actor.userId, idempotencyKey, createdAt: at, movedAt: at },
          },
        ]);
        if (!id) {
          const before = await findAsked(tx, actor.userId, idempotencyKey);
          const same = before && Object.entries(wanted).every(([key, value]) => before[key as keyof typeof wanted] === value);
          if (!same) throw new AppError('IDEMPOTENCY_CONFLICT');
          return view(tx, before.id);
        }
        await appendAudit(tx, {
          ...{ actorId: actor.userId, action: 'report.requested', entity: 'report', entityId: id },
          details: wanted,
        });
        await tell(tx, 'report.requested', id);
        return view(tx, id);
      });
    },

    cancel: (actor, id) =>
      change(async (tx) => {
        const row = await lockReport(tx, id);
        if (!row) throw new AppError('REPORT_NOT_FOUND');
        allow(actor, 'report.cancel', row.askedBy);
        if (row.state === 'cancelled') return view(tx, id);
        if (row.state !== 'waiting' && row.state !== 'working') throw new AppError('REPORT_STATE_CONFLICT', { state: row.state });
        const at = clock();
        await changeReport(tx, id, { state: 'cancelled', endedAt: at, movedAt: at });
        if (row.attempt > 0) await giveUpRun(tx, keyOf(row), at);
        await appendAudit(tx, { actorId: actor.userId, action: 'report.cancelled', entity: 'report', entityId: id });
        await tell(tx, 'report.ended', id);
        return view(tx, id);
      }),

    async fetchable(id) {
      const row = await findReport(db, id);
      if (!row) throw new AppError('REPORT_NOT_FOUND');
      if (row.state === 'expired' || (row.keptUntil && row.keptUntil <= clock())) throw new AppError('REPORT_GONE');
      if (row.state !== 'ready' || row.objectKey === null) throw new AppError('REPORT_NOT_READY');
      return { ...row, objectKey: row.objectKey };
    },

    noteLink: (actor, { id, sha256 }) =>
      appendAudit(db, {
        ...{ actorId: actor.userId, action: 'report.downloaded', entity: 'report', entityId: id },
        details: { sha256 },
      }),

    begin: (id) =>
      change(async (tx) => {
        const row = await lockReport(tx, id);
        if (!row || (row.state !== 'waiting' && row.state !== 'working')) return null;
        const at = clock();
        if (row.attempt > 0) await giveUpRun(tx, keyOf(row), at);
        const begun = { state: 'working', attempt: row.attempt + 1, startedAt: row.startedAt ?? at, movedAt: at } as const;
        await changeReport(tx, id, begun);
        await tell(tx, 'report.begun', id);
        return { ...row, ...begun };
      }),

    alive: ({ id, attempt }) => touchReport(db, id, attempt, clock()),

    finish: (row, made) =>
      change(async (tx) => {
        if (!(await own(tx, row))) return false;
        const at = clock();
        const keptUntil = instantOf(
          addMonths(civilDate(at, country.timeZone), REPORT_KEPT_MONTHS[row.period]),
          '00:00:00',
          country.timeZone,
        );
        await changeReport(tx, row.id, {
          ...made,
          ...{ state: 'ready', objectKey: keyOf(row), endedAt: at, movedAt: at, keptUntil },
        });
        await tell(tx, 'report.ended', row.id);
        return true;
      }),

    fail: (row) =>
      change(async (tx) => {
        if (!(await own(tx, row))) return;
        const at = clock();
        await changeReport(tx, row.id, { state: 'failed', failure: 'fault', endedAt: at, movedAt: at });
        await giveUpRun(tx, keyOf(row), at);
        await tell(tx, 'report.ended', row.id);
      }),

    async expire() {
      const given = await db.transaction(async (tx) => {
        const count = await expireReports(tx, clock(), BATCH);
        if (count > 0) await appendOutbox(tx, 'reports.expired', { count }, changes());
        return count;
      });
      if (given > 0) notifier.wake();
      return given;
    },
  };
}

/** What stands for figures: the same wherever they are printed. */
export const fingerprintOf = (figures: unknown): string => createHash('sha256').update(JSON.stringify(figures)).digest('hex');
