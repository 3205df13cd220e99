import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { connectDatabase, type Db } from '#db/connect.ts';
import { migrateDatabase } from '#db/migrator.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { writeDownPastReports } from '../country/past-reports.ts';

/** A country that was seeded by an older version gets what a new one has: before the workers begin with what they find missing. */
export async function readyCountry(url: string, country: Country, say: (line: string) => void): Promise<void> {
  await migrateDatabase(url);
  const database = connectDatabase({ url, max: 1, applicationName: 'loadtest' });
  try {
    const written = await writeDownPastReports(database.db, country, new Date());
    if (written > 0) say(`${written} reports of the past written down as made and not kept`);
  } finally {
    await database.close();
  }
}

const [LOOK_MS, QUIET_LOOKS, LONGEST_MS] = [1_000, 5, 180_000];

/**
 * Waits until the workers are through with what they do at their start and once an hour after it (years of totals compared with their
 * payments): a run of two minutes would have an hour's worth of it.
 */
export async function untilQuiet(db: Db, { signal, say }: { signal: AbortSignal; say: (line: string) => void }): Promise<void> {
  const began = performance.now();
  for (let quiet = 0; quiet < QUIET_LOOKS && !signal.aborted && performance.now() - began < LONGEST_MS;) {
    const [row] = await db.execute<{ count: number }>(sql`
      select count(*)::int as count from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
        and state = 'active' and pid <> pg_backend_pid() and now() - query_start > interval '300 milliseconds'`);
    quiet = row?.count === 0 ? quiet + 1 : 0;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  say(`the workers' first work is done (waited ${Math.round((performance.now() - began) / 1_000)} s)`);
}
