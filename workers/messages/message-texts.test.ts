import { describe, expect, it } from 'vitest';
import type { AccountMessage } from '#shared/contracts/messages.ts';
import { ACCOUNT_TEXTS } from './account-texts.ts';
import { MESSAGE_TEXTS } from './message-texts.ts';
import { emailBodies } from './render-message.ts';

const facts = { code: '042917', origin: 'https://vignette.example' };
const texts = (['fr', 'en'] as const).flatMap((locale) => [
  { name: 'sign_up_code', locale, text: MESSAGE_TEXTS.sign_up_code[locale](facts) },
  { name: 'account_exists', locale, text: MESSAGE_TEXTS.account_exists[locale](facts) },
  ...(Object.keys(ACCOUNT_TEXTS) as AccountMessage[]).map((name) => ({ name, locale, text: ACCOUNT_TEXTS[name][locale](facts) })),
]);
/** Letters of GSM 03.38 that these texts may use: with any other an SMS has 70 letters instead of 160. */
const GSM = /^[A-Za-z0-9 àèéùìòÉÇÄÖÑÜäöñü@£$¥_!"#%&'()*+,\-./:;<=>?\n]*$/;

describe.each(texts)('$name in $locale', ({ text, locale }) => {
  it('fits one SMS of plain letters', () => {
    expect(text.sms).toMatch(GSM);
    expect(text.sms.length).toBeLessThanOrEqual(160);
  });

  it('has a subject, and the same words in both bodies', () => {
    expect(text.subject.length).toBeGreaterThan(10);
    const bodies = emailBodies(text, locale);
    for (const paragraph of text.paragraphs) expect(bodies.text).toContain(paragraph);
    expect(bodies.html).toContain(`lang="${locale}"`);
    expect(bodies.html).not.toMatch(/<(img|script|link)/);
  });
});

it('escapes what is put into HTML', () => {
  expect(emailBodies({ subject: '<b>', paragraphs: ['a < b & "c"'], sms: '' }, 'fr').html).toContain(
    'a &lt; b &amp; &quot;c&quot;',
  );
});
