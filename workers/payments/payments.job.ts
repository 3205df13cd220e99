import type { Db } from '#db/connect.ts';
import { paymentsWithoutPdf } from '#db/receipts.repository.ts';
import { intentsToCheck } from '#db/payments.repository.ts';
import { askedPerSecond } from '#shared/contracts/jobs.ts';
import { PROVIDERS, type ProviderCode } from '#shared/contracts/payments.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { ReceiptSigner } from '#shared/node/receipt-signer.ts';
import type { IdentifiedJob, JobHandlers, JobQueues } from '#shared/node/queues.ts';
import type { ConfirmationsService } from '#server/payments/confirmations.service.ts';
import { lookAtChannels } from '#server/payments/channels.service.ts';
import type { ObservedProviders } from '#server/payments/provider-calls.service.ts';
import type { PayoutsService } from '#server/payments/refunds/payouts.service.ts';
import { signReceipts } from '#server/tills/signatures.service.ts';
import type { WorkerConfig } from '../config.ts';
import { refundJobs } from './refund-polls.ts';
import { renderReceipts } from './render-receipts.ts';
import { POLL_EVERY_MS } from './schedule.ts';
import { issueRevocationList } from './revocation-list.ts';

export interface PaymentsJobDeps {
  db: Db;
  queues: JobQueues;
  store: ObjectStore;
  country: Country;
  clock: () => Date;
  confirmations: ConfirmationsService;
  payouts: PayoutsService;
  signer: ReceiptSigner;
  config: Pick<WorkerConfig, 'PUBLIC_ORIGIN'>;
  providers: ObservedProviders;
  notifier: OutboxNotifier;
}

/** Intents of a provider asked about at one poll: half of what its pace lets through, the other half is for what it tells by itself. */
const polledOf = (provider: ProviderCode): number => (askedPerSecond(provider) * POLL_EVERY_MS) / 2_000;
const UNRENDERED = 10;
/** A receipt without its PDF for so long has lost its job. Milliseconds. */
const PDF_TOO_LONG_MS = 60_000;

/** Calls providers, makes PDFs, and finds the payments and refunds about which nothing was heard and the receipts without PDF. */
export function createPaymentsJob(deps: PaymentsJobDeps): JobHandlers<'payments'> {
  const { db, queues, clock, confirmations, payouts } = deps;
  return {
    'payment.initiate': ({ paymentId }) => confirmations.initiate(paymentId),
    'refund.push': ({ refundId }) => payouts.push(refundId),
    'refund.open': ({ paymentId }) => payouts.open(paymentId),
    async 'receipt.render'({ paymentId }) {
      await signReceipts(deps, paymentId);
      await renderReceipts(deps, paymentId);
    },
    'channels.look': () => lookAtChannels(deps),
    'revocations.issue': () => issueRevocationList(deps),
    async 'payment.poll'() {
      const now = clock();
      const due = (await Promise.all(PROVIDERS.map((one) => intentsToCheck(db, now, one, polledOf(one))))).flat();
      // The minute is part of the id: a job that failed is remembered, and must not keep a later one out for days.
      const minute = Math.floor(now.getTime() / 60_000);
      const unrendered = await paymentsWithoutPdf(db, new Date(now.getTime() - PDF_TOO_LONG_MS), UNRENDERED);
      await queues.add([
        ...(await refundJobs(db, now)),
        ...due.map(({ id, checks, provider }): IdentifiedJob => ({
          id: `poll-${id}-${checks}-${minute}`,
          job: { name: 'payment.check', payload: { paymentId: id, provider } },
        })),
        ...unrendered.map((id): IdentifiedJob => ({
          id: `render-${id}-${minute}`,
          job: { name: 'receipt.render', payload: { paymentId: id } },
        })),
      ]);
    },
  };
}
