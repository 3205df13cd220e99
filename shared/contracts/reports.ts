import { z } from 'zod';
import { BookDay } from './collections.ts';
import { DashboardScope, Period } from './dashboards.ts';
import { Id, Instant } from './ids.ts';

/** Of where a report is: the nation, a region (the sum of its offices) or an office. What is paid online is of the nation alone. */
export const ReportScope = DashboardScope;
export type ReportScope = z.infer<typeof ReportScope>;

/** `summary`: the figures; `movements`: every payment and reversal with its receipt, which is a list for machines and no PDF. */
export const ReportContent = z.enum(['summary', 'movements']);
export type ReportContent = z.infer<typeof ReportContent>;
export const ReportFormat = z.enum(['pdf', 'csv', 'xlsx']);
export type ReportFormat = z.infer<typeof ReportFormat>;
/** Who wanted it: the calendar, or somebody. */
export const ReportOrigin = z.enum(['schedule', 'person']);
export type ReportOrigin = z.infer<typeof ReportOrigin>;
/** `expired`: it was made, and its file is not kept any more. */
export const ReportState = z.enum(['waiting', 'working', 'ready', 'failed', 'cancelled', 'expired']);
export type ReportState = z.infer<typeof ReportState>;
/** `fault`: every try failed. */
export const ReportFailure = z.enum(['fault']);
export type ReportFailure = z.infer<typeof ReportFailure>;

const Sum = z.object({ count: z.number().int(), amount: z.number().int() });
/**
 * The money of a report, minor unit. `paid`: taxes paid in the period; `reversed`: those whose payment was reversed in it, whenever it was
 * made, 0 or less; `net`: both together, what the revenue accounts of the ledger say. `payments`: orders, of one or several taxes.
 */
export const ReportTotals = z.object({ payments: z.number().int(), paid: Sum, reversed: Sum, net: z.number().int() });
export type ReportTotals = z.infer<typeof ReportTotals>;

/** What a report is of. `from`: the period's first day, on the country's calendar. */
const subject = { period: Period, from: z.iso.date(), scope: ReportScope, content: ReportContent, format: ReportFormat };
const begins: Readonly<Record<Period, RegExp>> = { day: /./, month: /-01$/, year: /-01-01$/ };

/** `idempotencyKey`: given by the page; the same request twice is one report. */
export const RequestReport = z
  .object({ idempotencyKey: Id, ...subject, from: BookDay })
  .refine(({ period, from }) => begins[period].test(from), { path: ['from'] })
  .refine(({ content, format }) => content === 'summary' || format !== 'pdf', { path: ['format'] });
export type RequestReport = z.infer<typeof RequestReport>;
export const ReportRef = z.object({ reportId: Id });

export const ReportView = z.object({
  id: Id,
  ...subject,
  /** The period's last day. */
  to: z.iso.date(),
  /** Of a region or an office; '': the nation. */
  scopeName: z.string(),
  origin: ReportOrigin,
  /** Who asked; null: nobody, it was due. */
  by: z.object({ id: Id, name: z.string() }).nullable(),
  state: ReportState,
  failure: ReportFailure.nullable(),
  attempt: z.number().int(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  /** Moment that every figure in it is of. */
  asOf: Instant.nullable(),
  /** The period had not ended then. */
  provisional: z.boolean().nullable(),
  totals: ReportTotals.nullable(),
  agrees: z.boolean().nullable(),
  currency: z.string().length(3),
  rows: z.number().int().nullable(),
  bytes: z.number().int().nullable(),
  sha256: z.string().nullable(),
  fingerprint: z.string().nullable(),
  keptUntil: Instant.nullable(),
});
export type ReportView = z.infer<typeof ReportView>;

/** State of the topic `reports`: those under way. It is told at every change of the list, which itself is read by HTTP, page by page. */
export const ReportsView = z.object({ underWay: z.array(ReportView) });
export type ReportsView = z.infer<typeof ReportsView>;
/** Reports under way that the topic tells of at most. */
export const REPORTS_UNDER_WAY = 30;

/** State of the topic `report:<id>`: how far a run is. `total` is null until it is known. Disposable. */
export const ReportProgress = z.object({
  attempt: z.number().int(),
  counter: z.number().int(),
  phase: z.enum(['figures', 'rows', 'storing']),
  done: z.number().int(),
  total: z.number().int().nullable(),
  bytes: z.number().int(),
  at: Instant,
});
export type ReportProgress = z.infer<typeof ReportProgress>;

/** Query of `GET /api/reports`. `before`: the `next` of the page before. */
export const ReportFilter = z.object({
  period: Period.optional(),
  origin: ReportOrigin.optional(),
  scope: ReportScope.optional(),
  content: ReportContent.optional(),
  /** Of a file whose origin is asked: hex. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  before: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z~[0-9a-f-]{36}$/)
    .optional(),
});
export type ReportFilter = z.infer<typeof ReportFilter>;
/** Reports in one answer. */
export const REPORTS_PAGE = 25;

/** Places that a report can be of. */
export const ReportPlaces = z.object({
  regions: z.array(z.object({ id: z.string(), name: z.string() })),
  offices: z.array(z.object({ id: Id, name: z.string(), city: z.string() })),
});
export type ReportPlaces = z.infer<typeof ReportPlaces>;

/** Answer of `GET /api/reports`. */
export const ReportPage = z.object({
  reports: z.array(ReportView),
  next: z.string().nullable(),
  places: ReportPlaces,
  /** The country's day. */
  today: z.iso.date(),
  /** Months that files are kept, by their period. */
  keptMonths: z.record(Period, z.number().int()),
  asOf: Instant,
});
export type ReportPage = z.infer<typeof ReportPage>;

/** Answer of `POST /api/reports/:id/link`: where the file is for a few minutes, for who asked alone. */
export const ReportLink = z.object({ href: z.string(), expiresAt: Instant });
export type ReportLink = z.infer<typeof ReportLink>;
