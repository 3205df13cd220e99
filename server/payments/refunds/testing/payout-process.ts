import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { connectDatabase } from '#db/connect.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import type { RefundRequest } from '../../providers/provider.ts';
import { providersOf } from '../../providers/providers.service.ts';
import { createScriptedProvider } from '../../testing/scripted-provider.ts';
import { createPayoutsService } from '../payouts.service.ts';

/**
 * A worker in a process of its own that gives one refund to a provider and asks how it stands, for the tests that kill it. The provider's
 * own book is a file: an id that stands in it was paid back, and is so once. With `DIE_AT=call` it kills itself with SIGKILL when the
 * provider has paid and not answered yet, with `DIE_AT=answer` when the provider has said that it paid.
 */
const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const die = (): void => void process.kill(process.pid, 'SIGKILL');
const book = env('PROVIDER_BOOK');
const paid = (id: string): boolean => existsSync(book) && readFileSync(book, 'utf8').split('\n').includes(id);
const now = new Date(env('NOW'));
const { db } = connectDatabase({ url: env('DATABASE_URL'), max: 2, applicationName: 'worker-under-test' });

const payouts = createPayoutsService({
  db,
  notifier: { wake: () => undefined },
  clock: () => now,
  logger: silentLogger(),
  providers: providersOf({
    mvola: null,
    stripe: null,
    mtn_momo: {
      ...createScriptedProvider(),
      refund({ id }: RefundRequest) {
        appendFileSync(`${book}.calls`, `${id}\n`);
        if (!paid(id)) appendFileSync(book, `${id}\n`);
        if (process.env['DIE_AT'] === 'call') die();
        return Promise.resolve({ kind: 'accepted' });
      },
      fetchRefund({ id, amount, currency }: RefundRequest) {
        if (!paid(id)) return Promise.resolve({ kind: 'not_found' });
        if (process.env['DIE_AT'] === 'answer') die();
        return Promise.resolve({ kind: 'succeeded', reference: `R-${id}`, amount: String(amount), currency, refundId: id });
      },
    },
  }),
});
const id = env('REFUND_ID');
await payouts.push(id);
await payouts.check(id);
process.exit(0);
