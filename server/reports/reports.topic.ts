import { findReport, readUnderWay } from '#db/reports.repository.ts';
import { Id } from '#shared/contracts/ids.ts';
import { can } from '#shared/domain/policy.ts';
import type { ProgressStore } from '../live/progress.service.ts';
import type { TopicRegistry } from '../live/topic.ts';

/** `reports`: those under way, told at every change of the list; `report:<id>`: how far a run is. For who may read reports. */
export function createReportTopics({
  progress,
  currency,
}: {
  progress: Pick<ProgressStore<'report'>, 'read'>;
  currency: string;
}): Pick<TopicRegistry, 'report' | 'reports'> {
  return {
    reports: {
      name: 'reports',
      source: 'database',
      authorise: (_db, viewer) => Promise.resolve(can(viewer, 'report.read') ? 'staff' : null),
      snapshot: (tx) => readUnderWay(tx, currency),
    },
    report: {
      name: 'report',
      source: 'redis',
      authorise: async (db, viewer, key) =>
        can(viewer, 'report.read') && Id.safeParse(key).success && (await findReport(db, key)) ? 'staff' : null,
      snapshot: (key) => progress.read(key),
    },
  };
}
