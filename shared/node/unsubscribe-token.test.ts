import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NoticeChannel, PREFERENCE_CATEGORIES } from '#shared/contracts/notices.ts';
import { deriveKey } from './keys.ts';
import { readUnsubscribe, signUnsubscribe } from './unsubscribe-token.ts';

const key = deriveKey('a secret of the tests that is long enough', 'unsubscribe');
const order = { userId: randomUUID(), category: 'reminders', channel: 'email' } as const;

describe('an unsubscribe token', () => {
  it('says for whom, what and by which channel', () => {
    for (const category of PREFERENCE_CATEGORIES)
      for (const channel of NoticeChannel.options) {
        const one = { ...order, category, channel };
        expect(readUnsubscribe(key, signUnsubscribe(key, one))).toEqual(one);
      }
  });

  it('is refused when one bit of it is another, it is cut, spelt otherwise, or of another key', () => {
    const token = signUnsubscribe(key, order);
    const bytes = Buffer.from(token, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(readUnsubscribe(key, flipped.toString('base64url'))).toBeNull();
    }
    for (const other of ['', '-', token.slice(1), `${token}A`, `${token}=`, 'é'.repeat(47)])
      expect(readUnsubscribe(key, other)).toBeNull();
    expect(readUnsubscribe(deriveKey('another secret that is long enough too', 'unsubscribe'), token)).toBeNull();
  });
});
