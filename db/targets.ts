// What is to be collected, from a command line beside the database:
//   npm run targets -- list
//   npm run targets -- set <scope> <day|month|year> <from> <amount> --by <administrator's e-mail>
// A scope is `national`, `region-<id>` or `office-<id>`; the amount is in the smallest unit in use. It counts for each period that begins on
// that day or later, until another one does.
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { COUNTRY_CODES, DEFAULT_COUNTRY, countryOf } from '#shared/domain/countries/countries.ts';
import { SetTarget, setTarget } from './collection-targets.ts';
import { connectDatabase } from './connect.ts';
import { collectionTargets } from './schema/collections.ts';

const USAGE = `usage: npm run targets -- list
       npm run targets -- set <national|region-<id>|office-<id>> <day|month|year> <YYYY-MM-DD> <amount> --by <administrator's e-mail>`;

function end(message: string): never {
  console.error(message);
  process.exit(1);
}
const { COUNTRY, DATABASE_DIRECT_URL, DATABASE_URL } = process.env;
const url = DATABASE_DIRECT_URL ?? DATABASE_URL;
if (!url) end('DATABASE_DIRECT_URL or DATABASE_URL must be set');
const country = countryOf(z.enum(COUNTRY_CODES).parse(COUNTRY?.toUpperCase() || DEFAULT_COUNTRY));
const { positionals, values } = parseArgs({ allowPositionals: true, options: { by: { type: 'string' } } });
const [order, scope, period, from, amount] = positionals;
const database = connectDatabase({ url, max: 1, applicationName: 'targets' });
try {
  if (order === 'list') {
    const rows = await database.db.select().from(collectionTargets).orderBy(collectionTargets.scope, collectionTargets.fromDay);
    for (const row of rows)
      console.log(
        `${row.scope.padEnd(48)} ${row.period.padEnd(6)} from ${row.fromDay} ${row.amount} ${country.currency.code}${row.demo ? ' (demo)' : ''}`,
      );
  } else if (order === 'set') {
    const target = SetTarget.safeParse({ scope, period, from, amount, ...values });
    if (!target.success)
      end(`${target.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n')}\n${USAGE}`);
    await setTarget(database.db, country, target.data);
    console.log(
      `set: ${target.data.amount} ${country.currency.code} a ${target.data.period} for ${target.data.scope} from ${target.data.from}`,
    );
  } else end(USAGE);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await database.close();
}
