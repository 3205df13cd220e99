import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { z } from 'zod';
import type { PhoneRegion } from './countries/country.ts';

/** An address that a person signs in with, in its normal form: e-mail in lower case, phone in E.164. */
export type Contact = { channel: 'email'; value: string } | { channel: 'sms'; value: string };

const Email = z.email().max(254);

/**
 * Brings what was typed to its normal form. A phone number without a country code is understood in `region`.
 * Null when it is neither an e-mail address nor a possible phone number.
 */
export function normaliseContact(typed: string, region: PhoneRegion): Contact | null {
  const text = typed.normalize('NFKC').trim();
  if (text.includes('@')) {
    const email = Email.safeParse(text.toLowerCase());
    return email.success ? { channel: 'email', value: email.data } : null;
  }
  // Letters never make a phone number here ("1-800-FLOWERS" is not how people here write one).
  if (/\p{L}/u.test(text)) return null;
  const phone = parsePhoneNumberFromString(text, region);
  return phone?.isValid() ? { channel: 'sms', value: phone.number } : null;
}

/** A number in E.164 as people read it, with its country's code; as it is when it is none. */
export const phoneText = (number: string): string => parsePhoneNumberFromString(number)?.formatInternational() ?? number;
