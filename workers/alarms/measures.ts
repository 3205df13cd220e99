import {
  differingTotals,
  parkedRows,
  providerFailing,
  readingFailing,
  relayLateness,
  statementDifferences,
  tillVariances,
  waitingAtOffices,
} from '#db/alarm-metrics.repository.ts';
import type { Db } from '#db/connect.ts';
import { QUEUES, type QueueClass } from '#shared/contracts/jobs.ts';
import type { JobQueues } from '#shared/node/queues.ts';
import type { Measured, Measures } from '#server/alarms/watch.service.ts';

export interface MeasuresDeps {
  db: Db;
  queues: Pick<JobQueues, 'counts'>;
}

/**
 * What is measured here and now. Metrics that are not named have no measure yet: the site's errors and response times are of each node's
 * own `/metrics`, the cache's and the replicas' come with them.
 */
export function createMeasures({ db, queues }: MeasuresDeps): Measures {
  const whole = (value: number | null): Measured => [{ subject: '', value }];
  return {
    async 'jobs.waiting'() {
      const counts = await queues.counts();
      const classes: Record<QueueClass, number> = { high: 0, medium: 0, low: 0 };
      for (const [name, { class: of }] of Object.entries(QUEUES)) {
        classes[of] += counts[name as keyof typeof QUEUES]['waiting'] ?? 0;
      }
      return Object.entries(classes).map(([subject, value]) => ({ subject, value }));
    },
    async 'tickets.waiting'(at) {
      return (await waitingAtOffices(db, at)).map(({ subject, waiting }) => ({ subject, value: waiting }));
    },
    async 'tickets.wait'(at) {
      return (await waitingAtOffices(db, at)).map(({ subject, minutes }) => ({ subject, value: minutes }));
    },
    'provider.failing': (at) => providerFailing(db, at),
    'till.variance': () => tillVariances(db),
    'statement.differences': () => statementDifferences(db),
    'reading.failing': async (at) => whole(await readingFailing(db, at)),
    'relay.late': async () => whole(await relayLateness(db)),
    'totals.difference': async (at) => whole(await differingTotals(db, at)),
    'outbox.parked': async () => whole(await parkedRows(db)),
  };
}
