import { describe, expect, it } from 'vitest';
import { NOTICE_KINDS, NOTICE_RULES, type NoticePreferences } from '#shared/contracts/notices.ts';
import { channelsOf, DEFAULT_PREFERENCES, without } from './channels.ts';

const both = { email: 'hanta@example.mg', phone: '+261341234567' };
const nothing: NoticePreferences = {
  reminders: { email: false, sms: false },
  payments: { email: false, sms: false },
  documents: { email: false, sms: false },
};

describe('channels of a notice', () => {
  it('are those that the person wants and has', () => {
    expect(channelsOf('tax_due', both, DEFAULT_PREFERENCES)).toEqual(['email', 'sms']);
    expect(channelsOf('tax_due', { ...both, phone: null }, DEFAULT_PREFERENCES)).toEqual(['email']);
    expect(channelsOf('document_read', both, DEFAULT_PREFERENCES)).toEqual(['email']);
    expect(channelsOf('document_read', { ...both, email: null }, DEFAULT_PREFERENCES)).toEqual([]);
  });

  it('are none for who wants none, but for what the law asks for: one, e-mail first', () => {
    for (const kind of NOTICE_KINDS) {
      const { obligatory } = NOTICE_RULES[kind];
      expect(channelsOf(kind, both, nothing), kind).toEqual(obligatory ? ['email'] : []);
      expect(channelsOf(kind, { ...both, email: null }, nothing), kind).toEqual(obligatory ? ['sms'] : []);
    }
    expect(channelsOf('payment_succeeded', { email: null, phone: null }, DEFAULT_PREFERENCES)).toEqual([]);
  });

  it('security and money always come', () => {
    const always = NOTICE_KINDS.filter((kind) => NOTICE_RULES[kind].obligatory);
    expect(always).toEqual(
      expect.arrayContaining(['payment_succeeded', 'refund_paid', 'password_changed', 'sign_in_new_browser']),
    );
    expect(NOTICE_KINDS.filter((kind) => NOTICE_RULES[kind].category === 'security' && !NOTICE_RULES[kind].obligatory)).toEqual(
      [],
    );
    expect(NOTICE_KINDS.filter((kind) => NOTICE_RULES[kind].category === 'reminders' && NOTICE_RULES[kind].obligatory)).toEqual(
      [],
    );
  });
});

it('a link takes one category from one channel and leaves the rest', () => {
  expect(without(DEFAULT_PREFERENCES, 'reminders', 'email')).toEqual({
    ...DEFAULT_PREFERENCES,
    reminders: { email: false, sms: true },
  });
});
