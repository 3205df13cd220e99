import type { Db } from '#db/connect.ts';
import { findIntents, itemsOfEach, updateIntent, type IntentRow, type ItemRow } from '#db/payments.repository.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { afterEvent, isOpen, isSettled } from '#shared/domain/payments/intent-state.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { ReceiptSigner } from '#shared/node/receipt-signer.ts';
import { createMoves } from './moves.ts';
import { createPoster } from './poster.ts';
import { prepareSuccess } from './posting.ts';
import type { PaymentProvider } from './providers/provider.ts';
import type { Providers } from './providers/providers.service.ts';
import { createTogether } from './together.ts';

export interface ConfirmationsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  country: Country;
  providers: Providers;
  signer: ReceiptSigner;
  logger: Logger;
}

/** What the workers do with intents. Both can run twice, at once, and be killed anywhere. */
export interface ConfirmationsService {
  /** Gives the order to the provider. */
  initiate(id: string): Promise<void>;
  /** Asks the provider how it stands, and does what follows; posts a success once its amount, currency and reference agree. */
  check(id: string): Promise<void>;
}

/** Who waits is told that the provider is silent when nothing was heard of it for so long; one answer lost tells nothing. Milliseconds. */
const SILENT_AFTER_MS = 30_000;

/** When the provider's answer is a success that is not ours, a person must look: not asked again before. Milliseconds. */
const DISPUTED_MS = 3600_000;

const READ_TOGETHER = 200;

export function createConfirmationsService(deps: ConfirmationsDeps): ConfirmationsService {
  const { db, notifier, clock, logger } = deps;
  const onCommit = (): void => notifier.wake();
  const [poster, apply] = [createPoster({ db, logger, onCommit }), createMoves({ db, clock, logger, onCommit })];
  // What is asked for at the same time is read together as well: many checks end in the same moment.
  const reading = { logger, maxBatch: READ_TOGETHER, nameOf: (id: string) => id };
  const intentOf = createTogether<string, IntentRow | null>({
    ...{ ...reading, what: 'reading payments' },
    async work(ids) {
      const found = new Map((await findIntents(db, ids)).map((row) => [row.id, row]));
      return (id) => found.get(id) ?? null;
    },
  });
  const itemsOf = createTogether<string, ItemRow[]>({
    ...{ ...reading, what: 'reading what is paid' },
    async work(ids) {
      const found = await itemsOfEach(db, ids);
      return (id) => found.get(id) ?? [];
    },
  });

  async function initiate(id: string): Promise<void> {
    const intent = await intentOf(id);
    if (!intent || afterEvent(intent.state, 'push') === null) return;
    // Whoever gave it before and died may have been heard: the provider is asked first.
    if (clock() >= intent.expiresAt) return intent.state === 'created' ? void (await apply(id, 'expire')) : check(id);
    // Written before the call: whoever dies in between leaves an intent of which it is known that it may have been given.
    if (!(await apply(id, 'push'))) return;
    const { phone, amount, currency, createdAt: startedAt, expiresAt } = intent;
    const order = { id, phone, amount, currency, message: 'Vignette', startedAt, expiresAt };
    const answer = await providerOf(intent).initiate(order);
    switch (answer.kind) {
      case 'accepted':
        return void (await apply(id, 'accept', answer));
      case 'refused':
        return void (await apply(id, 'fail', answer));
      case 'busy':
        return void (await apply(id, null));
      case 'unclear':
        logger.warn({ paymentId: id, why: answer.why }, 'it is not known whether the provider has the order');
        return void (await apply(id, 'lose'));
    }
  }

  async function check(id: string): Promise<void> {
    const intent = await intentOf(id);
    if (!intent || isSettled(intent.state)) return;
    if (intent.state === 'created') return initiate(id);
    const provider = providerOf(intent);
    const order = { id, handle: intent.providerHandle, phone: intent.phone };
    if (intent.cancelRequestedAt && isOpen(intent.state)) await provider.cancel?.(order);
    const status = await provider.fetchStatus(order);
    const late = clock() >= intent.expiresAt;
    switch (status.kind) {
      case 'succeeded':
        return settle(intent, status);
      case 'failed':
        return void (await apply(id, 'fail', status));
      case 'closed':
        return void (await (intent.cancelRequestedAt
          ? apply(id, 'fail', { failure: 'payer_cancelled' })
          : apply(id, 'expire', { lastWord: true })));
      case 'pending':
        return void (await apply(id, late ? 'expire' : 'accept'));
      case 'not_found':
        return late ? void (await apply(id, 'expire')) : initiate(id);
      case 'no_handle':
        if (!late && afterEvent(intent.state, 'push') !== null) return initiate(id);
        return void (await apply(id, late ? 'lose' : null));
      case 'unavailable':
        logger.info({ paymentId: id, why: status.why }, 'the provider does not say how a payment stands');
        return void (await apply(id, late || isSilent(intent) ? 'lose' : null, { unanswered: true }));
    }
  }

  async function settle(
    intent: IntentRow,
    status: { reference: string; amount: string; currency: string; intentId: string },
  ): Promise<void> {
    const { id, amount, currency } = intent;
    const agrees =
      status.amount === providerOf(intent).writeAmount(amount) && status.currency === currency && status.intentId === id;
    if (!agrees) {
      logger.error(
        { paymentId: id },
        'ALARM a provider says paid, but not this amount, currency and reference: nothing is posted',
      );
      await apply(id, 'lose');
      await db.transaction((tx) => updateIntent(tx, id, { nextCheckAt: new Date(clock().getTime() + DISPUTED_MS) }));
      return;
    }
    const items = await itemsOf(id);
    const given = { providerReference: status.reference, items, at: clock(), timeZone: deps.country.timeZone };
    if (!(await poster.post(prepareSuccess(deps.signer, intent, given)))) return;
    logger.info({ paymentId: id }, 'payment posted');
  }

  const isSilent = ({ updatedAt }: IntentRow): boolean => clock().getTime() - updatedAt.getTime() >= SILENT_AFTER_MS;

  function providerOf({ provider: code }: IntentRow): PaymentProvider {
    const provider = code === 'cash' ? null : deps.providers.find(code);
    if (!provider) throw new Error(`the provider ${code} has no keys here`);
    return provider;
  }

  return { initiate, check };
}
