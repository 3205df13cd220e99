import type { PhoneRegion } from '#shared/domain/countries/country.ts';

export interface ReadPhone {
  /** E.164. */
  number: string;
  /** As people read it, with its country's code. */
  shown: string;
}

/** What was typed, read as the server will; null when it is no telephone's number. The reader is heavy: it comes when it is needed. */
export async function readPhone(typed: string, region: PhoneRegion): Promise<ReadPhone | null> {
  const { normaliseContact, phoneText } = await import('#shared/domain/contact.ts');
  const contact = normaliseContact(typed, region);
  return contact?.channel === 'sms' ? { number: contact.value, shown: phoneText(contact.value) } : null;
}

const keyOf = (userId: string): string => `vignette-phone-${userId}`;

/** The telephone that this person last paid with on this device. */
export function rememberedPhone(userId: string): string | null {
  try {
    return localStorage.getItem(keyOf(userId));
  } catch {
    return null;
  }
}

export function rememberPhone(userId: string, phone: string): void {
  try {
    localStorage.setItem(keyOf(userId), phone);
  } catch {
    // Without a store it is typed again.
  }
}
