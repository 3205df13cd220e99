import { AppError } from '#shared/contracts/errors.ts';
import type { Contact } from '#shared/domain/contact.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

/** Shortest run of one character, or of characters in alphabet, number or keyboard order, that makes a whole password weak. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiopasdfghjklzxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  'aqwzsxedcrfvtgbyhnujm',
];

/**
 * Refuses passwords that are guessed first (NIST SP 800-63B: no composition rules, but a list of common ones, and not the person's
 * own address). Throws PASSWORD_TOO_WEAK with the reason.
 */
export function checkPassword(password: string, contact: Contact | null): void {
  const text = password.normalize('NFKC').toLowerCase();
  if (COMMON_PASSWORDS.has(text) || COMMON_PASSWORDS.has(text.replace(/[\d!.?*@#$_-]+$/, ''))) throw weak('common');
  if (isRun(text)) throw weak('sequence');
  if (contact && [contact.value, contact.value.split('@')[0] ?? '', contact.value.replace(/^\+\d{2,3}/, '0')].includes(text))
    throw weak('own-address');
}

const weak = (reason: string): AppError => new AppError('PASSWORD_TOO_WEAK', { reason });

function isRun(text: string): boolean {
  if (new Set(text).size <= 2) return true;
  const backwards = [...text].toReversed().join('');
  return ROWS.some((row) => (row + row).includes(text) || (row + row).includes(backwards));
}
