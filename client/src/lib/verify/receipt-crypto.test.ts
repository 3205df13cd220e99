import { createHash, generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ReceiptCrypto } from '#shared/domain/payments/verdict.ts';
import { nobleReceiptCrypto } from './noble-crypto.ts';
import { createReceiptCrypto, nativeReceiptCrypto } from './receipt-crypto.ts';

const hex = (text: string): string => Buffer.from(text, 'hex').toString('base64url');
/** RFC 8032, 7.1, tests 1 and 2: those whose message is a text. */
const VECTORS = [
  {
    publicKey: hex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
    text: '',
    signature: hex(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ),
  },
  {
    publicKey: hex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'),
    text: 'r',
    signature: hex(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ),
  },
  opensslVector('V1|2026-01|ABCDEFGHJKLMNPQRSTUV|1234TAB|2026-12-31|16500|MGA'),
  opensslVector('é – letters of more than one byte'),
];

function opensslVector(text: string): { publicKey: string; text: string; signature: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
  return {
    publicKey: raw.toString('base64url'),
    text,
    signature: sign(null, Buffer.from(text), privateKey).toString('base64url'),
  };
}

/** The order of the group: adding it to S makes another signature of the same text, which RFC 8032 refuses. */
const L = (1n << 252n) + 27742317777372353535851937790883648493n;
function malleated(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  let s = L;
  for (let at = 0; at < 32; at += 1) s += BigInt(bytes[32 + at] ?? 0) << BigInt(8 * at);
  for (let at = 0; at < 32; at += 1) bytes[32 + at] = Number((s >> BigInt(8 * at)) & 255n);
  return bytes.toString('base64url');
}

const native = await nativeReceiptCrypto(webcrypto.subtle as SubtleCrypto);
if (!native) throw new Error('this Node has no Ed25519 in WebCrypto');

describe.each<[string, ReceiptCrypto]>([
  ['the browser’s own', native],
  ['the library', nobleReceiptCrypto],
])('%s', (_name, crypto) => {
  it.each(VECTORS)('takes what was signed: $text', async ({ publicKey, text, signature }) => {
    expect(await crypto.verify(publicKey, text, signature)).toBe(true);
  });

  it.each(VECTORS)('refuses any other text, signature or key: $text', async ({ publicKey, text, signature }) => {
    expect(await crypto.verify(publicKey, `${text}x`, signature)).toBe(false);
    for (let bit = 0; bit < 512; bit += 7) {
      const bytes = Buffer.from(signature, 'base64url');
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await crypto.verify(publicKey, text, bytes.toString('base64url'))).toBe(false);
    }
    expect(await crypto.verify(publicKey, text, malleated(signature))).toBe(false);
    for (const other of VECTORS) {
      if (other.publicKey !== publicKey) expect(await crypto.verify(other.publicKey, text, signature)).toBe(false);
    }
  });

  it.each([
    ['', ''],
    ['AAAA', 'AAAA'],
    ['not base64 !', 'not base64 !'],
    [VECTORS[0]?.publicKey ?? '', 'A'.repeat(86)],
  ])('refuses what is no key or signature: %j', async (publicKey, signature) => {
    expect(await crypto.verify(publicKey, 'x', signature)).toBe(false);
  });

  it('hashes as OpenSSL does', async () => {
    for (const text of ['', 'ABCDEFGHJKLMNPQRSTUV', 'é']) {
      expect(Buffer.from(await crypto.digest(text)).toString('hex')).toBe(createHash('sha256').update(text).digest('hex'));
    }
  });
});

describe('a browser', () => {
  const subtle = webcrypto.subtle as SubtleCrypto;
  const unlike = (change: Partial<Record<'importKey' | 'verify', unknown>>): SubtleCrypto =>
    new Proxy(subtle, {
      get: (target, name: keyof SubtleCrypto) => change[name as 'verify'] ?? (target[name] as () => unknown).bind(target),
    });
  it.each([
    ['without WebCrypto', undefined],
    ['without Ed25519', unlike({ importKey: () => Promise.reject(new DOMException('', 'NotSupportedError')) })],
    ['that takes everything', unlike({ verify: async () => true })],
    ['that takes nothing', unlike({ verify: async () => false })],
  ])('%s is given the library', async (_what, given) => {
    expect(await nativeReceiptCrypto(given)).toBeNull();
    expect(given ? await createReceiptCrypto(given) : nobleReceiptCrypto).toBe(nobleReceiptCrypto);
  });
});
