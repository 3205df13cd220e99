import type { RegisterAnswer, SignedText, VerificationKey } from '#shared/contracts/receipts.ts';
import { civilDate } from '../dates.ts';
import { parseQrText, type ReceiptFacts } from './receipt-text.ts';
import { entryOf, LIST_GOOD_FOR_MS, parseRevocationList, type RevocationList } from './revocation-list.ts';

/** What a verifier computes with: WebCrypto, or code that does the same. */
export interface ReceiptCrypto {
  /** Ed25519 (RFC 8032): whether `signature` (base64url) is that of `text` under `publicKey` (raw, base64url). Never rejects. */
  verify(publicKey: string, text: string, signature: string): Promise<boolean>;
  /** SHA-256 of a text. */
  digest(text: string): Promise<Uint8Array>;
}

/**
 * What is to be thought of a receipt. Facts are given only where a signature proves them.
 *
 * - `genuine`: signed by the platform, valid today, not revoked as far as a list tells that is new enough.
 * - `expired`: was genuine; the year that it was for is over.
 * - `revoked`: proves nothing any more, although its signature is good.
 * - `list_too_old`: signed, but whether it was revoked since `listIssuedAt` is not known here. Null: there is no list.
 * - `key_revoked`: signed with a key that is in wrong hands; only the register tells.
 * - `clock_wrong`: this device says that it is before the list was made: it cannot tell what is old or valid.
 * - `altered`: its text is not what was signed.
 * - `unknown_key`: signed, it says, with a key that is not known here.
 * - `not_in_register`: signed, yet the register does not have it.
 * - `not_ours`: no receipt of the platform's.
 */
export type Verdict =
  | { kind: 'genuine' | 'expired' | 'revoked' | 'key_revoked' | 'clock_wrong' | 'not_in_register'; facts: ReceiptFacts }
  | { kind: 'list_too_old'; facts: ReceiptFacts; listIssuedAt: Date | null }
  | { kind: 'altered' | 'not_ours' }
  | { kind: 'unknown_key'; keyId: string };
export type VerdictKind = Verdict['kind'];

/** A device's clock may be so much behind, milliseconds. */
const CLOCK_SLACK_MS = 5 * 60_000;

/** The list of a signed text; null when it is none, or its key is unknown, revoked, or did not sign it. */
export async function openRevocationList(
  signed: SignedText,
  keys: readonly VerificationKey[],
  crypto: ReceiptCrypto,
): Promise<RevocationList | null> {
  const list = parseRevocationList(signed.text);
  const key = keys.find(({ keyId, revokedAt }) => keyId === list?.keyId && revokedAt === null);
  return list && key && (await crypto.verify(key.publicKey, signed.text, signed.signature)) ? list : null;
}

export interface VerifierState {
  keys: readonly VerificationKey[];
  /** Opened by `openRevocationList`; null when there is none. */
  list: RevocationList | null;
  now: Date;
  /** IANA; the days of a receipt are the country's. */
  timeZone: string;
}

/** Judges what a QR holds (or what was typed of it). Needs no network. */
export async function judgeReceipt(qr: string, state: VerifierState, crypto: ReceiptCrypto): Promise<Verdict> {
  const read = parseQrText(qr);
  // It begins like one of ours and does not go on so.
  if (!read) return { kind: /^V1\|/.test(qr) ? 'altered' : 'not_ours' };
  const { facts } = read;
  const key = state.keys.find(({ keyId }) => keyId === facts.keyId);
  if (!key) return { kind: 'unknown_key', keyId: facts.keyId };
  if (!(await crypto.verify(key.publicKey, read.text, read.signature))) return { kind: 'altered' };
  const { list, now } = state;
  // Revoked is for good, however old the list.
  if (list?.entries.has(entryOf(await crypto.digest(facts.reference)))) return { kind: 'revoked', facts };
  if (list && now.getTime() < list.issuedAt.getTime() - CLOCK_SLACK_MS) return { kind: 'clock_wrong', facts };
  if (facts.validUntil < civilDate(now, state.timeZone)) return { kind: 'expired', facts };
  if (key.revokedAt !== null) return { kind: 'key_revoked', facts };
  if (!list || now.getTime() - list.issuedAt.getTime() > LIST_GOOD_FOR_MS)
    return { kind: 'list_too_old', facts, listIssuedAt: list?.issuedAt ?? null };
  return { kind: 'genuine', facts };
}

/** What the register's answer makes of a verdict; null: the register does not have the reference. It knows more than any list. */
export function withRegister(verdict: Verdict, answer: RegisterAnswer | null): Verdict {
  if (!('facts' in verdict)) return verdict;
  const { facts } = verdict;
  if (!answer) return { kind: 'not_in_register', facts };
  const same =
    answer.plate === facts.plate &&
    answer.validUntil === facts.validUntil &&
    answer.amount === facts.amount &&
    answer.currency === facts.currency;
  // Signed with a stolen key over the reference of somebody else's receipt.
  if (!same) return { kind: 'altered' };
  if (answer.revokedAt !== null) return { kind: 'revoked', facts };
  return verdict.kind === 'list_too_old' || verdict.kind === 'key_revoked' ? { kind: 'genuine', facts } : verdict;
}
