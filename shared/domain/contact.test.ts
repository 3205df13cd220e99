import { describe, expect, it } from 'vitest';
import { normaliseContact } from './contact.ts';

describe('normaliseContact', () => {
  it.each([
    [' Hanta.Rabe@Example.MG ', { channel: 'email', value: 'hanta.rabe@example.mg' }],
    ['034 12 345 67', { channel: 'sms', value: '+261341234567' }],
    ['+261 34 12 345 67', { channel: 'sms', value: '+261341234567' }],
    ['00261341234567', { channel: 'sms', value: '+261341234567' }],
    ['+33 6 12 34 56 78', { channel: 'sms', value: '+33612345678' }],
    ['０３４１２３４５６７', { channel: 'sms', value: '+261341234567' }],
  ])('%j', (typed, contact) => expect(normaliseContact(typed, 'MG')).toEqual(contact));

  it('reads a number without its country code in the country’s own region', () => {
    expect(normaliseContact('0612345678', 'MA')).toEqual({ channel: 'sms', value: '+212612345678' });
    expect(normaliseContact('01 97 97 97 97', 'BJ')).toEqual({ channel: 'sms', value: '+2290197979797' });
  });

  it.each(['', 'hanta', '12', 'a@b', 'a b@example.mg', '+26134123456789', '1-800-FLOWERS', '@', 'x@@example.mg'])(
    'refuses %j',
    (typed) => expect(normaliseContact(typed, 'MG')).toBeNull(),
  );
});
