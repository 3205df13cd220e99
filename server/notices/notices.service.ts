import type { Db } from '#db/connect.ts';
import { findAddressee, lockPreferences, savePreferences } from '#db/notice-preferences.repository.ts';
import { isOwnNotice, listNotices, markNoticesRead } from '#db/notices.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { NoticePage, NoticePreferences, NoticePreferencesView, Unsubscription } from '#shared/contracts/notices.ts';
import { without } from '#shared/domain/notices/channels.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { readUnsubscribe, type UnsubscribeOrder } from '#shared/node/unsubscribe-token.ts';
import { notificationsChange } from './notice-events.ts';

export interface NoticesDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  /** Key of the purpose `unsubscribe`. */
  unsubscribeKey: Buffer;
}

export interface NoticesService {
  /** Older ones than `before`, one of the person's own. @throws AppError NOT_FOUND */
  older(userId: string, before: string): Promise<NoticePage>;
  /** Marks one, or all (null), as read; what is read already stays so. @throws AppError NOT_FOUND */
  markRead(userId: string, noticeId: string | null): Promise<void>;
  preferences(userId: string): Promise<NoticePreferencesView>;
  setPreferences(userId: string, preferences: NoticePreferences): Promise<NoticePreferencesView>;
  /** What a link is about, without an account. @throws AppError LINK_INVALID */
  unsubscription(token: string): Promise<Unsubscription>;
  /** Does what the link says; a second time changes nothing. @throws AppError LINK_INVALID */
  unsubscribe(token: string): Promise<Unsubscription>;
}

export function createNoticesService({ db, notifier, clock, unsubscribeKey }: NoticesDeps): NoticesService {
  async function preferences(userId: string): Promise<NoticePreferencesView> {
    const found = await findAddressee(db, userId);
    if (!found) throw new AppError('NOT_FOUND');
    return { preferences: found.preferences, reachable: { email: found.email !== null, sms: found.phone !== null } };
  }

  /** The order of a token, of somebody who is still there. */
  async function orderOf(token: string): Promise<UnsubscribeOrder & { wanted: boolean }> {
    const order = readUnsubscribe(unsubscribeKey, token);
    const person = order && (await findAddressee(db, order.userId));
    if (!order || !person) throw new AppError('LINK_INVALID');
    return { ...order, wanted: person.preferences[order.category][order.channel] };
  }

  return {
    async older(userId, before) {
      if (!(await isOwnNotice(db, userId, before))) throw new AppError('NOT_FOUND');
      return listNotices(db, userId, before);
    },

    async markRead(userId, noticeId) {
      if (noticeId !== null && !(await isOwnNotice(db, userId, noticeId))) throw new AppError('NOT_FOUND');
      await db.transaction(async (tx) => {
        if ((await markNoticesRead(tx, userId, noticeId, clock())) === 0) return;
        await appendOutbox(tx, 'notice.read', { userId }, [notificationsChange(userId)]);
      });
      notifier.wake();
    },

    preferences,
    async setPreferences(userId, wanted) {
      await db.transaction((tx) => savePreferences(tx, userId, wanted, clock()));
      return preferences(userId);
    },

    async unsubscription(token) {
      const { category, channel, wanted } = await orderOf(token);
      return { category, channel, wanted };
    },

    async unsubscribe(token) {
      const { userId, category, channel } = await orderOf(token);
      await db.transaction(async (tx) => {
        const at = clock();
        await savePreferences(tx, userId, without(await lockPreferences(tx, userId, at), category, channel), at);
      });
      return { category, channel, wanted: false };
    },
  };
}
