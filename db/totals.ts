// The totals that dashboards show, from a command line beside the database:
//   npm run totals:check      compares them with the payments and keeps what was found; ends with 1 where something differs
//   npm run totals:rebuild    computes them from the payments, which may be done at any time
import { z } from 'zod';
import { COUNTRY_CODES, DEFAULT_COUNTRY, countryOf } from '#shared/domain/countries/countries.ts';
import { areTotalsOf, compareTotals, insertCheck, rebuildTotals, refreshStats } from './collection-totals.repository.ts';
import { connectDatabase } from './connect.ts';

const { COUNTRY, DATABASE_DIRECT_URL, DATABASE_URL } = process.env;
const url = DATABASE_DIRECT_URL ?? DATABASE_URL;
const order = z.enum(['check', 'rebuild']).safeParse(process.argv[2]);
if (!url || !order.success) {
  console.error(url ? 'usage: npm run totals:check | npm run totals:rebuild' : 'DATABASE_DIRECT_URL or DATABASE_URL must be set');
  process.exit(2);
}
const { timeZone } = countryOf(z.enum(COUNTRY_CODES).parse(COUNTRY?.toUpperCase() || DEFAULT_COUNTRY));
const database = connectDatabase({ url, max: 1, applicationName: 'totals' });
try {
  const { db } = database;
  if (order.data === 'rebuild') {
    await rebuildTotals(db, timeZone, new Date());
    await refreshStats(db, new Date());
    console.log(`computed from the payments, by the clock of ${timeZone}`);
  }
  if (!(await areTotalsOf(db, timeZone)))
    console.log(`not computed by the clock of ${timeZone} yet: the relay does when it starts`);
  const found = await compareTotals(db, timeZone);
  await insertCheck(db, found, new Date());
  console.log(`${found.compared} totals compared with the payments, ${found.differing} differ`);
  if (found.differing > 0) {
    console.table(
      found.details.map(({ table, key, total, facts }) => ({ table, key, total: total.amount, payments: facts.amount })),
    );
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
} finally {
  await database.close();
}
