import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#shared/contracts/errors.ts';
import type { SignedText, VerificationKeys } from '#shared/contracts/receipts.ts';
import { qrText, receiptText } from '#shared/domain/payments/receipt-text.ts';
import { entryOf, revocationListText } from '#shared/domain/payments/revocation-list.ts';
import { nobleReceiptCrypto } from './noble-crypto.ts';
import { createVerifier, type Verifier } from './verifier.svelte.ts';
import type { Kept } from './verifier-store.ts';

const signerOf = (keyId: string, fill: number) => {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, fill)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(12).toString('base64url');
  const signed = (text: string): string => sign(null, Buffer.from(text), key).toString('base64url');
  return { keyId, publicKey, sign: signed };
};
const ours = signerOf('a', 1);
const next = signerOf('b', 2);
const NOW = new Date('2026-03-02T10:00:00Z');
const reference = 'ABCDEFGHJKLMNPQRSTUV';

function receipt(by = ours): string {
  const text = receiptText({
    keyId: by.keyId,
    reference,
    plate: '1234TAB',
    validUntil: '2026-12-31',
    amount: 1,
    currency: 'MGA',
  });
  return qrText(text, by.sign(text));
}
function listAt(time: string, revoked: readonly string[], by = ours): SignedText {
  const issuedAt = new Date(time);
  const entries = revoked.map((one) => entryOf(createHash('sha256').update(one).digest()));
  const text = revocationListText({ keyId: by.keyId, issuedAt, nextIssueAt: issuedAt, entries });
  return { text, signature: by.sign(text) };
}
const key = ({ keyId, publicKey }: typeof ours, revokedAt: string | null = null): VerificationKeys['keys'][number] => ({
  ...{ keyId, publicKey, revokedAt },
  retiredAt: null,
});

/** What the platform answers; absent: no network. */
let platform: { keys: VerificationKeys['keys']; list?: unknown } | null;
let kept: Kept | null;
const make = (): Verifier =>
  createVerifier({
    crypto: nobleReceiptCrypto,
    store: { read: async () => kept, write: async (given) => void (kept = given) },
    get: async (path) => {
      if (!platform) throw new AppError('UNAVAILABLE');
      if (path === '/api/verify/keys') return { keys: platform.keys, asOf: NOW.toISOString() };
      if (path === '/api/verify/revocations' && platform.list) return platform.list;
      throw new AppError(path.startsWith('/api/verify/receipts') ? 'RECEIPT_NOT_FOUND' : 'UNAVAILABLE');
    },
    country: async () => 'MG',
    defaultCountry: 'MG',
    now: () => NOW,
  });
const kindOf = async (verifier: Verifier, qr = receipt()): Promise<string> => (await verifier.judge(qr)).kind;

beforeEach(() => {
  kept = null;
  platform = { keys: [key(ours)], list: listAt('2026-03-02T09:00:00Z', []) };
});

describe('what a device keeps', () => {
  it('judges at the next opening, without a network', async () => {
    const first = make();
    expect(await kindOf(first)).toBe('unknown_key');
    await first.refresh();
    expect([first.refreshed, await kindOf(first)]).toEqual(['fine', 'genuine']);
    platform = null;
    const second = make();
    await second.load();
    await second.refresh();
    expect([second.refreshed, await kindOf(second)]).toEqual(['failed', 'genuine']);
  });

  it('is never put back to an older list', async () => {
    platform = { keys: [key(ours)], list: listAt('2026-03-02T09:30:00Z', [reference]) };
    const verifier = make();
    await verifier.refresh();
    expect(await kindOf(verifier)).toBe('revoked');
    platform = { keys: [key(ours)], list: listAt('2026-03-02T09:00:00Z', []) };
    await verifier.refresh();
    expect(await kindOf(verifier)).toBe('revoked');
    const later = make();
    await later.load();
    expect(await kindOf(later)).toBe('revoked');
  });

  it.each([
    ['of nobody’s key', () => listAt('2026-03-02T09:30:00Z', [], signerOf('a', 9))],
    ['of a key that it does not know', () => listAt('2026-03-02T09:30:00Z', [], next)],
  ])('is not a list %s: the one it has stays', async (_what, forged) => {
    platform = { keys: [key(ours)], list: listAt('2026-03-02T09:00:00Z', [reference]) };
    const verifier = make();
    await verifier.refresh();
    platform = { keys: [key(ours)], list: forged() };
    await verifier.refresh();
    expect([verifier.refreshed, await kindOf(verifier)]).toEqual(['untrusted', 'revoked']);
  });

  it('is not what some other network answers in the platform’s place', async () => {
    const verifier = make();
    await verifier.refresh();
    const before = kept;
    platform = { keys: 'Welcome to the hotel' as unknown as VerificationKeys['keys'] };
    await verifier.refresh();
    expect([verifier.refreshed, kept, await kindOf(verifier)]).toEqual(['failed', before, 'genuine']);
  });

  it('takes new keys although no list comes, and lets go of a list whose key was revoked', async () => {
    const verifier = make();
    await verifier.refresh();
    platform = { keys: [key(ours, '2026-03-02T09:45:00.000Z'), key(next)] };
    await verifier.refresh();
    expect(verifier.list).toBeNull();
    expect([await kindOf(verifier), await kindOf(verifier, receipt(next))]).toEqual(['key_revoked', 'list_too_old']);
    platform.list = listAt('2026-03-02T09:50:00Z', [], next);
    await verifier.refresh();
    expect([await kindOf(verifier), await kindOf(verifier, receipt(next))]).toEqual(['key_revoked', 'genuine']);
  });
});

it('the register: what it does not have is null; that it cannot be asked is told', async () => {
  const verifier = make();
  expect(await verifier.ask(reference)).toBeNull();
  platform = null;
  await expect(verifier.ask(reference)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
