import { describe, expect, it } from 'vitest';
import { createSessionCookie } from './session-cookie.ts';

const token = `${crypto.randomUUID()}abcdefghijklmnopqrstuvwxyzABCDEF`;
const sent = (setCookie: string): string => setCookie.split(';')[0] ?? '';

describe('the session cookie', () => {
  const https = createSessionCookie({ publicOrigin: 'https://vignette.example', key: 'one' });

  it('on https is bound to its host', () => {
    expect(https.issue(token)).toMatch(/^__Host-vignette=\S+; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    expect(https.clear()).toBe('__Host-vignette=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure');
  });

  it('on plain http has a name of the stack’s own, for cookies ignore ports', () => {
    const names = ['http://localhost:4870', 'http://localhost:4871'].map(
      (publicOrigin) => createSessionCookie({ publicOrigin, key: 'one' }).name,
    );
    expect(names[0]).toMatch(/^vignette-[0-9a-f]{8}$/);
    expect(names[0]).not.toBe(names[1]);
  });

  it('is read back, among others', () => {
    const read = https.read(`a=b; ${sent(https.issue(token))};c=d`);
    expect(read).toEqual({ token, sessionId: token.slice(0, 36) });
  });

  it('signed with another key, changed or malformed is none', () => {
    const other = createSessionCookie({ publicOrigin: 'https://vignette.example', key: 'two' });
    const good = sent(https.issue(token));
    const name = '__Host-vignette=';
    for (const header of [
      sent(other.issue(token)),
      good.replace(token.slice(0, 8), '00000000'),
      `${name}${token}`,
      `${name}.`,
      `${name}%E0%A4%A`,
      `x${good}`,
      name,
      '',
      undefined,
      sent(https.issue('no-session-id-at-the-start-of-this-token-at-all')),
    ]) {
      expect(https.read(header)).toBeNull();
    }
  });
});
