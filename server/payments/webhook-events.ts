import type { Db } from '#db/connect.ts';
import { appendOutboxRows } from '#db/outbox.repository.ts';
import { insertWebhookEvents, learnHandle } from '#db/payments.repository.ts';
import { withScope } from '#db/scope.ts';
import type { ProviderCode } from '#shared/contracts/payments.ts';
import type { Logger } from '#shared/node/logger.ts';
import { createTogether } from './together.ts';

/** A genuine message of a provider about one of our orders. */
export interface WebhookEvent {
  provider: ProviderCode;
  eventId: string;
  intentId: string;
  /** The provider's own id of the order, where the message brings it. */
  handle: string | null;
  /** The refund of it that the message is about, where it is about one. */
  refundId: string | null;
  body: string;
  receivedAt: Date;
}

const MAX_BATCH = 50;
/** Characters of messages in one transaction, unless one alone has more. */
const MAX_SIZE = 512 * 1024;
const nameOf = ({ provider, eventId }: Pick<WebhookEvent, 'provider' | 'eventId'>): string => `${provider}:${eventId}`;

/**
 * Keeps messages and has them looked into, those that come at the same time in one transaction (ADR 009). Resolves once it is committed:
 * false when the message came before.
 */
export function createWebhookEvents({ db, logger }: { db: Db; logger: Logger }): (event: WebhookEvent) => Promise<boolean> {
  return createTogether<WebhookEvent, boolean>({
    ...{ logger, maxBatch: MAX_BATCH, what: 'keeping messages of providers', nameOf },
    ...{ sizeOf: ({ body }) => body.length, maxSize: MAX_SIZE },
    async work(batch) {
      // Messages are of several people's orders.
      const kept = await withScope({ actor: 'system' }, () =>
        db.transaction(async (tx) => {
          const isNew = new Set((await insertWebhookEvents(tx, batch)).map(nameOf));
          const fresh = batch.filter((event) => isNew.has(nameOf(event)));
          for (const { intentId: id, provider, handle } of fresh) if (handle) await learnHandle(tx, { id, provider, handle });
          await appendOutboxRows(
            tx,
            fresh.map(({ intentId: paymentId, refundId, provider }) =>
              refundId === null
                ? { name: 'payment.notified', payload: { paymentId, provider } }
                : { name: 'refund.notified', payload: { refundId, paymentId } },
            ),
          );
          return isNew;
        }),
      );
      return (event) => kept.has(nameOf(event));
    },
  });
}
