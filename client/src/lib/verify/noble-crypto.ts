import { hashes, verify } from '@noble/ed25519';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import type { ReceiptCrypto } from '#shared/domain/payments/verdict.ts';
import { bytesOf } from './base64url.ts';

// Nothing of the browser's own is asked for: a page without a safe connection has not even its hashes.
hashes.sha512 = sha512;

/** Ed25519 and SHA-256 in plain code, for browsers that do not know them. By the letter of RFC 8032, as the browsers' own. */
export const nobleReceiptCrypto: ReceiptCrypto = {
  async verify(publicKey, text, signature) {
    try {
      return verify(bytesOf(signature), new TextEncoder().encode(text), bytesOf(publicKey), { zip215: false });
    } catch {
      return false;
    }
  },
  digest: async (text) => sha256(new TextEncoder().encode(text)),
};
