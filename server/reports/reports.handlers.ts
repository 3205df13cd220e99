import type { CommandName } from '#shared/contracts/commands.ts';
import type { LimitRule, RateLimit } from '../http/rate-limits.ts';
import type { CommandHandlers } from '../sockets/commands.ts';
import { requireAction } from '../sockets/require-action.ts';
import type { ReportsService } from './reports.service.ts';

/** Reports that one person asks for: a list of movements reads everything of its period. */
export const REPORT_LIMIT: LimitRule = { points: 40, seconds: 3600 };

/** Socket commands about reports, of the staff alone. */
export function createReportHandlers({
  reports,
  requestLimit,
}: {
  reports: ReportsService;
  requestLimit: RateLimit;
}): CommandHandlers<CommandName & `report:${string}`> {
  return {
    'report:request': requireAction('report.make', async ({ viewer }, input) => {
      await requestLimit.consume(viewer.userId);
      return reports.request(viewer, input);
    }),
    'report:cancel': requireAction('report.cancel', ({ viewer }, { reportId }) => reports.cancel(viewer, reportId)),
  };
}
