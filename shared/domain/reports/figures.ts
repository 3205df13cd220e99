import type { PaymentWay } from '#shared/contracts/payments.ts';
import type { ReportTotals } from '#shared/contracts/reports.ts';
import type { Period } from '#shared/contracts/dashboards.ts';

/** By what a report's period is cut. */
export type Bucket = 'hour' | 'day' | 'month';
export const BUCKETS: Readonly<Record<Period, Bucket>> = { day: 'hour', month: 'day', year: 'month' };

/** Minor unit. */
export interface MoneyFigure {
  count: number;
  amount: number;
}
/** What was written to an account in the period. */
export interface LedgerFigure {
  account: string;
  debit: number;
  credit: number;
}
/** The line of an office, or (`office` null) of all of them. Waits: seconds, from the ticket to the first call; null: nobody was called. */
export interface HallFigure {
  office: string | null;
  taken: number;
  served: number;
  missed: number;
  cancelled: number;
  called: number;
  averageWait: number | null;
  p90Wait: number | null;
}

/** All that a report says, of one moment. Money by the moment at which it was booked: a period that has ended does not change any more. */
export interface ReportFigures {
  totals: ReportTotals;
  channels: ({ channel: PaymentWay } & ReportTotals)[];
  /** Each office of the scope, those without a movement too; `office` null: online. */
  places: ({ office: string | null } & ReportTotals)[];
  /** `at`: `2026-11-22 08`, `2026-11-22` or `2026-11`; those with a movement only. */
  times: ({ at: string } & ReportTotals)[];
  ledger: LedgerFigure[];
  refunds: Record<'proposed' | 'approved' | 'rejected' | 'paid', MoneyFigure>;
  /** By the office; what was opened, and what was closed, in the period. `short` is less than 0. */
  tills: { office: string; opened: number; closed: number; over: MoneyFigure; short: MoneyFigure; unnoted: number }[];
  hall: { all: HallFigure | null; offices: HallFigure[] };
  /** Null: not of this scope. */
  documents: { sent: number; read: number; failed: number; reviewed: number; averageMs: number | null } | null;
  /** The same period a year before; null: nothing was booked yet. */
  lastYear: ReportTotals | null;
  target: { amount: number; demo: boolean } | null;
}

/** What the revenue accounts got: by another way than the payments, the same sum. */
export const revenueOf = (ledger: readonly LedgerFigure[]): number =>
  ledger.filter(({ account }) => account.startsWith('revenue:')).reduce((sum, { debit, credit }) => sum + credit - debit, 0);
