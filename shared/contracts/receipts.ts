import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { PaymentWay } from './payments.ts';
import { AssessmentLine } from './tax.ts';

/** What a receipt's public reference looks like: 100 random bits. */
export const ReceiptReference = z.string().regex(/^[A-Z0-9]{20}$/);

/** Why a receipt proves nothing any more. `reversed`: the provider took the money back; `error`: issued by mistake. */
export const REVOCATION_REASONS = ['refunded', 'reversed', 'error', 'fraud'] as const;
export const RevocationReason = z.enum(REVOCATION_REASONS);
export type RevocationReason = z.infer<typeof RevocationReason>;

/** Answer of `GET /api/receipts/:reference`, for who paid. */
export const ReceiptView = z.object({
  reference: ReceiptReference,
  /** `<series>-<year>-<number>`, without gaps in a series and year. */
  number: z.string(),
  paymentId: Id,
  provider: PaymentWay,
  plate: z.string(),
  country: z.string().length(2),
  fiscalYear: z.number().int(),
  lines: z.array(AssessmentLine),
  amount: z.number().int(),
  currency: z.string().length(3),
  issuedAt: Instant,
  validUntil: z.iso.date(),
  /** Since when it proves nothing any more; null: it does. Its PDF says so. */
  revokedAt: Instant.nullable(),
  /** What its QR holds: the signed text and its signature (`shared/domain/payments/receipt-text.ts`). */
  qr: z.string(),
  /** Whether `GET /api/receipts/:reference/pdf` has it already; it is asked again about a second later. */
  pdfReady: z.boolean(),
});
export type ReceiptView = z.infer<typeof ReceiptView>;

/** A public key that verifies receipts and lists of revoked ones. */
export const VerificationKey = z.object({
  keyId: z.string(),
  /** Raw Ed25519 public key, 32 bytes, base64url. */
  publicKey: z.string(),
  /** Signs nothing new since then; what it signed stays good. */
  retiredAt: Instant.nullable(),
  /** In wrong hands since then, or before: what it signed proves nothing by itself. */
  revokedAt: Instant.nullable(),
});
export type VerificationKey = z.infer<typeof VerificationKey>;

/** Answer of `GET /api/verify/keys`: what verifies receipts, for everybody, to be kept for when there is no network. */
export const VerificationKeys = z.object({ keys: z.array(VerificationKey), asOf: Instant });
export type VerificationKeys = z.infer<typeof VerificationKeys>;

/** Answer of `GET /api/verify/revocations`: the newest list of revoked receipts (`shared/domain/payments/revocation-list.ts`). */
export const SignedText = z.object({
  text: z.string(),
  /** Ed25519, base64url. */
  signature: z.string(),
});
export type SignedText = z.infer<typeof SignedText>;

/** Answer of `GET /api/verify/receipts/:reference`: what the register has, no more than the receipt says itself. */
export const RegisterAnswer = z.object({
  reference: ReceiptReference,
  plate: z.string(),
  validUntil: z.iso.date(),
  amount: z.number().int(),
  currency: z.string().length(3),
  revokedAt: Instant.nullable(),
  asOf: Instant,
});
export type RegisterAnswer = z.infer<typeof RegisterAnswer>;
