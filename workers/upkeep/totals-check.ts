import { areTotalsOf, compareTotals, insertCheck, pruneTotals, refreshStats } from '#db/collection-totals.repository.ts';
import type { Db } from '#db/connect.ts';
import type { JobHandlers } from '#shared/node/queues.ts';

export interface TotalsCheckDeps {
  db: Db;
  /** For statements that go through all payments, and take their time without a word. */
  patient: Db;
  timeZone: string;
  clock: () => Date;
}

/**
 * Looks whether the totals that dashboards show agree with the payments, keeps what it found (alarms and metrics read it), and makes anew
 * what they compare with. Totals that differ are left as they are, so that somebody can see why; `npm run totals:rebuild` computes them.
 */
export function createTotalsCheck({
  db,
  patient,
  timeZone,
  clock,
}: TotalsCheckDeps): Pick<JobHandlers<'upkeep'>, 'totals.check'> {
  return {
    async 'totals.check'(_payload, { logger }) {
      // Totals of another clock, or of none, are being computed.
      if (!(await areTotalsOf(db, timeZone))) return;
      const found = await compareTotals(patient, timeZone);
      await insertCheck(db, found, clock());
      if (found.differing > 0) logger.error(found, 'ALARM the totals differ from the payments');
      else logger.info({ compared: found.compared }, 'the totals agree with the payments');
      await refreshStats(patient, clock());
      await pruneTotals(db, clock());
    },
  };
}
