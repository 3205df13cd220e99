import { createHash } from 'node:crypto';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db } from '#db/connect.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { readHistory, readPayment } from '#db/payment-views.repository.ts';
import { findRefundByPush } from '#db/refunds.repository.ts';
import { findIntentByKey, lockIntent, updateIntent } from '#db/payments.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import {
  ProviderCode,
  type PaymentHistory,
  type PaymentView,
  type ProviderList,
  type StartPayment,
} from '#shared/contracts/payments.ts';
import { normaliseContact } from '#shared/domain/contact.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { isOpen } from '#shared/domain/payments/intent-state.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { priceOrder } from './orders.ts';
import { paymentChange, paymentView } from './payment-events.ts';
import type { WebhookRequest } from './providers/provider.ts';
import type { Providers } from './providers/providers.service.ts';
import { createStarts } from './starts.ts';
import { createWebhookEvents } from './webhook-events.ts';

export interface PaymentsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  country: Country;
  providers: Providers;
  logger: Logger;
}

export interface PaymentsService {
  /**
   * Orders a payment. The same key with the same content answers with the same intent, however often and from however many places.
   * @throws AppError IDEMPOTENCY_CONFLICT (the key was given for something else), PROVIDER_OFF, PHONE_INVALID, VEHICLE_NOT_FOUND,
   * TAX_NOT_PAYABLE, PAYMENT_AMOUNT_CHANGED, TAX_ALREADY_PAID, TAX_BEING_PAID (with `paymentId` when it is one's own)
   */
  start(payerId: string, order: StartPayment): Promise<PaymentView>;
  /** @throws AppError PAYMENT_NOT_FOUND, also for what is somebody else's */
  find(payerId: string, id: string): Promise<PaymentView>;
  /** Five years. */
  history(payerId: string): Promise<PaymentHistory>;
  providers(): ProviderList;
  /**
   * The payer ends a payment on a provider's page. It has ended when the provider says so; what was paid by then counts.
   * @throws AppError PAYMENT_NOT_FOUND, PAYMENT_NOT_CANCELLABLE (only a telephone can end it, or it has ended)
   */
  cancel(payerId: string, id: string): Promise<PaymentView>;
  /**
   * Keeps a provider's message and has it looked into; one that came before changes nothing.
   * @throws AppError NOT_FOUND (no such provider), UNAUTHENTICATED (not genuine)
   */
  receiveWebhook(code: ProviderCode, message: WebhookRequest): Promise<void>;
}

const HISTORY_YEARS = 5;

export function createPaymentsService({ db, notifier, clock, country, providers, logger }: PaymentsDeps): PaymentsService {
  const write = createStarts({ db, logger, currency: country.currency.code });
  const keep = createWebhookEvents({ db, logger });

  async function known(payerId: string, key: string, digest: string): Promise<PaymentView | null> {
    const intent = await findIntentByKey(db, payerId, key);
    if (!intent) return null;
    if (intent.orderDigest !== digest) throw new AppError('IDEMPOTENCY_CONFLICT');
    return own(payerId, intent.id);
  }

  async function own(payerId: string, id: string): Promise<PaymentView> {
    const found = await readPayment(db, id);
    if (found?.payerId !== payerId) throw new AppError('PAYMENT_NOT_FOUND');
    const { payerId: _payerId, ...view } = found;
    return view;
  }

  function phoneOf(typed: string): string {
    const contact = normaliseContact(typed, country.phoneRegion);
    if (contact?.channel !== 'sms') throw new AppError('PHONE_INVALID');
    return contact.value;
  }

  return {
    async start(payerId, order) {
      const digest = digestOf(order);
      const before = await known(payerId, order.idempotencyKey, digest);
      if (before) return before;
      if (!providers.offers(order.provider)) throw new AppError('PROVIDER_OFF', { provider: order.provider });
      const phone = 'phone' in order ? phoneOf(order.phone) : null;
      const at = clock();
      const items = await priceOrder(db, { payerId, items: order.items, at, country });
      const amount = items.reduce((sum, one) => sum + one.amount, 0);
      if (amount !== order.amount) throw new AppError('PAYMENT_AMOUNT_CHANGED', { amount });
      const { idempotencyKey, provider } = order;
      const written = await write({ payerId, idempotencyKey, provider, phone, digest, items, amount, at });
      const view = written ?? (await known(payerId, order.idempotencyKey, digest));
      if (!view) throw new Error('a key that could not be inserted is not there');
      notifier.wake();
      return view;
    },

    find: own,

    async history(payerId) {
      const now = clock();
      const since = new Date(now);
      since.setUTCFullYear(since.getUTCFullYear() - HISTORY_YEARS);
      return { payments: await readHistory(db, payerId, since), asOf: now.toISOString() };
    },

    providers: () => providers.list(),

    async cancel(payerId, id) {
      const view = await db.transaction(async (tx) => {
        const intent = await lockIntent(tx, id);
        if (intent?.payerId !== payerId) throw new AppError('PAYMENT_NOT_FOUND');
        if (!intent.redirectUrl || !isOpen(intent.state)) throw new AppError('PAYMENT_NOT_CANCELLABLE');
        if (!intent.cancelRequestedAt) {
          const provider = ProviderCode.safeParse(intent.provider).data;
          await updateIntent(tx, id, { cancelRequestedAt: clock(), state: intent.state, updatedAt: clock() });
          await appendAudit(tx, { actorId: payerId, action: 'payment.cancelled', entity: 'payment', entityId: id, details: {} });
          await appendOutbox(tx, 'payment.cancel_requested', { paymentId: id, ...(provider && { provider }) }, [
            paymentChange(id),
          ]);
        }
        return paymentView(tx, id);
      });
      notifier.wake();
      return view;
    },

    async receiveWebhook(code, message) {
      const provider = providers.find(code);
      if (!provider) throw new AppError('NOT_FOUND');
      const notice = provider.parseWebhook(message);
      if (!notice) throw new AppError('UNAUTHENTICATED');
      const { eventId, handle } = notice;
      const refund = notice.refundId === undefined ? null : await findRefundByPush(db, notice.refundId);
      const intentId = refund?.intentId ?? notice.intentId;
      if (intentId === null) return;
      if (!Id.safeParse(intentId).success) throw new AppError('UNAUTHENTICATED');
      const body = message.body.toString('utf8').replaceAll('\0', '');
      const kept = { provider: code, eventId, intentId, handle: handle ?? null, refundId: refund?.id ?? null, body };
      const isNew = await keep({ ...kept, receivedAt: clock() });
      if (isNew) notifier.wake();
    },
  };
}

/** What the key was given for, in a form that does not depend on how it was written. */
function digestOf(order: StartPayment): string {
  const { provider, items, amount } = order;
  const content = [
    provider,
    'phone' in order ? order.phone : null,
    amount,
    items.map((item) => ['plate' in item ? item.plate : item.vehicleId, item.fiscalYear]),
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url');
}
