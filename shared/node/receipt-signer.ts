import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

/** The one who can sign receipts: holds a private key, so it lives in the workers that post payments and nowhere else (ADR 007). */
export interface ReceiptSigner {
  keyId: string;
  /** Raw Ed25519 public key, 32 bytes, base64url. */
  publicKey: string;
  /** Signs a text (Ed25519, RFC 8032): 64 bytes, base64url. */
  sign(text: string): string;
}

/** What stands before the 32 bytes of a private and of a public Ed25519 key in their DER forms (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The form of the setting: the key's name, a colon, its 32 secret bytes (base64url). */
export const RECEIPT_KEY_FORM = /^[a-z0-9-]{1,20}:[A-Za-z0-9_-]{43}$/;

/** Makes a signer of the setting RECEIPT_SIGNING_KEY. Throws when it has another form. */
export function createReceiptSigner(setting: string): ReceiptSigner {
  if (!RECEIPT_KEY_FORM.test(setting)) throw new Error('a receipt key is <name>:<32 bytes, base64url>');
  const [keyId = '', seed = ''] = setting.split(':');
  const der = Buffer.concat([PRIVATE_PREFIX, Buffer.from(seed, 'base64url')]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length);
  return {
    keyId,
    publicKey: raw.toString('base64url'),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
  };
}

/** Whether a signature is that of a text under a public key (raw, base64url). */
export function verifyReceipt(publicKey: string, text: string, signature: string): boolean {
  const der = Buffer.concat([PUBLIC_PREFIX, Buffer.from(publicKey, 'base64url')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}
