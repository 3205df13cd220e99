import { sql } from 'drizzle-orm';
import { check, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import type { ChannelView } from '../../shared/contracts/channels.ts';
import type { ProviderCode } from '../../shared/contracts/payments.ts';

/** How calls of a provider's API went, counted in slots of ten seconds; kept for an hour. */
export const providerCalls = pgTable(
  'provider_calls',
  {
    provider: text('provider').$type<ProviderCode>().notNull(),
    /** Where the slot begins. */
    slot: instant('slot').notNull(),
    /** Answered, whatever the answer was. */
    answered: integer('answered').notNull(),
    /** No answer, or one that says nothing. */
    failed: integer('failed').notNull(),
    /** Milliseconds of the answered ones, added up. */
    tookMs: integer('took_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.provider, t.slot] }),
    check('provider_calls_counts', sql`${t.answered} >= 0 and ${t.failed} >= 0 and ${t.tookMs} >= 0`),
  ],
);

/** How each way to pay does, as it is told to everybody: written by the payments role alone. */
export const paymentChannels = pgTable('payment_channels', {
  provider: text('provider').$type<ProviderCode>().primaryKey(),
  view: jsonb('view').$type<ChannelView>().notNull(),
  /** Since when it seems better than it is told to be; null: it does not. */
  betterSince: instant('better_since'),
  /** When it was looked at last, whether or not anything changed. */
  checkedAt: instant('checked_at').notNull(),
});
