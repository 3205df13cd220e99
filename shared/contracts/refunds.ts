import { z } from 'zod';

/** Why a provider will not pay back. `not_refundable`: not this payment, not any more, or not through this provider. */
export const RefundFailure = z.enum(['payee_not_found', 'float_too_low', 'limit_reached', 'not_refundable', 'refused']);
export type RefundFailure = z.infer<typeof RefundFailure>;
