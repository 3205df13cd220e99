/** What a receipt proves, and all that its QR holds besides the signature. No personal data. */
export interface ReceiptFacts {
  /** Which public key verifies it. */
  keyId: string;
  /** Random, public. */
  reference: string;
  /** Normal form. */
  plate: string;
  /** Last day that it proves the tax paid for, `YYYY-MM-DD`. */
  validUntil: string;
  /** Minor unit. */
  amount: number;
  /** ISO 4217. */
  currency: string;
}

const VERSION = 'V1';

/** The text that is signed: `version|key|reference|plate|valid-until|amount|currency`. */
export const receiptText = (facts: ReceiptFacts): string =>
  [VERSION, facts.keyId, facts.reference, facts.plate, facts.validUntil, facts.amount, facts.currency].join('|');

const FORM = /^V1\|([a-z0-9-]{1,20})\|([A-Z0-9]{20})\|([A-Z0-9]{2,12})\|(\d{4}-\d\d-\d\d)\|(\d{1,15})\|([A-Z]{3})$/;

/** The facts of a signed text; null when it is none. Says nothing of the signature. */
export function parseReceiptText(text: string): ReceiptFacts | null {
  const [, keyId, reference, plate, validUntil, amount, currency] = FORM.exec(text) ?? [];
  if (!keyId || !reference || !plate || !validUntil || !amount || !currency) return null;
  return { keyId, reference, plate, validUntil, amount: Number(amount), currency };
}

/** What the QR holds: the signed text, a full stop, the signature (base64url). */
export const qrText = (text: string, signature: string): string => `${text}.${signature}`;

/** 64 bytes in base64url. The last letter has two bits only: with others in it the same signature could be written in 16 ways. */
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/;

/** Takes a QR apart; null when it is none of ours. */
export function parseQrText(qr: string): { text: string; signature: string; facts: ReceiptFacts } | null {
  const dot = qr.lastIndexOf('.');
  const [text, signature] = [qr.slice(0, dot), qr.slice(dot + 1)];
  const facts = dot < 0 || !SIGNATURE.test(signature) ? null : parseReceiptText(text);
  return facts && { text, signature, facts };
}

/** A receipt's number as people read it: `W1-2026-00000042`. */
export const receiptNumber = (series: string, year: number, number: number): string =>
  `${series}-${year}-${String(number).padStart(8, '0')}`;

/** Takes a receipt's number apart, as typed: capitals, spaces and leading zeros do not matter; null when it is none. */
export function parseReceiptNumber(text: string): { series: string; year: number; number: number } | null {
  const [, series, year, number] = /^([A-Z]\w{0,9})-(\d{4})-(\d{1,9})$/.exec(text.replace(/\s/g, '').toUpperCase()) ?? [];
  return series && year && number ? { series, year: Number(year), number: Number(number) } : null;
}

/** Series of the receipts for online payments: several, so that postings at the same moment do not wait for one counter. */
export const ONLINE_SERIES = ['W1', 'W2', 'W3', 'W4'] as const;

/** The series of an intent: by its id, always the same. */
export const seriesOf = (intentId: string): string =>
  ONLINE_SERIES[parseInt(intentId.slice(0, 8), 16) % ONLINE_SERIES.length] ?? 'W1';
