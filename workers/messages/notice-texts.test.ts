import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NOTICE_KINDS, NOTICE_RULES, parseNotice, type NoticeContent, type NoticeParams } from '#shared/contracts/notices.ts';
import { COUNTRIES, COUNTRY_CODES } from '#shared/domain/countries/countries.ts';
import { pageOf } from '#shared/domain/notices/links.ts';
import { smsSegments } from '#shared/domain/notices/sms.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { readUnsubscribe } from '#shared/node/unsubscribe-token.ts';
import { emailBodies } from './render-message.ts';
import { renderNotice } from './render-notice.ts';

const id = randomUUID();
const userId = randomUUID();
const unsubscribeKey = deriveKey('a secret of the tests that is long enough', 'unsubscribe');
const PLATES = { MG: '1234TAB', MA: '12345A6', BJ: 'BR1234RB' };

/** One notice of each kind; `fleet` vehicles where there can be several. */
function samples(country: keyof typeof PLATES, fleet: number): { [K in NoticeContent['kind']]: NoticeContent & { kind: K } } {
  const vehicle = { plate: PLATES[country], country };
  const tax = { ...vehicle, fiscalYear: 2027 };
  const money = { amount: 1_234_500, currency: COUNTRIES[country].currency.code };
  const document = { documentId: id, vehicle };
  const items = Array.from({ length: fleet }, () => tax);
  const payment = { paymentId: id, ...money, items };
  const receipts = { ...payment, receipts: items.map(() => ({ reference: 'ABCDEFGH23456789JKLM', number: 'W3-2027-00001234' })) };
  const refund = { paymentId: id, refundId: id, ...money };
  const claim = { claimId: id, vehicleId: id, ...vehicle };
  const transfer = { transferId: id, vehicleId: id, ...vehicle };
  const alarm = { alarmId: id, subject: '', office: null, level: 'alarm' as const, value: 62.5, threshold: 20 };
  const reminder: NoticeParams<'tax_overdue'> = {
    ...{ fiscalYear: 2027, dueDate: '2027-03-31', ...money },
    ...{ vehicleCount: fleet, vehicles: items.map(() => vehicle).slice(0, 20) },
  };
  return {
    document_read: { kind: 'document_read', params: document },
    document_needs_photo: { kind: 'document_needs_photo', params: document },
    document_failed: { kind: 'document_failed', params: document },
    document_review_corrected: {
      kind: 'document_review_corrected',
      params: { ...document, fields: ['fiscal_power', 'first_registration'] },
    },
    document_photo_asked: { kind: 'document_photo_asked', params: { ...document, reason: 'other_document' } },
    payment_succeeded: { kind: 'payment_succeeded', params: receipts },
    payment_confirmed_late: { kind: 'payment_confirmed_late', params: receipts },
    payment_failed: { kind: 'payment_failed', params: { ...payment, failure: 'not_enough_funds' } },
    payment_expired: { kind: 'payment_expired', params: payment },
    refund_due: { kind: 'refund_due', params: payment },
    refund_approved: { kind: 'refund_approved', params: refund },
    refund_paid: { kind: 'refund_paid', params: refund },
    tax_due: { kind: 'tax_due', params: { ...reminder, daysBefore: 7 } },
    tax_overdue: { kind: 'tax_overdue', params: reminder },
    tax_paid_by_other: { kind: 'tax_paid_by_other', params: { ...tax, vehicleId: id } },
    claim_accepted: { kind: 'claim_accepted', params: claim },
    claim_refused: { kind: 'claim_refused', params: { ...claim, reason: 'La photo est trop floue pour lire le numéro.' } },
    vehicle_reassigned: { kind: 'vehicle_reassigned', params: claim },
    transfer_asked: { kind: 'transfer_asked', params: transfer },
    transfer_confirmed: { kind: 'transfer_confirmed', params: transfer },
    ticket_near: { kind: 'ticket_near', params: { ticketId: id, number: 'A012', office: 'Centre d’Analakely', minutes: 9 } },
    ticket_called: {
      kind: 'ticket_called',
      params: { ticketId: id, number: 'A012', office: 'Centre d’Analakely', counter: '3' },
    },
    appointment_near: {
      kind: 'appointment_near',
      params: { appointmentId: id, office: 'Centre d’Analakely', startsAt: '2027-03-02T07:30:00.000Z', code: '004219' },
    },
    sign_in_new_browser: { kind: 'sign_in_new_browser', params: { sessionId: id } },
    password_changed: { kind: 'password_changed', params: {} },
    email_changed: { kind: 'email_changed', params: {} },
    phone_changed: { kind: 'phone_changed', params: {} },
    alarm_opened: { kind: 'alarm_opened', params: { ...alarm, metric: 'till.variance', office: 'Centre d’Analakely' } },
    alarm_escalated: { kind: 'alarm_escalated', params: { ...alarm, metric: 'provider.failing', subject: 'mtn_momo' } },
  };
}

const cases = COUNTRY_CODES.flatMap((country) =>
  ([1, 14] as const).flatMap((fleet) =>
    (['fr', 'en'] as const).flatMap((locale) =>
      NOTICE_KINDS.map((kind) => ({ kind, locale, country, fleet, content: samples(country, fleet)[kind] })),
    ),
  ),
);

describe.each(cases)('$kind in $locale, $country, $fleet vehicles', ({ kind, locale, country, content }) => {
  // As long as an address of a ministry is.
  const deps = { origin: 'https://vignette.impots.mg', country: COUNTRIES[country], unsubscribeKey };
  const render = (channel: 'email' | 'sms') => renderNotice({ userId, content }, { channel, locale }, deps);

  it('is what the schema says, and comes back from the database as it was', () => {
    expect(parseNotice(JSON.parse(JSON.stringify(content)))).toEqual(content);
  });

  it('fits one SMS in the letters of a telephone, with its link', () => {
    const { sms } = render('sms');
    expect(sms.endsWith(` ${deps.origin}${pageOf(content)}`)).toBe(true);
    expect([smsSegments(sms), sms]).toEqual([1, sms]);
  });

  it('lacks nothing in the e-mail: subject, words, page, ways out', () => {
    const email = render('email');
    const { text, html } = emailBodies(email, locale);
    for (const one of [email.subject, text, html]) expect(one).not.toMatch(/undefined|null|NaN|\[object|Invalid/);
    expect(email.subject.length).toBeGreaterThan(10);
    expect(email.subject.length).toBeLessThanOrEqual(90);
    expect(text).toContain(`${deps.origin}${pageOf(content)}`);
    expect(html).toContain(`href="${deps.origin}${pageOf(content)}"`);
    expect(html).toContain(`lang="${locale}"`);
    expect(html).not.toMatch(/<(img|script|link)/);
    expect(html).toContain('/compte#avis');
    if (NOTICE_RULES[kind].obligatory) {
      expect(email.unsubscribe).toBeNull();
      expect(text).not.toContain('/api/unsubscribe/');
    } else {
      const token = email.unsubscribe?.split('/').at(-1) ?? '';
      const { category } = NOTICE_RULES[kind];
      expect(readUnsubscribe(unsubscribeKey, token)).toEqual({ userId, category, channel: 'email' });
      expect(text).toContain(email.unsubscribe);
    }
  });
});

it('an amount and the plates stand in what tells of money', () => {
  const deps = { origin: 'https://vignette.impots.mg', country: COUNTRIES.MG, unsubscribeKey };
  const { tax_due: due } = samples('MG', 14);
  const email = renderNotice({ userId, content: due }, { channel: 'email', locale: 'fr' }, deps);
  const text = email.paragraphs.join(' ').replace(/\s/gu, ' ');
  expect(text).toContain('1 234 500 Ar');
  expect(text).toContain('31 mars 2027');
  expect(text).toContain('1234 TAB, 1234 TAB');
  expect(text).toContain('+ 4');
  expect(text).toContain('vos 14 véhicules');
});
