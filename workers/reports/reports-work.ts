import type { Country } from '#shared/domain/countries/country.ts';
import type { JobHandlers } from '#shared/node/queues.ts';
import { createReportsService } from '#server/reports/reports.service.ts';
import { createScheduledReports } from '#server/reports/scheduled.service.ts';
import { createReportJob, type ReportJobDeps } from './report.job.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';

/** The handlers of the queue `reports`, with all that they need. */
export const createReportsWork = (
  deps: Omit<ReportJobDeps, 'reports' | 'scheduled'> & { notifier: OutboxNotifier; country: Country },
): JobHandlers<'reports'> =>
  createReportJob({ ...deps, reports: createReportsService(deps), scheduled: createScheduledReports(deps) });
