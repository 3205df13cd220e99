import { randomUUID } from 'node:crypto';
import type { Tx } from '#db/connect.ts';
import { insertMessages, type NewMessage } from '#db/messages.repository.ts';
import { findAddressees } from '#db/notice-preferences.repository.ts';
import { insertNotices, type NewNotice } from '#db/notices.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { channelsOf } from '#shared/domain/notices/channels.ts';
import { notificationsChange } from './notice-events.ts';

/** Outbox rows that carry messages in bulk stay readable. */
const MESSAGES_A_ROW = 500;

/**
 * Tells people of something, in the caller's transaction and as its last thing: in the app, and by the channels that they want. What they
 * were told before is left out: calling it twice adds nothing. `bulk`: one of thousands, which may wait. Answers how many were new.
 */
export async function createNotices(tx: Tx, list: readonly NewNotice[], options: { at: Date; bulk?: boolean }): Promise<number> {
  const made = await insertNotices(tx, list, options.at);
  if (made.length === 0) return 0;
  const fresh = made.flatMap(({ id, index }) => {
    const notice = list[index];
    return notice ? [{ id, ...notice }] : [];
  });
  const people = new Map(
    (
      await findAddressees(
        tx,
        fresh.map(({ userId }) => userId),
      )
    ).map((person) => [person.userId, person]),
  );
  const messages = fresh.flatMap(({ id: noticeId, userId, content, inAppOnly }): NewMessage[] => {
    const person = people.get(userId);
    if (!person || inAppOnly) return [];
    return channelsOf(content.kind, person, person.preferences).flatMap((channel) => {
      const recipient = channel === 'email' ? person.email : person.phone;
      if (recipient === null) return [];
      const { locale } = person;
      return [
        { id: randomUUID(), channel, recipient, locale, template: 'notice', params: {}, noticeId, bulk: options.bulk ?? false },
      ];
    });
  });
  await insertMessages(tx, messages);
  await tellOfMessages(tx, messages, options.bulk ?? false);
  const users = [...new Set(fresh.map(({ userId }) => userId))];
  await appendOutbox(tx, 'notice.created', { noticeIds: fresh.map(({ id }) => id) }, users.map(notificationsChange));
  return fresh.length;
}

async function tellOfMessages(tx: Tx, messages: readonly NewMessage[], bulk: boolean): Promise<void> {
  const ids = messages.flatMap(({ id }) => (id ? [id] : []));
  if (!bulk) {
    for (const messageId of ids) await appendOutbox(tx, 'message.requested', { messageId });
    return;
  }
  for (let start = 0; start < ids.length; start += MESSAGES_A_ROW) {
    await appendOutbox(tx, 'message.requested_in_bulk', { messageIds: ids.slice(start, start + MESSAGES_A_ROW) });
  }
}
