import { describe, expect, it } from 'vitest';
import { constantTimeEqual, deriveKey, keyedHash, openText, sealText } from './keys.ts';

const key = deriveKey('the secret of this installation', 'message-params');

describe('keys', () => {
  it('differ by purpose and by secret, and are the same in every process', () => {
    expect(deriveKey('the secret of this installation', 'message-params')).toEqual(key);
    expect(deriveKey('the secret of this installation', 'sign-up-code')).not.toEqual(key);
    expect(deriveKey('another secret', 'message-params')).not.toEqual(key);
    expect(key).toHaveLength(32);
  });

  it('give hashes that need the key', () => {
    expect(keyedHash(key, '123456')).toBe(keyedHash(key, '123456'));
    expect(keyedHash(deriveKey('another secret', 'message-params'), '123456')).not.toBe(keyedHash(key, '123456'));
  });
});

describe('a sealed text', () => {
  it('opens with its key and its context only', () => {
    const sealed = sealText(key, '042917', 'message 1');
    expect(openText(key, sealed, 'message 1')).toBe('042917');
    expect(() => openText(key, sealed, 'message 2')).toThrow();
    expect(() => openText(deriveKey('another secret', 'message-params'), sealed, 'message 1')).toThrow();
    expect(sealText(key, '042917', 'message 1')).not.toBe(sealed);
  });

  it('that was changed or cut does not open', () => {
    const [nonce = '', tag = '', body = ''] = sealText(key, '042917', 'm').split('.');
    const flipped = Buffer.from(body, 'base64url');
    flipped[0] = (flipped[0] ?? 0) ^ 1;
    for (const sealed of [
      `${nonce}.${tag}.${flipped.toString('base64url')}`,
      `${nonce}.${tag.slice(0, 8)}.${body}`,
      `${nonce}.${tag}`,
      '',
    ]) {
      expect(() => openText(key, sealed, 'm')).toThrow();
    }
  });
});

it('compares texts of any length', () => {
  expect(constantTimeEqual('abc', 'abc')).toBe(true);
  expect(constantTimeEqual('abc', 'abd')).toBe(false);
  expect(constantTimeEqual('abc', 'abcd')).toBe(false);
});
