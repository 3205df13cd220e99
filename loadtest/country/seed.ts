// `npm run seed -- --vehicles 528000 --years 5`: a believable country in the database of DATABASE_DIRECT_URL or DATABASE_URL, for load
// tests and trials. `--help` says the rest.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { connectDatabase } from '#db/connect.ts';
import { COUNTRY_CODES, countryOf, DEFAULT_COUNTRY } from '#shared/domain/countries/countries.ts';
import { civilDate, yearOf } from '#shared/domain/dates.ts';
import { deriveKey, sealText, secondFactorContext } from '#shared/node/keys.ts';
import { z } from 'zod';
import { NotSeededError, SEED_PASSWORD, seedCountry } from './seed-country.ts';
import { prepareSessions, writeSessions } from './sessions.ts';

const USAGE = `npm run seed -- [options]       (DATABASE_DIRECT_URL or DATABASE_URL; COUNTRY: mg, ma, bj)
  --vehicles <n>        528000 when nothing is said, and no --sessions
  --owners <n>          300000 of 528000 in proportion
  --years <n>           whole fiscal years before the running one (5)
  --seed <n>            another number makes another country; the same the same (1)
  --force               deletes everything in the database first
  --sessions <n>        signs so many people in, and the staff; needs PUBLIC_ORIGIN and AUTH_SECRET of the platform.
                        Without --vehicles: in a country that was seeded before
  --sessions-file <f>   where their cookies go (.local/sessions.jsonl)`;

const Whole = z.coerce.number().int();
const Options = z.object({
  vehicles: Whole.min(1).max(5_000_000).optional(),
  owners: Whole.min(1).optional(),
  years: Whole.min(0).max(20).default(5),
  seed: Whole.min(0)
    .max(2 ** 31 - 1)
    .default(1),
  force: z.boolean().default(false),
  sessions: Whole.min(1).max(1_000_000).optional(),
  'sessions-file': z.string().default(path.join('.local', 'sessions.jsonl')),
});

class UsageError extends Error {}

function read(): z.infer<typeof Options> {
  const text = { type: 'string' } as const;
  const options = { vehicles: text, owners: text, years: text, seed: text, sessions: text, 'sessions-file': text } as const;
  try {
    const { values } = parseArgs({
      options: { ...options, force: { type: 'boolean' }, help: { type: 'boolean' } },
      strict: true,
    });
    if (values.help) throw new UsageError(USAGE);
    const parsed = Options.safeParse(values);
    if (!parsed.success) throw new UsageError(`${z.prettifyError(parsed.error)}\n\n${USAGE}`);
    return parsed.data;
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof TypeError)) throw error;
    throw new UsageError(`${error.message}\n\n${USAGE}`);
  }
}

async function run(): Promise<void> {
  const options = read();
  const { AUTH_SECRET, COUNTRY, DATABASE_DIRECT_URL, DATABASE_URL, NODE_ENV, PUBLIC_ORIGIN, RECEIPT_SIGNING_KEY, SEED_DEMO } =
    process.env;
  const url = DATABASE_DIRECT_URL ?? DATABASE_URL;
  if (!url) throw new UsageError('DATABASE_DIRECT_URL or DATABASE_URL must be set');
  if (NODE_ENV === 'production' && SEED_DEMO !== '1')
    throw new UsageError(
      'everybody here has a password that all know: with NODE_ENV=production it is written only when SEED_DEMO=1',
    );
  const code = z.enum(COUNTRY_CODES).safeParse(COUNTRY?.toUpperCase() || DEFAULT_COUNTRY);
  if (!code.success) throw new UsageError(`COUNTRY is one of ${COUNTRY_CODES.join(', ').toLowerCase()}`);
  if (options.sessions && (!AUTH_SECRET || !PUBLIC_ORIGIN))
    throw new UsageError('--sessions needs AUTH_SECRET and PUBLIC_ORIGIN of the platform that is to know them');
  if (options.vehicles !== undefined || options.sessions === undefined) {
    const vehicles = options.vehicles ?? 528_000;
    const owners = options.owners ?? Math.max(1, Math.round((vehicles * 300) / 528));
    if (owners > vehicles) throw new UsageError('every owner has a vehicle: --owners is --vehicles at most');
    const key = AUTH_SECRET ? deriveKey(AUTH_SECRET, 'second-factor') : null;
    const seeded = await seedCountry({
      ...{ url, country: code.data, vehicles, owners, years: options.years, seed: options.seed, force: options.force },
      ...(RECEIPT_SIGNING_KEY && { signingKey: RECEIPT_SIGNING_KEY }),
      ...(key && { sealSecret: (id: string, secret: string) => sealText(key, secret, secondFactorContext(id)) }),
      say: (line) => console.log(line),
    });
    console.log(
      `${seeded.payments.toLocaleString('en')} payments in ${seeded.intents.toLocaleString('en')} orders, ${seeded.reversals} of them paid back, ` +
        `${seeded.tills.toLocaleString('en')} tills; ${seeded.rows.toLocaleString('en')} rows in ${Math.round(seeded.seconds)} s. ` +
        `The password of all accounts is "${SEED_PASSWORD}". \`npm run ledger:check\` proves the books`,
    );
  }
  if (options.sessions && AUTH_SECRET && PUBLIC_ORIGIN) {
    const database = connectDatabase({ url, max: 1, applicationName: 'seed-sessions' });
    try {
      const fiscalYear = yearOf(civilDate(new Date(), countryOf(code.data).timeZone));
      const stack = { publicOrigin: PUBLIC_ORIGIN, authSecret: AUTH_SECRET };
      const sessions = await prepareSessions(database.db, { ...stack, count: options.sessions, fiscalYear });
      const file = path.resolve(options['sessions-file']);
      writeSessions(file, sessions);
      const citizens = sessions.filter(({ role }) => role === 'citizen').length;
      console.log(`${citizens} citizens and ${sessions.length - citizens} of the staff are signed in for a day: ${file}`);
      if (citizens < options.sessions) console.log(`${options.sessions} were wanted: there are no more people with an account`);
    } finally {
      await database.close();
    }
  }
}

try {
  await run();
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof UsageError || error instanceof NotSeededError ? error.message : error);
}
