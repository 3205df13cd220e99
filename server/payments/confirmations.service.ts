import type { Db, Tx } from '#db/connect.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { findIntent, itemsOf, lockIntent, releaseClaims, updateIntent, type IntentRow } from '#db/payments.repository.ts';
import type { EventName } from '#shared/contracts/events.ts';
import type { PaymentFailure } from '#shared/contracts/payments.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { afterEvent, holdsClaims, isOpen, isSettled, type IntentEvent } from '#shared/domain/payments/intent-state.ts';
import { checkDelayMs, LATE_WITHIN_MS } from '#shared/domain/payments/order.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { ReceiptSigner } from '#shared/node/receipt-signer.ts';
import { paymentChange } from './payment-events.ts';
import { createPoster } from './poster.ts';
import { prepareSuccess } from './posting.ts';
import type { PaymentProvider } from './providers/provider.ts';
import type { Providers } from './providers/providers.service.ts';

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

/** What is kept beside an event. */
interface Change {
  failure?: PaymentFailure;
  handle?: string;
  redirectUrl?: string;
  /** The provider will say nothing else. */
  lastWord?: boolean;
  /** It was asked and did not answer: `updatedAt` goes on telling since when nothing was heard of it. */
  unanswered?: boolean;
}

/** Who waits is told that the provider is silent when nothing was heard of it for so long; one answer lost tells nothing. Milliseconds. */
const SILENT_AFTER_MS = 30_000;

/** When the provider's answer is a success that is not ours, a person must look: not asked again before. Milliseconds. */
const DISPUTED_MS = 3600_000;

const TOLD: Partial<Record<IntentEvent, EventName & `payment.${string}`>> = {
  push: 'payment.pushed',
  accept: 'payment.pending',
  lose: 'payment.unknown',
  fail: 'payment.failed',
  expire: 'payment.expired',
};

export function createConfirmationsService(deps: ConfirmationsDeps): ConfirmationsService {
  const { db, notifier, clock, logger } = deps;
  const poster = createPoster({ db, logger, onCommit: () => notifier.wake() });

  /** Moves a locked intent, when the event means something to it, and sets when it is looked at again. */
  async function move(tx: Tx, intent: IntentRow, event: IntentEvent | null, change: Change): Promise<boolean> {
    const at = clock();
    const to = event && afterEvent(intent.state, event);
    const state = to ?? intent.state;
    const { failure = null, lastWord = event === 'fail' } = change;
    const nextCheckAt = lastWord && to !== intent.state ? null : nextCheckOf({ ...intent, state }, at);
    const updatedAt = change.unanswered && to === null ? intent.updatedAt : at;
    const again = { ...orderOf(intent, change), checks: intent.checks + 1, nextCheckAt, updatedAt };
    if (to === null || to === intent.state) {
      await updateIntent(tx, intent.id, again);
      // The page of who waits for a sure answer says when it is asked for next.
      if (state === 'unknown') await appendOutbox(tx, 'payment.unknown', { paymentId: intent.id }, [paymentChange(intent.id)]);
      return to !== null;
    }
    await updateIntent(tx, intent.id, { ...again, state: to, failure });
    if (!holdsClaims(to)) await releaseClaims(tx, intent.id);
    const told = event && TOLD[event];
    if (told) await appendOutbox(tx, told, { paymentId: intent.id }, [paymentChange(intent.id)]);
    return true;
  }

  async function apply(id: string, event: IntentEvent | null, change: Change = {}): Promise<boolean> {
    const moved = await db.transaction(async (tx) => {
      const intent = await lockIntent(tx, id);
      return intent !== null && !isSettled(intent.state) && move(tx, intent, event, change);
    });
    notifier.wake();
    return moved;
  }

  /** What the provider told of the order, to be kept; the first handle stays: under it the order can be asked. */
  function orderOf({ id, providerHandle }: IntentRow, { handle, redirectUrl }: Change) {
    const second = handle !== undefined && providerHandle !== null && handle !== providerHandle;
    if (second) logger.error({ paymentId: id }, 'ALARM a provider has two orders for one payment: a person must look');
    return { ...(handle && !second && { providerHandle: handle }), ...(redirectUrl && !second && { redirectUrl }) };
  }

  async function initiate(id: string): Promise<void> {
    const intent = await findIntent(db, id);
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
    const intent = await findIntent(db, id);
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
    const items = await itemsOf(db, id);
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

/** When the provider is asked again; null: its last word is known, or it had a day to tell of a late success. */
function nextCheckOf({ state, checks, expiresAt }: IntentRow, at: Date): Date | null {
  if (state === 'failed' || isSettled(state)) return null;
  if (state === 'expired' && at.getTime() > expiresAt.getTime() + LATE_WITHIN_MS) return null;
  return new Date(at.getTime() + checkDelayMs(checks));
}
