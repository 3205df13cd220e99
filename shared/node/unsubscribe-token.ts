import { createHmac, timingSafeEqual } from 'node:crypto';
import { NoticeChannel, PREFERENCE_CATEGORIES, type PreferenceCategory } from '#shared/contracts/notices.ts';

/** What an unsubscribe link stands for. */
export interface UnsubscribeOrder {
  userId: string;
  category: PreferenceCategory;
  channel: NoticeChannel;
}

const CHANNELS = NoticeChannel.options;
const VERSION = 1;
/** Version, user, category, channel; then 16 bytes of HMAC-SHA256. */
const BODY = 1 + 16 + 1 + 1;
const TAG = 16;

/**
 * Tokens of unsubscribe links: short, readable by nobody but made for one person, category and channel, and good for ever: a message may be
 * read years later. `key` is that of the purpose `unsubscribe`; whoever has a token can unsubscribe that person and nothing else.
 */
export function signUnsubscribe(key: Buffer, { userId, category, channel }: UnsubscribeOrder): string {
  const body = Buffer.concat([
    Buffer.from([VERSION]),
    Buffer.from(userId.replaceAll('-', ''), 'hex'),
    Buffer.from([PREFERENCE_CATEGORIES.indexOf(category), CHANNELS.indexOf(channel)]),
  ]);
  return Buffer.concat([body, tagOf(key, body)]).toString('base64url');
}

/** What a token stands for; null when it was not made with this key or was altered. */
export function readUnsubscribe(key: Buffer, token: string): UnsubscribeOrder | null {
  const bytes = Buffer.from(token, 'base64url');
  // Other spellings of the same bytes are no tokens of ours.
  if (bytes.length !== BODY + TAG || bytes.toString('base64url') !== token) return null;
  const body = bytes.subarray(0, BODY);
  if (!timingSafeEqual(bytes.subarray(BODY), tagOf(key, body)) || body[0] !== VERSION) return null;
  const [category, channel] = [PREFERENCE_CATEGORIES[body[17] ?? -1], CHANNELS[body[18] ?? -1]];
  if (!category || !channel) return null;
  const userId = body.toString('hex', 1, 17).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { userId, category, channel };
}

const tagOf = (key: Buffer, body: Buffer): Buffer => createHmac('sha256', key).update(body).digest().subarray(0, TAG);
