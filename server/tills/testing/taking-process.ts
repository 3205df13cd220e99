import { connectDatabase } from '#db/connect.ts';
import { TakeCash } from '#shared/contracts/tills.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createCashService } from '../cash.service.ts';
import type { TillAgent } from '../tills.service.ts';

/** A node in a process of its own that takes cash once, for the test that kills it. */
const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const { db } = connectDatabase({ url: env('DATABASE_URL'), max: 2, applicationName: 'node-under-test' });
const clock = (): Date => new Date(env('NOW'));
const cash = createCashService({ db, notifier: { wake: () => undefined }, clock, country: madagascar });
await cash.take(JSON.parse(env('AGENT')) as TillAgent, TakeCash.parse(JSON.parse(env('ORDER'))));
process.exit(0);
