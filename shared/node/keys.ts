import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** What the one secret of identity (`AUTH_SECRET`) is used for. Each purpose has a key of its own, so that none tells of another. */
export type KeyPurpose =
  | 'session-cookie'
  | 'sign-up-code'
  | 'message-params'
  | 'limit-keys'
  | 'payment-callbacks'
  | 'ticket-passes'
  | 'wall-passes'
  | 'unsubscribe'
  | 'known-browsers'
  | 'second-factor'
  | 'backup-codes'
  | 'report-links'
  | 'transfer-code';

/** What the secret of a second step is bound to: sealed for one person, it opens for no other. */
export const secondFactorContext = (userId: string): string => `second-factor ${userId}`;

/** A 32-byte key derived from the secret (HKDF-SHA256, RFC 5869). The same secret and purpose give the same key in every process. */
export function deriveKey(secret: string, purpose: KeyPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'vignette', purpose, 32));
}

/** HMAC-SHA256 of a text, for values that must be recognised and never read back (one-time codes, addresses in limits). */
export function keyedHash(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** Compares two texts in a time that does not depend on where they differ. */
export function constantTimeEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Encrypts a short text (AES-256-GCM, a random 96-bit nonce each time): `nonce.tag.ciphertext`, base64url.
 * `context` is bound to it: a sealed text moved to another row does not open.
 */
export function sealText(key: Buffer, text: string, context: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return [nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url')).join('.');
}

/** Opens what `sealText` made. Throws when key or context differ, or the text was changed. */
export function openText(key: Buffer, sealed: string, context: string): string {
  const [nonce, tag, body] = sealed.split('.').map((part) => Buffer.from(part, 'base64url'));
  if (!nonce || !tag || !body) throw new Error('a sealed text has three parts');
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
    .setAAD(Buffer.from(context))
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
}
