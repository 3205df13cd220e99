import { isMobileMoney, type PaymentWay, type ProviderCode } from '#shared/contracts/payments.ts';
import type { AssessmentLine } from '#shared/contracts/tax.ts';

/** A tax that somebody wants to pay: which, and how much it is on the day of the order. */
export interface PaymentOrder {
  vehicleId: string;
  /** Normal form. */
  plate: string;
  country: string;
  fiscalYear: number;
  gridVersion: number;
  lines: readonly AssessmentLine[];
  /** The sum of the lines, minor unit. */
  amount: number;
}

const MINUTE = 60_000;
/**
 * How long after the order the payer can accept. Milliseconds. On a telephone: the operators' own limit is five minutes. On Stripe's page:
 * it stays open for 30 minutes at least, counted from when it is made, and making it may need a few tries.
 */
export const acceptWithinMs = (provider: ProviderCode): number => (isMobileMoney(provider) ? 10 : 40) * MINUTE;
/** The operators' own limits, where they say one: after so long the request is gone from the telephone. Milliseconds. */
const OPERATOR_LIMIT_MS: Partial<Record<PaymentWay, number>> = { mtn_momo: 5 * MINUTE };
/**
 * Until when the payer is told that they can accept, milliseconds since 1970: the operator's limit, else ours (`expiresAt`). What comes
 * between the two is taken like any other answer.
 */
export function acceptUntil({
  provider,
  startedAt,
  expiresAt,
}: {
  provider: PaymentWay;
  startedAt: string;
  expiresAt: string;
}): number {
  return Math.min(Date.parse(startedAt) + (OPERATOR_LIMIT_MS[provider] ?? Infinity), Date.parse(expiresAt));
}
/** For how long after that a success is still looked for, in case its message was lost. Milliseconds. */
export const LATE_WITHIN_MS = 24 * 3600_000;

const SECOND = 1_000;
const DELAYS = [5, 5, 5, 10, 10, 15, 15, 30, 30, 60].map((seconds) => seconds * SECOND);
const LATER_DELAY = 15 * 60 * SECOND;

/** Milliseconds until the provider is asked again: often while the person waits, seldom after. */
export const checkDelayMs = (checks: number): number => DELAYS[checks] ?? (checks < 20 ? 60 * SECOND : LATER_DELAY);
