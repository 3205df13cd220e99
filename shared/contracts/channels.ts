import { z } from 'zod';
import { Instant } from './ids.ts';
import { ProviderCode } from './payments.ts';

/**
 * How a way to pay does.
 *   working  the provider answers
 *   slow     it answers, but some calls fail or payers wait long
 *   failing  most calls get no answer
 *   off      it has no keys here, and cannot be chosen
 */
export const CHANNEL_STATUSES = ['working', 'slow', 'failing', 'off'] as const;
export const ChannelStatus = z.enum(CHANNEL_STATUSES);
export type ChannelStatus = z.infer<typeof ChannelStatus>;

/** One way to pay, for everybody. Figures are of orders given in the last 15 minutes; null: too few to say anything. */
export const ChannelView = z.object({
  provider: ProviderCode,
  status: ChannelStatus,
  since: Instant,
  /** Of the orders that have ended, those that were paid. */
  paid: z.object({ percent: z.number().int().min(0).max(100), of: z.number().int().positive() }).nullable(),
  /** From the order to the confirmation, seconds, the middle one. */
  confirmation: z.object({ seconds: z.number().int().nonnegative(), of: z.number().int().positive() }).nullable(),
  lastPaidAt: Instant.nullable(),
});
export type ChannelView = z.infer<typeof ChannelView>;

/** State of the topic `channels` and answer of `GET /api/payments/channels`. */
export const ChannelsView = z.object({
  channels: z.array(ChannelView),
  /** When they were looked at last; null: never yet. */
  checkedAt: Instant.nullable(),
});
export type ChannelsView = z.infer<typeof ChannelsView>;
