import { appendAudits } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { appendOutboxRows } from '#db/outbox.repository.ts';
import { withScope, type DataScope } from '#db/scope.ts';
import { claimEach, ensureAssessments, findHolder, insertIntents, insertItemsOf } from '#db/payments.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { PaymentView, ProviderCode } from '#shared/contracts/payments.ts';
import { acceptWithinMs, type PaymentOrder } from '#shared/domain/payments/order.ts';
import type { Logger } from '#shared/node/logger.ts';
import { fileChanges } from '../vehicles/file-events.ts';
import { paymentsTold } from './payment-events.ts';
import { createTogether } from './together.ts';

/** An order that was priced. */
export interface Start {
  payerId: string;
  idempotencyKey: string;
  provider: ProviderCode;
  phone: string | null;
  digest: string;
  items: readonly PaymentOrder[];
  amount: number;
  at: Date;
}

const MAX_BATCH = 50;
/** Taxes in one transaction at most, unless one order alone has more. */
const MAX_ITEMS = 500;
/** First check when nothing else has moved the intent: the job that calls the provider was lost. Milliseconds. */
const UNMOVED_MS = 15_000;
const nameOf = ({ payerId, idempotencyKey }: Pick<Start, 'payerId' | 'idempotencyKey'>): string => `${payerId}:${idempotencyKey}`;

/**
 * Writes orders with the taxes that they hold, those that come at the same time in one transaction (ADR 009). Null: the key was given
 * before. Two who want the same tax are told apart in halves, as with any that cannot be written: one has it, the other is refused.
 * @throws AppError TAX_ALREADY_PAID, TAX_BEING_PAID
 */
export function createStarts({
  db,
  logger,
  currency,
}: {
  db: Db;
  logger: Logger;
  currency: string;
}): (start: Start) => Promise<PaymentView | null> {
  return createTogether<Start, PaymentView | null>({
    ...{ logger, maxBatch: MAX_BATCH, what: 'starting payments', nameOf },
    ...{ sizeOf: ({ items }) => items.length, maxSize: MAX_ITEMS },
    async work(batch) {
      const payers = new Set(batch.map(({ payerId }) => payerId));
      const [payer] = payers;
      // Orders of several people go into one transaction: it is of none of them.
      const scope: DataScope = payer && payers.size === 1 ? { actor: 'citizen', userId: payer } : { actor: 'system' };
      const views = await withScope(scope, () => db.transaction((tx) => startTogether(tx, batch, currency)));
      return (one) => views.get(nameOf(one)) ?? null;
    },
  });
}

async function startTogether(tx: Tx, batch: readonly Start[], currency: string): Promise<Map<string, PaymentView>> {
  const ids = await insertIntents(
    tx,
    batch.map(({ payerId, idempotencyKey, digest: orderDigest, provider, phone, amount, at }) => ({
      ...{ payerId, idempotencyKey, orderDigest, provider, phone, amount, currency },
      expiresAt: new Date(at.getTime() + acceptWithinMs(provider)),
      nextCheckAt: new Date(at.getTime() + UNMOVED_MS),
      ...{ createdAt: at, updatedAt: at },
    })),
  );
  const started = batch.flatMap((one) => {
    const id = ids.get(nameOf(one));
    return id === undefined ? [] : [{ ...one, id }];
  });
  if (started.length === 0) return new Map();
  const assessments = await ensureAssessments(
    tx,
    started.flatMap(({ items }) => items),
  );
  const claimed = started.flatMap(({ id: intentId, payerId, items, at }) =>
    items.map((item) => ({
      ...{ item, intentId, payerId, at },
      assessmentId: assessments.get(`${item.vehicleId}:${item.fiscalYear}`) ?? '',
    })),
  );
  const [refused] = await claimEach(tx, claimed);
  if (refused) throw await heldByOther(tx, refused);
  await insertItemsOf(
    tx,
    claimed.map(({ item, intentId, assessmentId }) => ({ ...item, intentId, assessmentId })),
  );
  await appendAudits(
    tx,
    started.map(({ payerId: actorId, id: entityId, amount }) => ({
      ...{ actorId, action: 'payment.started', entity: 'payment', entityId, details: { amount } },
    })),
  );
  const told = paymentsTold(started.map(({ id }) => id));
  await appendOutboxRows(
    tx,
    started.map(({ id, items }) => ({
      name: 'payment.started' as const,
      payload: { paymentId: id },
      changes: [told.change(id), ...fileChanges(items)],
    })),
  );
  const views = new Map<string, PaymentView>();
  for (const one of started) views.set(nameOf(one), await told.viewOf(tx, one.id));
  return views;
}

/** Why a tax cannot be had. */
async function heldByOther(
  tx: Tx,
  { item: { plate, fiscalYear }, assessmentId, payerId }: { item: PaymentOrder; assessmentId: string; payerId: string },
): Promise<AppError> {
  const holder = await findHolder(tx, assessmentId);
  if (holder?.paid) return new AppError('TAX_ALREADY_PAID', { plate, fiscalYear });
  const paymentId = holder?.payerId === payerId ? holder.intentId : null;
  return new AppError('TAX_BEING_PAID', { plate, fiscalYear, paymentId });
}
