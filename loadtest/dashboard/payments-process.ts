import { connectDatabase } from '#db/connect.ts';
import { quickPayments, type QuickPayments } from '#workers/relay/testing/quick-payments.ts';

/** One of several processes that book payments: `COUNT` of them, in transactions of `EACH`, at moments of the last `SPREAD_MS`. */
const number = (name: string): number => Number(process.env[name]);
const { db, close } = connectDatabase({
  url: process.env['DATABASE_URL'] ?? '',
  max: 2,
  applicationName: 'payments',
  prepared: true,
});
const who = JSON.parse(process.env['WHO'] ?? '{}') as QuickPayments;
for (let booked = 0; booked < number('COUNT'); booked += number('EACH')) {
  await quickPayments(db, who, Math.min(number('EACH'), number('COUNT') - booked), number('SPREAD_MS'));
}
await close();
