import { createHash } from 'node:crypto';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { readHistory, readPayment } from '#db/payment-views.repository.ts';
import {
  claimAssessments,
  ensureAssessments,
  findHolder,
  findIntentByKey,
  insertIntent,
  insertItems,
  insertWebhookEvent,
  learnHandle,
  lockIntent,
  updateIntent,
  type IntentRow,
} from '#db/payments.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import type { PaymentHistory, PaymentView, ProviderCode, ProviderList, StartPayment } from '#shared/contracts/payments.ts';
import { normaliseContact } from '#shared/domain/contact.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { isOpen } from '#shared/domain/payments/intent-state.ts';
import { acceptWithinMs, type PaymentOrder } from '#shared/domain/payments/order.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { priceOrder } from './orders.ts';
import { paymentChange, paymentView } from './payment-events.ts';
import type { WebhookRequest } from './providers/provider.ts';
import type { Providers } from './providers/providers.service.ts';

export interface PaymentsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  country: Country;
  providers: Providers;
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

/** First check when nothing else has moved the intent: the job that calls the provider was lost. Milliseconds. */
const UNMOVED_MS = 15_000;
const HISTORY_YEARS = 5;

export function createPaymentsService({ db, notifier, clock, country, providers }: PaymentsDeps): PaymentsService {
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

  /** Holds the taxes for the intent, or says of the first that cannot be had why. */
  async function claim(tx: Tx, payerId: string, intentId: string, orders: readonly (PaymentOrder & { assessmentId: string })[]) {
    const held = await claimAssessments(
      tx,
      intentId,
      orders.map(({ assessmentId }) => assessmentId),
      clock(),
    );
    const first = orders.find(({ assessmentId }) => held.includes(assessmentId));
    if (!first) return;
    const { plate, fiscalYear } = first;
    const holder = await findHolder(tx, first.assessmentId);
    if (holder?.paid) throw new AppError('TAX_ALREADY_PAID', { plate, fiscalYear });
    throw new AppError('TAX_BEING_PAID', {
      plate,
      fiscalYear,
      paymentId: holder?.payerId === payerId ? holder.intentId : null,
    });
  }

  async function write(payerId: string, order: StartPayment, phone: string | null, digest: string): Promise<PaymentView | null> {
    return db.transaction(async (tx) => {
      const at = clock();
      const orders = await priceOrder(tx, { payerId, items: order.items, at, country });
      const amount = orders.reduce((sum, one) => sum + one.amount, 0);
      if (amount !== order.amount) throw new AppError('PAYMENT_AMOUNT_CHANGED', { amount });
      const id = await insertIntent(tx, {
        payerId,
        idempotencyKey: order.idempotencyKey,
        orderDigest: digest,
        provider: order.provider,
        phone,
        amount,
        currency: country.currency.code,
        expiresAt: new Date(at.getTime() + acceptWithinMs(order.provider)),
        nextCheckAt: new Date(at.getTime() + UNMOVED_MS),
        createdAt: at,
        updatedAt: at,
      } satisfies Partial<IntentRow>);
      if (!id) return null;
      const ids = await ensureAssessments(tx, orders);
      const claimed = orders.map((one) => ({ ...one, assessmentId: ids.get(`${one.vehicleId}:${one.fiscalYear}`) ?? '' }));
      await claim(tx, payerId, id, claimed);
      await insertItems(tx, id, claimed);
      await appendAudit(tx, {
        actorId: payerId,
        action: 'payment.started',
        entity: 'payment',
        entityId: id,
        details: { amount },
      });
      await appendOutbox(tx, 'payment.started', { paymentId: id }, [paymentChange(id)]);
      return paymentView(tx, id);
    });
  }

  return {
    async start(payerId, order) {
      const digest = digestOf(order);
      const before = await known(payerId, order.idempotencyKey, digest);
      if (before) return before;
      if (!providers.offers(order.provider)) throw new AppError('PROVIDER_OFF', { provider: order.provider });
      const written = await write(payerId, order, 'phone' in order ? phoneOf(order.phone) : null, digest);
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
          await updateIntent(tx, id, { cancelRequestedAt: clock(), state: intent.state, updatedAt: clock() });
          await appendAudit(tx, { actorId: payerId, action: 'payment.cancelled', entity: 'payment', entityId: id, details: {} });
          await appendOutbox(tx, 'payment.cancel_requested', { paymentId: id }, [paymentChange(id)]);
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
      const { eventId, intentId, handle } = notice;
      if (intentId === null) return;
      if (!Id.safeParse(intentId).success) throw new AppError('UNAUTHENTICATED');
      const isNew = await db.transaction(async (tx) => {
        const event = { provider: code, eventId, intentId, body: message.body.toString('utf8').replaceAll('\0', '') };
        if (!(await insertWebhookEvent(tx, { ...event, receivedAt: clock() }))) return false;
        if (handle) await learnHandle(tx, { id: intentId, provider: code, handle });
        await appendOutbox(tx, 'payment.notified', { paymentId: intentId });
        return true;
      });
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
