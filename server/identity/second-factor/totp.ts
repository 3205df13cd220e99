import { randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const ISSUER = 'Vignette';
const STEP_SECONDS = 30;
/** Clocks differ: the step before and the step after the present one are taken as well (RFC 6238, 5.2). */
const DRIFT_STEPS = 1;
/** 160 bits, as long as the hash (RFC 4226, 4). */
const SECRET_BYTES = 20;

const totpOf = (secret: string, label = ''): TOTP =>
  // What every authenticator application understands: SHA-1, six digits, thirty seconds.
  new TOTP({ issuer: ISSUER, label, algorithm: 'SHA1', digits: 6, period: STEP_SECONDS, secret: Secret.fromBase32(secret) });

export const newSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

/** The address that an authenticator application reads from the QR code. */
export const enrolmentUri = (secret: string, label: string): string => totpOf(secret, label).toString();

/** The step whose code this is; null when it is none of those that are taken at `at`. */
export function stepOf(secret: string, code: string, at: Date): number | null {
  const delta = totpOf(secret).validate({ token: code, timestamp: at.getTime(), window: DRIFT_STEPS });
  return delta === null ? null : Math.floor(at.getTime() / 1000 / STEP_SECONDS) + delta;
}

/** Letters and digits that are not taken for each other. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A code on paper: fifty bits. */
export const newBackupCode = (): string => Array.from({ length: 10 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
/** As it is read and written down. */
export const shownBackupCode = (code: string): string => `${code.slice(0, 5)}-${code.slice(5)}`;
