import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RegisterAnswer, VerificationKey } from '#shared/contracts/receipts.ts';
import { createReceiptSigner, verifyReceipt } from '#shared/node/receipt-signer.ts';
import { parseQrText, qrText, receiptText, type ReceiptFacts } from './receipt-text.ts';
import { entryOf, LIST_GOOD_FOR_MS, parseRevocationList, revocationListText, type RevocationList } from './revocation-list.ts';
import { judgeReceipt, openRevocationList, withRegister, type ReceiptCrypto, type VerifierState } from './verdict.ts';

const crypto: ReceiptCrypto = {
  verify: async (publicKey, text, signature) => verifyReceipt(publicKey, text, signature),
  digest: async (text) => createHash('sha256').update(text).digest(),
};
const signer = createReceiptSigner(`2026-01:${Buffer.alloc(32, 7).toString('base64url')}`);
const thief = createReceiptSigner(`2026-01:${Buffer.alloc(32, 8).toString('base64url')}`);
const key: VerificationKey = { keyId: signer.keyId, publicKey: signer.publicKey, retiredAt: null, revokedAt: null };
const now = new Date('2026-03-02T10:00:00Z');
const facts: ReceiptFacts = {
  keyId: '2026-01',
  reference: 'ABCDEFGHJKLMNPQRSTUV',
  plate: '1234TAB',
  validUntil: '2026-12-31',
  amount: 16_500,
  currency: 'MGA',
};
const signed = (given: Partial<ReceiptFacts> = {}, by = signer): string => {
  const text = receiptText({ ...facts, ...given });
  return qrText(text, by.sign(text));
};
const entry = (reference: string): string => entryOf(createHash('sha256').update(reference).digest());
const listOf = (references: readonly string[], issuedAt = new Date('2026-03-02T09:30:00Z')): RevocationList => ({
  keyId: signer.keyId,
  issuedAt,
  nextIssueAt: new Date(issuedAt.getTime() + 3600_000),
  entries: new Set(references.map(entry)),
});
const state = (given: Partial<VerifierState> = {}): VerifierState => ({
  keys: [key],
  list: listOf([]),
  now,
  timeZone: 'Indian/Antananarivo',
  ...given,
});
const kind = async (qr: string, given: Partial<VerifierState> = {}): Promise<string> =>
  (await judgeReceipt(qr, state(given), crypto)).kind;

describe('a receipt', () => {
  it('is genuine while nothing speaks against it', async () => {
    expect(await judgeReceipt(signed(), state(), crypto)).toEqual({ kind: 'genuine', facts });
  });

  it('is never genuine with any letter other than what was signed', async () => {
    const qr = signed();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: qr.length - 1 }),
        fc.oneof(
          fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_|. '),
          fc.string({ maxLength: 3 }),
        ),
        async (at, letter) => {
          const changed = qr.slice(0, at) + letter + qr.slice(at + 1);
          fc.pre(changed !== qr);
          expect(['altered', 'not_ours', 'unknown_key']).toContain(await kind(changed));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('is never genuine with a signature that is another way to write the same bytes', async () => {
    const qr = signed();
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const letter of letters) {
      if (letter === qr.at(-1)) continue;
      expect(await kind(qr.slice(0, -1) + letter)).toBe('altered');
    }
  });

  it.each([
    ['altered', signed({}, thief), {}],
    ['altered', signed().replace('16500', '1650'), {}],
    ['altered', 'V1|2026-01|ABCDE', {}],
    ['not_ours', 'https://example.test/', {}],
    ['not_ours', '', {}],
    ['unknown_key', signed(), { keys: [] }],
    ['revoked', signed(), { list: listOf([facts.reference]) }],
    ['revoked', signed(), { list: listOf([facts.reference], new Date('2025-01-01T00:00:00Z')) }],
    ['expired', signed({ validUntil: '2025-12-31' }), {}],
    ['expired', signed({ validUntil: '2025-12-31' }), { list: null }],
    ['list_too_old', signed(), { list: null }],
    ['list_too_old', signed(), { now: new Date(Date.parse('2026-03-02T09:30:00Z') + LIST_GOOD_FOR_MS + 1) }],
    ['genuine', signed(), { now: new Date(Date.parse('2026-03-02T09:30:00Z') + LIST_GOOD_FOR_MS) }],
    ['clock_wrong', signed(), { now: new Date('2026-03-02T09:20:00Z') }],
    ['genuine', signed(), { now: new Date('2026-03-02T09:26:00Z') }],
    ['key_revoked', signed(), { keys: [{ ...key, revokedAt: '2026-02-01T00:00:00.000Z' }] }],
    ['genuine', signed(), { keys: [{ ...key, retiredAt: '2026-02-01T00:00:00.000Z' }] }],
  ] as const)('is %s: %s', async (expected, qr, given) => {
    expect(await kind(qr, given)).toBe(expected);
  });

  it('proves its tax to the last minute of its last day, where it was paid', async () => {
    const last = { validUntil: '2026-03-02' };
    const at = (time: string) => {
      const day = new Date(time);
      return { now: day, list: listOf([], new Date(day.getTime() - 60_000)) };
    };
    expect(await kind(signed(last), at('2026-03-02T20:59:59Z'))).toBe('genuine');
    expect(await kind(signed(last), at('2026-03-02T21:00:00Z'))).toBe('expired');
  });
});

describe('the list of revoked receipts', () => {
  const reference = fc.stringMatching(/^[A-Z0-9]{20}$/);

  it('says of each receipt whether it is in it, in whatever order it was made', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(reference, { maxLength: 40 }), reference, async (references, other) => {
        const text = revocationListText(listOf(references));
        expect(revocationListText(listOf([...references].reverse()))).toBe(text);
        const list = parseRevocationList(text);
        expect(list).toEqual(listOf(references));
        for (const one of references) expect(await kind(signed({ reference: one }), { list })).toBe('revoked');
        if (!references.includes(other)) expect(await kind(signed({ reference: other }), { list })).toBe('genuine');
      }),
      { numRuns: 60 },
    );
  });

  it('holds ten thousand in 80 kB', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `R${String(index).padStart(19, '0')}`);
    const text = revocationListText(listOf(many));
    expect(text.length).toBeLessThan(80_100);
    expect(parseRevocationList(text)?.entries.size).toBe(10_000);
  });

  it('is believed only as it was signed, and only under a key that is in our hands', async () => {
    const text = revocationListText(listOf([facts.reference]));
    const good = { text, signature: signer.sign(text) };
    const open = (one: { text: string; signature: string }, keys = [key]) => openRevocationList(one, keys, crypto);
    expect(await open(good)).toEqual(listOf([facts.reference]));
    expect(await open({ ...good, signature: thief.sign(text) })).toBeNull();
    expect(await open(good, [{ ...key, revokedAt: '2026-02-01T00:00:00.000Z' }])).toBeNull();
    expect(await open(good, [])).toBeNull();
    // A receipt is no list, although it is signed.
    const receipt = receiptText(facts);
    expect(await open({ text: receipt, signature: signer.sign(receipt) })).toBeNull();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: text.length - 1 }), fc.constantFrom(...'AZaz09|-'), async (at, letter) => {
        fc.pre(text[at] !== letter);
        expect(await open({ ...good, text: text.slice(0, at) + letter + text.slice(at + 1) })).toBeNull();
      }),
    );
  });
});

describe('the register', () => {
  const { keyId: _keyId, ...known } = facts;
  const answer: RegisterAnswer = { ...known, revokedAt: null, asOf: now.toISOString() };
  it.each([
    ['genuine', { kind: 'genuine', facts }, answer],
    ['genuine', { kind: 'list_too_old', facts, listIssuedAt: null }, answer],
    ['genuine', { kind: 'key_revoked', facts }, answer],
    ['expired', { kind: 'expired', facts }, answer],
    ['revoked', { kind: 'genuine', facts }, { ...answer, revokedAt: now.toISOString() }],
    ['revoked', { kind: 'revoked', facts }, answer],
    ['altered', { kind: 'key_revoked', facts }, { ...answer, plate: '9999TAB' }],
    ['altered', { kind: 'genuine', facts }, { ...answer, amount: 1 }],
    ['not_in_register', { kind: 'genuine', facts }, null],
    ['altered', { kind: 'altered' }, answer],
    ['unknown_key', { kind: 'unknown_key', keyId: 'x' }, answer],
  ] as const)('makes it %s of %o', (expected, verdict, given) => {
    expect(withRegister(verdict, given).kind).toBe(expected);
  });
});

it('what the tests change was read as a receipt at first', () => {
  expect(parseQrText(signed())?.facts).toEqual(facts);
});
