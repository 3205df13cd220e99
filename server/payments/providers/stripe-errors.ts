import Stripe from 'stripe';
import { whyOf } from './provider-fetch.ts';

/** What an error of a call means for what was asked: not taken for now, refused with a code, or unknown. */
export type StripeFault = { kind: 'busy' } | { kind: 'unclear'; why: string } | { kind: 'refused'; code: string | null };

/**
 * 401 (our key), 409 (the same key is being worked on) and 429 took nothing. A key that was given for another content says that something
 * was taken, not what. Answers that are no answers may hide anything.
 */
export function stripeFaultOf(error: unknown): StripeFault {
  if (!(error instanceof Stripe.errors.StripeError)) return { kind: 'unclear', why: whyOf(error) };
  const { statusCode, rawType, code } = error;
  if (statusCode === 401 || statusCode === 409 || statusCode === 429) return { kind: 'busy' };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500 || rawType === 'idempotency_error') {
    return { kind: 'unclear', why: error.type };
  }
  return { kind: 'refused', code: code ?? null };
}
