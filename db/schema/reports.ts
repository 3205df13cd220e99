import { sql } from 'drizzle-orm';
import { bigint, boolean, check, date, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type {
  ReportContent,
  ReportFailure,
  ReportFormat,
  ReportOrigin,
  ReportScope,
  ReportState,
  ReportTotals,
} from '../../shared/contracts/reports.ts';
import type { Period } from '../../shared/contracts/dashboards.ts';
import { instant } from './columns.ts';
import { users } from './identity.ts';

/** A report: one file of one period, scope and format, asked for by a person or due by itself. What is in it is of one moment, `as_of`. */
export const reports = pgTable(
  'reports',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    period: text('period').$type<Period>().notNull(),
    /** The period's first and last day, on the country's calendar. */
    firstDay: date('first_day', { mode: 'string' }).notNull(),
    lastDay: date('last_day', { mode: 'string' }).notNull(),
    scope: text('scope').$type<ReportScope>().notNull(),
    /** What the scope was called when it was asked for. */
    scopeName: text('scope_name').notNull().default(''),
    content: text('content').$type<ReportContent>().notNull(),
    format: text('format').$type<ReportFormat>().notNull(),
    origin: text('origin').$type<ReportOrigin>().notNull(),
    /** Null: it came by itself. */
    askedBy: uuid('asked_by').references(() => users.id),
    idempotencyKey: uuid('idempotency_key'),
    state: text('state').$type<ReportState>().notNull().default('waiting'),
    /** Runs so far; what a run that is not the newest writes is refused. */
    attempt: integer('attempt').notNull().default(0),
    failure: text('failure').$type<ReportFailure>(),
    createdAt: instant('created_at').notNull(),
    startedAt: instant('started_at'),
    endedAt: instant('ended_at'),
    /** When it last moved: one that does not any more has lost its job. */
    movedAt: instant('moved_at').notNull(),
    asOf: instant('as_of'),
    /** The period had not ended at `as_of`. */
    provisional: boolean('provisional'),
    totals: jsonb('totals').$type<ReportTotals>(),
    /** Rows of money agree with the ledger. */
    agrees: boolean('agrees'),
    rows: integer('rows'),
    bytes: bigint('bytes', { mode: 'number' }),
    /** Of the file, hex. */
    sha256: text('sha256'),
    /** Of the figures in it, as they are printed in it: the same in each format of one snapshot. Hex. */
    fingerprint: text('fingerprint'),
    /** In the object store; null: there is none (yet, or any more). */
    objectKey: text('object_key'),
    /** When the file is deleted. */
    keptUntil: instant('kept_until'),
  },
  (t) => [
    // A period comes by itself once, whoever looks for what is due.
    uniqueIndex('reports_scheduled_key')
      .on(t.period, t.firstDay, t.scope, t.content, t.format)
      .where(sql`${t.origin} = 'schedule'`),
    uniqueIndex('reports_asked_key').on(t.askedBy, t.idempotencyKey),
    index('reports_sha_idx')
      .on(t.sha256)
      .where(sql`${t.sha256} is not null`),
    index('reports_newest_idx').on(t.createdAt.desc(), t.id.desc()),
    index('reports_under_way_idx')
      .on(t.movedAt)
      .where(sql`${t.state} in ('waiting', 'working')`),
    index('reports_kept_idx')
      .on(t.keptUntil)
      .where(sql`${t.objectKey} is not null`),
    check('reports_period_known', sql`${t.period} in ('day', 'month', 'year') and ${t.firstDay} <= ${t.lastDay}`),
    check('reports_content_known', sql`${t.content} in ('summary', 'movements')`),
    check(
      'reports_format_known',
      sql`${t.format} in ('pdf', 'csv', 'xlsx') and (${t.format} <> 'pdf' or ${t.content} = 'summary')`,
    ),
    check(
      'reports_origin_known',
      sql`${t.origin} in ('schedule', 'person') and (${t.origin} = 'person') = (${t.askedBy} is not null)`,
    ),
    check('reports_state_known', sql`${t.state} in ('waiting', 'working', 'ready', 'failed', 'cancelled', 'expired')`),
    check(
      'reports_ready_whole',
      sql`${t.state} <> 'ready' or num_nonnulls(${t.objectKey}, ${t.bytes}, ${t.sha256}, ${t.fingerprint}, ${t.totals}, ${t.asOf}, ${t.keptUntil}) = 7`,
    ),
    check('reports_failed_why', sql`(${t.state} = 'failed') = (${t.failure} is not null)`),
  ],
);
