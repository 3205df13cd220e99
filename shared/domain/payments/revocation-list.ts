/**
 * The list of revoked receipts: short enough for a telephone to keep, signed, and dated so that it cannot be passed off as news.
 *
 *   R1|<key>|<issued at>|<next issue at>|<count>|<entries>
 *
 * The instants are ISO 8601 in UTC to the second. An entry is the first 48 bits of the SHA-256 of a receipt's reference, in base64url:
 * eight letters. Entries stand sorted, without anything between them. Ten thousand revoked receipts are 80 kB. That a receipt which
 * is good has the entry of one that is not happens once in 28 thousand million (2^48 / 10,000). Only receipts that would still prove
 * something are in it: what has run out is told by its own date.
 */
export interface RevocationList {
  keyId: string;
  issuedAt: Date;
  /** When there is a newer one at the latest. */
  nextIssueAt: Date;
  entries: ReadonlySet<string>;
}

/** Letters of an entry. */
const ENTRY = 8;
/** 48 bits of a hash. */
export const ENTRY_BYTES = 6;
/** How long after its issue a list still says enough for a receipt to be called genuine, milliseconds. An inspector's day without network. */
export const LIST_GOOD_FOR_MS = 24 * 3600_000;

const FORM =
  /^R1\|([a-z0-9-]{1,20})\|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\|(\d{1,9})\|((?:[A-Za-z0-9_-]{8})*)$/;

const seconds = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`;

/** The text that is signed. The same receipts in any order make the same text. */
export function revocationListText(list: Omit<RevocationList, 'entries'> & { entries: Iterable<string> }): string {
  const entries = [...new Set(list.entries)].sort();
  return ['R1', list.keyId, seconds(list.issuedAt), seconds(list.nextIssueAt), entries.length, entries.join('')].join('|');
}

/** What a text lists; null when it is no such text. Says nothing of its signature. */
export function parseRevocationList(text: string): RevocationList | null {
  const [, keyId, issued, next, count, letters] = FORM.exec(text) ?? [];
  if (!keyId || !issued || !next || !count || letters === undefined) return null;
  const [issuedAt, nextIssueAt] = [new Date(issued), new Date(next)];
  const entries = new Set<string>();
  for (let at = 0; at < letters.length; at += ENTRY) entries.add(letters.slice(at, at + ENTRY));
  if (Number.isNaN(issuedAt.getTime()) || Number.isNaN(nextIssueAt.getTime()) || entries.size !== Number(count)) return null;
  return { keyId, issuedAt, nextIssueAt, entries };
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A receipt's entry, of the SHA-256 of its reference. */
export function entryOf(digest: Uint8Array): string {
  let text = '';
  for (let at = 0; at < ENTRY_BYTES; at += 3) {
    const bits = ((digest[at] ?? 0) << 16) | ((digest[at + 1] ?? 0) << 8) | (digest[at + 2] ?? 0);
    for (const shift of [18, 12, 6, 0]) text += BASE64URL[(bits >> shift) & 63] ?? '';
  }
  return text;
}
