import type { ProviderCode } from '#shared/contracts/payments.ts';

/**
 * How many questions "how does this payment stand?" a provider takes a second from the whole platform. MTN MoMo documents ten; MVola
 * documents none, so it gets as few; Stripe documents 100 and, with test keys, 25.
 */
export const ASKED_PER_SECOND: Readonly<Record<ProviderCode, number>> = { mtn_momo: 10, mvola: 10, stripe: 25 };
