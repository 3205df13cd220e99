import type { Db } from '#db/connect.ts';
import { registerReceiptKey } from '#db/payments.repository.ts';
import { receiptKeyList } from '#db/receipts.repository.ts';
import { countryOf, type CountryCode } from '#shared/domain/countries/countries.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { createReceiptSigner, type ReceiptSigner } from '#shared/node/receipt-signer.ts';
import { createConfirmationsService, type ConfirmationsService } from '#server/payments/confirmations.service.ts';
import { observeProviders, type ObservedProviders } from '#server/payments/provider-calls.service.ts';
import { createProviders } from '#server/payments/providers/providers.service.ts';
import { createPayoutsService, type PayoutsService } from '#server/payments/refunds/payouts.service.ts';
import type { WorkerConfig } from '../config.ts';

/** What the payments role works with; makes its public key known. Throws without a key, with another under a known name, or with one that was ended. */
export async function createConfirmations(deps: {
  config: WorkerConfig;
  db: Db;
  notifier: OutboxNotifier;
  logger: Logger;
  clock: () => Date;
}): Promise<{
  confirmations: ConfirmationsService;
  payouts: PayoutsService;
  country: Country;
  signer: ReceiptSigner;
  providers: ObservedProviders;
}> {
  const { config } = deps;
  if (!config.RECEIPT_SIGNING_KEY) throw new Error('the role payments needs RECEIPT_SIGNING_KEY');
  const signer = createReceiptSigner(config.RECEIPT_SIGNING_KEY);
  const known = await registerReceiptKey(deps.db, signer);
  if (known !== signer.publicKey)
    throw new Error(`another receipt key is known as ${signer.keyId}: give the new one another name`);
  const ended = (await receiptKeyList(deps.db)).find(
    ({ keyId, retiredAt, revokedAt }) => keyId === signer.keyId && (retiredAt ?? revokedAt),
  );
  if (ended) throw new Error(`the receipt key ${signer.keyId} was retired or revoked: give this process a new one`);
  const country = countryOf(config.COUNTRY.toUpperCase() as CountryCode);
  const providers = observeProviders(createProviders({ config, country, clock: deps.clock }), deps);
  return {
    providers,
    country,
    signer,
    confirmations: createConfirmationsService({ ...deps, country, providers, signer }),
    payouts: createPayoutsService({ ...deps, providers }),
  };
}
