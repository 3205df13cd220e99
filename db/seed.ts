// Writes the demo of the country that COUNTRY names: `tsx db/seed.ts`. The last line it prints is JSON: who can sign in. Its passwords
// are known to everybody, so it refuses to touch a production database unless SEED_DEMO=1 says that this one is a demo.
import { z } from 'zod';
import { COUNTRY_CODES, DEFAULT_COUNTRY } from '#shared/domain/countries/countries.ts';
import { deriveKey, sealText, secondFactorContext } from '#shared/node/keys.ts';
import { connectDatabase } from './connect.ts';
import { seedDemo } from './demo-seed.ts';
import { readTakenSample } from './demo-samples.ts';

const { AUTH_SECRET, COUNTRY, DATABASE_DIRECT_URL, DATABASE_URL, NODE_ENV, SEED_DEMO } = process.env;
const country = z.enum(COUNTRY_CODES).parse(COUNTRY?.toUpperCase() || DEFAULT_COUNTRY);
const url = DATABASE_DIRECT_URL ?? DATABASE_URL;
if (!url) {
  console.error('DATABASE_DIRECT_URL or DATABASE_URL must be set');
  process.exit(1);
}
if (NODE_ENV === 'production' && SEED_DEMO !== '1') {
  console.error('the demo data has passwords that everybody knows: with NODE_ENV=production it is written only when SEED_DEMO=1');
  process.exit(1);
}
const key = AUTH_SECRET ? deriveKey(AUTH_SECRET, 'second-factor') : null;
const sealSecret = key ? (userId: string, secret: string) => sealText(key, secret, secondFactorContext(userId)) : undefined;
const database = connectDatabase({ url, max: 1, applicationName: 'seed' });
try {
  const taken = await readTakenSample(new URL('../deploy/samples/truth.json', import.meta.url), country);
  const signIns = await seedDemo(database.db, country, taken ? [taken] : [], sealSecret);
  console.log(`demo data written${taken ? `; the plate ${taken.plate} of a sample photograph is taken` : ''}`);
  console.log(JSON.stringify({ signIns }));
} finally {
  await database.close();
}
