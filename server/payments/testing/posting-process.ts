import { connectDatabase } from '#db/connect.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createReceiptSigner } from '#shared/node/receipt-signer.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createConfirmationsService } from '../confirmations.service.ts';
import { providersOf } from '../providers/providers.service.ts';
import { createScriptedProvider } from './scripted-provider.ts';

/**
 * A worker in a process of its own that checks one payment, for the tests that kill it. The provider says that it was paid. With
 * `DIE_AT=answer` it kills itself with SIGKILL once the provider has answered, with `DIE_AT=signature` once it has signed the receipts.
 */
const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const die = (): void => void process.kill(process.pid, 'SIGKILL');
const id = env('PAYMENT_ID');
const { db } = connectDatabase({ url: env('DATABASE_URL'), max: 2, applicationName: 'worker-under-test' });
const provider = createScriptedProvider();
provider.set(id, { kind: 'succeeded', reference: `T-${id}`, amount: env('AMOUNT'), currency: 'MGA', intentId: id });
const signer = createReceiptSigner(env('RECEIPT_SIGNING_KEY'));
const now = new Date(env('NOW'));

const confirmations = createConfirmationsService({
  db,
  notifier: { wake: () => undefined },
  clock: () => now,
  country: madagascar,
  logger: silentLogger(),
  signer: {
    ...signer,
    sign(text) {
      const signature = signer.sign(text);
      if (process.env['DIE_AT'] === 'signature') die();
      return signature;
    },
  },
  providers: providersOf({
    mtn_momo: {
      ...provider,
      async fetchStatus(asked) {
        const answer = await provider.fetchStatus(asked);
        if (process.env['DIE_AT'] === 'answer') die();
        return answer;
      },
    },
  }),
});
await confirmations.check(id);
process.exit(0);
