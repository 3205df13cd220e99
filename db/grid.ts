// Versions of the price grid, from a terminal: `npm run grid -- list | show | import | propose | approve`. Each step names who takes it
// (`--by`, the e-mail of an administrator or a supervisor); the approval must be another person's.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { PriceGrid } from '#shared/contracts/tax-rules.ts';
import { COUNTRIES, COUNTRY_CODES } from '#shared/domain/countries/countries.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { connectDatabase, type Db } from './connect.ts';
import { approveGrid, draftGrid, GridRefusedError, proposeGrid } from './price-grid-versions.ts';
import { findGrid, findGridActor, listGrids, versionInForce } from './price-grids.repository.ts';

const USAGE = `npm run grid -- <command> [--country mg|ma|bj]
  list                                  all versions; the one in force is marked
  show    --version N                   the content of a version as JSON: what an import begins with
  import  --by EMAIL [--file F.json]    a new draft; without a file, what the country began with
  propose --by EMAIL --version N        asks for approval: the content stands still
  approve --by EMAIL --version N        by another person: in force from its effective date on`;

class UsageError extends Error {}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    country: { type: 'string', default: process.env['COUNTRY'] ?? 'mg' },
    version: { type: 'string' },
    by: { type: 'string' },
    file: { type: 'string' },
  },
});

async function run(db: Db): Promise<void> {
  const country = z.enum(COUNTRY_CODES).parse(values.country.toUpperCase());
  const version = () => z.coerce.number({ error: '--version is a number' }).int().positive().parse(values.version);
  const actor = async (): Promise<string> => {
    const id = values.by && (await findGridActor(db, values.by));
    if (!id) throw new GridRefusedError('--by must be the e-mail of an administrator or a supervisor');
    return id;
  };
  switch (positionals[0]) {
    case 'list': {
      const today = civilDate(new Date(), COUNTRIES[country].timeZone);
      const current = await versionInForce(db, country, today);
      for (const grid of await listGrids(db, country)) {
        const state = grid.version === current ? 'in force' : standing(grid.status, grid.effectiveFrom, today);
        const people = `by ${grid.author}${grid.approver ? `, approved by ${grid.approver}` : ''}`;
        console.log(`${country} ${grid.version}  from ${grid.effectiveFrom}  ${state.padEnd(10)}  ${people}`);
      }
      return;
    }
    case 'show': {
      const grid = await findGrid(db, country, version());
      if (!grid) throw new GridRefusedError(`${country} has no such version`);
      console.log(JSON.stringify(grid, null, 2));
      return;
    }
    case 'import': {
      const content = values.file ? PriceGrid.omit({ version: true }).parse(await readJson(values.file)) : FIRST_GRIDS[country];
      if (content.country !== country) throw new GridRefusedError(`the file is a grid of ${content.country}, not of ${country}`);
      console.log(`${country} ${await draftGrid(db, content, await actor())} is a draft`);
      return;
    }
    case 'propose':
      await proposeGrid(db, country, version(), await actor(), new Date());
      console.log(`${country} ${version()} is proposed: another person approves it`);
      return;
    case 'approve':
      await approveGrid(db, country, version(), await actor(), new Date());
      console.log(`${country} ${version()} is approved`);
      return;
    default:
      throw new UsageError(USAGE);
  }
}

const standing = (status: string, effectiveFrom: string, today: string): string =>
  status === 'approved' ? (effectiveFrom > today ? 'approved' : 'superseded') : status;

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));

const url = process.env['DATABASE_DIRECT_URL'] ?? process.env['DATABASE_URL'];
if (!url) {
  console.error('DATABASE_DIRECT_URL or DATABASE_URL must be set');
  process.exit(1);
}
const database = connectDatabase({ url, max: 1, applicationName: 'grid' });
try {
  await run(database.db);
} catch (error) {
  if (error instanceof z.ZodError) console.error(z.prettifyError(error));
  else if (error instanceof UsageError || error instanceof GridRefusedError) console.error(error.message);
  else throw error;
  process.exitCode = 1;
} finally {
  await database.close();
}
