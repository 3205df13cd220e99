import type { Db } from '#db/connect.ts';
import { takeNoticeSource } from '#db/notice-sources.repository.ts';
import type { NoticeSource } from '#shared/contracts/notices.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { createNotices } from './create-notices.ts';
import { noticesOf } from './notice-sources.ts';

export interface DeliveriesDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
}

export interface DeliveriesService {
  /**
   * Tells of an event, once for ever: notices, messages and what moves the bells are one transaction, which the first run alone makes.
   * `eventId` is that of the event's outbox row. Answers how many notices were made.
   */
  deliver(eventId: string, source: NoticeSource): Promise<number>;
}

export function createDeliveriesService({ db, notifier, clock }: DeliveriesDeps): DeliveriesService {
  return {
    async deliver(eventId, source) {
      const made = await db.transaction(async (tx) => {
        const at = clock();
        if (!(await takeNoticeSource(tx, eventId, at))) return 0;
        return createNotices(tx, await noticesOf(tx, eventId, source, at), { at });
      });
      if (made > 0) notifier.wake();
      return made;
    },
  };
}
