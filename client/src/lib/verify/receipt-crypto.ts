import type { ReceiptCrypto } from '#shared/domain/payments/verdict.ts';
import { bytesOf } from './base64url.ts';

/** RFC 8032, 7.1, test 1: the empty text. What a browser says of it tells whether it knows Ed25519. */
const KNOWN = {
  publicKey: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  signature: '5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc-bRr0lv18FlbviRlUUFDjnoQCw',
};
const wrong = (signature: string): string => `B${signature.slice(1)}`;

/** WebCrypto's own Ed25519; null when this browser has none, or one that errs. */
export async function nativeReceiptCrypto(subtle: SubtleCrypto | undefined): Promise<ReceiptCrypto | null> {
  if (!subtle) return null;
  const native: ReceiptCrypto = {
    async verify(publicKey, text, signature) {
      try {
        const key = await subtle.importKey('raw', bytesOf(publicKey), { name: 'Ed25519' }, false, ['verify']);
        return await subtle.verify({ name: 'Ed25519' }, key, bytesOf(signature), new TextEncoder().encode(text));
      } catch {
        return false;
      }
    },
    digest: async (text) => new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(text))),
  };
  const [right, other] = [KNOWN.signature, wrong(KNOWN.signature)];
  const able = (await native.verify(KNOWN.publicKey, '', right)) && !(await native.verify(KNOWN.publicKey, '', other));
  return able ? native : null;
}

/** What this browser checks receipts with: its own code, or for older ones a library that is fetched then. */
export async function createReceiptCrypto(subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle): Promise<ReceiptCrypto> {
  const native = await nativeReceiptCrypto(subtle);
  if (native) return native;
  const { nobleReceiptCrypto } = await import('./noble-crypto.ts');
  return nobleReceiptCrypto;
}
