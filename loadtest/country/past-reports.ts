import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import { insertRows } from '#db/insert-rows.ts';
import { reports } from '#db/schema/reports.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { createScheduledReports } from '#server/reports/scheduled.service.ts';

/**
 * A country that has been there for years has had its reports: those of the last month of days and year of months are written down as made
 * and not kept any more, so that the workers do not make some thousands at their first start. Answers how many.
 */
export async function writeDownPastReports(db: Db, country: Country, now: Date): Promise<number> {
  const deps = { db, country, clock: () => now, notifier: { wake: () => undefined } };
  const due = await createScheduledReports(deps).due();
  const at = now.toISOString() as unknown as Date;
  const rows = due.map((one) => ({
    ...{ ...one, id: randomUUID(), origin: 'schedule' as const, state: 'expired' as const },
    ...{ createdAt: at, movedAt: at, endedAt: at },
  }));
  await insertRows(db, reports, rows, sql`on conflict do nothing`);
  return rows.length;
}
