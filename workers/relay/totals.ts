import type { TransactionSql } from 'postgres';
import { addMoves } from '#db/collection-totals.repository.ts';
import { EVENTS, type EventName } from '#shared/contracts/events.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { OutboxRow } from './dispatch.ts';

/** After these, an order that was open is in another state, or not open any more. */
const MOVES_AN_INTENT: ReadonlySet<string> = new Set<EventName>([
  'payment.started',
  'payment.pushed',
  'payment.pending',
  'payment.unknown',
  'payment.failed',
  'payment.expired',
  'payment.succeeded',
  'payment.refund_due',
]);

/**
 * Adds events to the totals of what was collected, with the transaction that marks them. What cannot be added holds up no screen: the events
 * are marked, and the totals are computed anew, by whoever finds that they are of no clock.
 */
export const createTotals =
  ({ timeZone, logger }: { timeZone: string; logger: Logger }) =>
  async (tx: TransactionSql, rows: readonly OutboxRow[]): Promise<void> => {
    const [paid, reversed, intents]: [string[], string[], string[]] = [[], [], []];
    for (const { name, payload } of rows) {
      if (name === 'payment.succeeded') paid.push(EVENTS[name].parse(payload).paymentId);
      if (name === 'refund.approved') reversed.push(EVENTS[name].parse(payload).refundId);
      if (MOVES_AN_INTENT.has(name)) intents.push(EVENTS['payment.started'].parse(payload).paymentId);
    }
    if (reversed.length + intents.length === 0) return;
    try {
      await tx.savepoint((inner) => addMoves(inner, { paid, reversed, intents }, timeZone));
    } catch (error) {
      logger.error(
        { err: error, paid: paid.length, reversed: reversed.length },
        'ALARM totals could not be moved on: computed anew',
      );
      await tx`delete from collection_projection`;
    }
  };
