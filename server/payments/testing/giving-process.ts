import { connectDatabase } from '#db/connect.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createReceiptSigner } from '#shared/node/receipt-signer.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createConfirmationsService } from '../confirmations.service.ts';
import { providersOf } from '../providers/providers.service.ts';
import { sandboxProviders } from './sandbox-payments.ts';

/**
 * A worker in a process of its own that gives one order to its provider, and kills itself with SIGKILL when the provider has answered:
 * what it answered is known to nobody.
 */
const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const { db } = connectDatabase({ url: env('DATABASE_URL'), max: 2, applicationName: 'worker-under-test' });
const clock = (): Date => new Date(env('NOW'));
const given = sandboxProviders(env('SANDBOX_URL'), env('WEBHOOK_ORIGIN'), clock);
const provider = given.find(env('PROVIDER') === 'stripe' ? 'stripe' : 'mvola');
if (!provider) throw new Error('no such provider');

await createConfirmationsService({
  ...{ db, clock, country: madagascar, logger: silentLogger(), notifier: { wake: () => undefined } },
  signer: createReceiptSigner(env('RECEIPT_SIGNING_KEY')),
  providers: providersOf({
    [provider.code]: {
      ...provider,
      async initiate(order: Parameters<typeof provider.initiate>[0]) {
        const answer = await provider.initiate(order);
        process.kill(process.pid, 'SIGKILL');
        return answer;
      },
    },
  }),
}).initiate(env('PAYMENT_ID'));
