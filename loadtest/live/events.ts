import { sql } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import { insertNotices } from '#db/notices.repository.ts';
import { saveMessage } from '#db/office-settings.repository.ts';
import { appendOutbox, appendOutboxRows, topicChange, type OutboxEntry } from '#db/outbox.repository.ts';
import { OUTBOX_CHANNEL, createOutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { Logger } from '#shared/node/logger.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { documentView } from '#server/documents/document-events.ts';
import { notificationsChange } from '#server/notices/notice-events.ts';
import { readChannelsView } from '#server/payments/channels.service.ts';
import { paymentsTold } from '#server/payments/payment-events.ts';
import { officeChanges } from '#server/tickets/ticket-events.ts';
import { note, type Tally } from './tally.ts';
import type { LoadCitizen, LoadPeople } from './people.ts';

/** Changes a second, by whom they are for. */
export interface EventRates {
  user: number;
  office: number;
  broadcast: number;
}

export interface EventMaker {
  /** Committed since the last call, how long the commits took, and transactions that failed, by why. */
  take(): { committed: EventRates; failed: Record<string, number>; commits: Tally };
  /** Times the rates, from now on. */
  factor: number;
  /** What should have been committed by now. */
  due(): EventRates;
  /** Nothing more begins; resolves when what was begun is done. */
  stop(): Promise<void>;
}

/** User events that one transaction carries: a third of each kind. */
const TOGETHER = 6;
const TICK_MS = 20;
/** Transactions under way at once at most: behind a database that is away they must not pile up. */
const MOST_AT_ONCE = 24;
/** Of an office's, which wait for each other and for its agents: the others need room beside them. */
const OFFICE_AT_ONCE = 4;

/**
 * Changes real rows and tells of them as the use-cases do, `appendOutbox` last in the transaction, so many a second: a field of a document
 * corrected, a payment asked about, a notice made; what an office's board says; the ways to pay. Late, it makes up for it.
 */
export function startEvents(deps: {
  db: Db;
  people: LoadPeople;
  rates: EventRates;
  timeZone: string;
  logger: Logger;
}): EventMaker {
  const { db, people, rates, timeZone } = deps;
  const notifier = createOutboxNotifier({
    notify: () => db.execute(sql`select pg_notify(${OUTBOX_CHANNEL}, '')`),
    logger: deps.logger,
  });
  const none = (): EventRates => ({ user: 0, office: 0, broadcast: 0 });
  let [committed, failed, commits] = [none(), {} as Record<string, number>, {} as Tally];
  const begun = none();
  const began = performance.now();
  const running = new Set<Promise<void>>();
  let [next, serial, atOffices] = [0, 0, 0];
  /** A country that is used again has been told of the first before. */
  const run = Date.now();
  /** Those that another transaction does not hold: in turn. */
  const nextCitizens = (count: number): LoadCitizen[] =>
    Array.from(
      { length: Math.min(count, people.citizens.length) },
      () => people.citizens[next++ % people.citizens.length] as LoadCitizen,
    );

  async function userEvents(citizens: readonly LoadCitizen[]): Promise<void> {
    serial += 1;
    const kinds = [0, 1, 2].map((kind) => citizens.filter((_, index) => index % 3 === kind));
    const [readers = [], payers = [], told = []] = kinds;
    const at = new Date();
    await db.transaction(async (tx) => {
      if (readers.length > 0) {
        await tx.execute(sql`update document_fields set corrected = ${`${serial} TBA`}, corrected_at = ${at.toISOString()}
          where id = any(${sql.param(readers.map(({ fieldId }) => fieldId))}::uuid[])`);
        await tx.execute(sql`update documents set version = version + 1, updated_at = ${at.toISOString()}
          where id = any(${sql.param(readers.map(({ documentId }) => documentId))}::uuid[])`);
      }
      if (payers.length > 0) {
        await tx.execute(sql`update payment_intents set version = version + 1, checks = checks + 1, updated_at = ${at.toISOString()},
          state = case state when 'pending' then 'unknown' else 'pending' end
          where id = any(${sql.param(payers.map(({ paymentId }) => paymentId))}::uuid[])`);
      }
      const made = await insertNotices(
        tx,
        told.map(({ userId, paymentId }) => ({
          userId,
          eventKey: `load-${run}-${serial}`,
          content: { kind: 'payment_expired', params: { paymentId, amount: 100_000, currency: 'MGA', items: [] } },
        })),
        at,
      );
      const payments = paymentsTold(payers.map(({ paymentId }) => paymentId));
      const entries: OutboxEntry[] = [
        ...readers.map(({ documentId }): OutboxEntry => ({
          name: 'document.corrected',
          payload: { documentId },
          changes: [
            topicChange('document', topicOf('document', documentId), async (inner) => ({
              owner: await documentView(inner, documentId),
            })),
          ],
        })),
        ...payers.map(({ paymentId }): OutboxEntry => ({
          name: 'payment.unknown',
          payload: { paymentId },
          changes: [payments.change(paymentId)],
        })),
        ...told.map(({ userId }, index): OutboxEntry => ({
          name: 'notice.created',
          payload: { noticeIds: [made[index]?.id ?? ''] },
          changes: [notificationsChange(userId)],
        })),
      ];
      await appendOutboxRows(tx, entries);
    });
  }

  async function officeEvent(): Promise<void> {
    serial += 1;
    const officeId = people.offices[serial % people.offices.length] ?? '';
    const [now, text] = [new Date(), `Guichet ${serial}`];
    await db.transaction(async (tx) => {
      await saveMessage(tx, officeId, { fr: text, en: text });
      await appendOutbox(tx, 'office.changed', { officeId }, officeChanges(officeId, civilDate(now, timeZone), now));
    });
  }

  const broadcast = (): Promise<void> =>
    db.transaction((tx) =>
      appendOutbox(tx, 'channels.changed', {}, [
        topicChange('channels', topicOf('channels'), async (inner) => ({ public: await readChannelsView(inner) })),
      ]),
    );

  function begin(kind: keyof EventRates, count: number, work: () => Promise<void>): void {
    begun[kind] += count;
    const at = performance.now();
    const one = work().then(
      () => {
        committed[kind] += count;
        note(commits, performance.now() - at);
        notifier.wake();
      },
      (error: unknown) => {
        // Not committed: it is made up for, like everything that is late.
        begun[kind] -= count;
        const why = `${kind}, ${reasonOf(error)}`;
        failed[why] = (failed[why] ?? 0) + 1;
      },
    );
    running.add(one);
    void one.finally(() => running.delete(one));
  }

  let [factor, lookedAt] = [1, began];
  const due = none();
  const timer = setInterval(() => {
    const now = performance.now();
    for (const kind of Object.keys(due) as (keyof EventRates)[]) due[kind] += ((now - lookedAt) / 1_000) * rates[kind] * factor;
    lookedAt = now;
    const late = (kind: keyof EventRates): number => Math.floor(due[kind]) - begun[kind];
    while (late('broadcast') >= 1 && running.size < MOST_AT_ONCE) begin('broadcast', 1, broadcast);
    while (people.offices.length > 0 && late('office') >= 1 && running.size < MOST_AT_ONCE && atOffices < OFFICE_AT_ONCE) {
      atOffices += 1;
      begin('office', 1, () => officeEvent().finally(() => (atOffices -= 1)));
    }
    while (late('user') >= TOGETHER && running.size < MOST_AT_ONCE) {
      const citizens = nextCitizens(TOGETHER);
      begin('user', citizens.length, () => userEvents(citizens));
    }
  }, TICK_MS);

  return {
    take() {
      const taken = { committed, failed, commits };
      [committed, failed, commits] = [none(), {}, {}];
      return taken;
    },
    get factor() {
      return factor;
    },
    set factor(times) {
      factor = times;
    },
    due: () => ({ ...due }),
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
    },
  };
}

/** What was wrong in one line, the same for all that are: a query's own error rather than what it was about. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const line = String(cause).replaceAll(/\s+/g, ' ');
  return line.replaceAll(/[0-9a-f-]{36}/g, '…').slice(0, 200);
}
