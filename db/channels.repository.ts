import { and, desc, eq, gte, inArray, isNotNull, lt, ne, or, sql } from 'drizzle-orm';
import type { ChannelView } from '#shared/contracts/channels.ts';
import { MOBILE_MONEY, type ProviderCode } from '#shared/contracts/payments.ts';
import { compiled } from './compiled.ts';
import type { Executor, Tx } from './connect.ts';
import { paymentChannels, providerCalls } from './schema/channels.ts';
import { paymentIntents } from './schema/payments.ts';

/** How calls went since they were counted last. */
export interface CallCount {
  provider: ProviderCode;
  slot: Date;
  answered: number;
  failed: number;
  /** Milliseconds of the answered ones, added up. */
  tookMs: number;
}

/** Adds to what other processes counted in the same slots. */
export async function addCalls(db: Executor, counts: readonly CallCount[]): Promise<void> {
  if (counts.length === 0) return;
  await db
    .insert(providerCalls)
    .values([...counts])
    .onConflictDoUpdate({
      target: [providerCalls.provider, providerCalls.slot],
      set: {
        answered: sql`${providerCalls.answered} + excluded.answered`,
        failed: sql`${providerCalls.failed} + excluded.failed`,
        tookMs: sql`${providerCalls.tookMs} + excluded.took_ms`,
      },
    });
}

/** What was counted in slots that began since then, by provider. `lastAt`: the newest of them. */
export async function callsSince(
  db: Executor,
  since: Date,
): Promise<Map<ProviderCode, { answered: number; failed: number; tookMs: number; lastAt: Date }>> {
  const rows = await db
    .select({
      provider: providerCalls.provider,
      answered: sql<number>`sum(${providerCalls.answered})::int`,
      failed: sql<number>`sum(${providerCalls.failed})::int`,
      tookMs: sql<number>`sum(${providerCalls.tookMs})::float8`,
      lastAt: sql<Date>`max(${providerCalls.slot})`.mapWith(providerCalls.slot),
    })
    .from(providerCalls)
    .where(gte(providerCalls.slot, since))
    .groupBy(providerCalls.provider);
  return new Map(rows.map(({ provider, ...counts }) => [provider, counts]));
}

export async function pruneCalls(db: Executor, before: Date): Promise<void> {
  await db.delete(providerCalls).where(lt(providerCalls.slot, before));
}

/** How the orders given since then have ended, by provider. `seconds`: the middle one's, from order to confirmation. */
export async function orderFigures(
  db: Executor,
  since: Date,
): Promise<Map<ProviderCode, { paid: number; ended: number; seconds: number | null; lastPaidAt: Date | null }>> {
  const paid = sql`${paymentIntents.settledAt} is not null`;
  // Who changed their mind says nothing of the provider.
  const failed = sql`${paymentIntents.state} = 'expired' or (${paymentIntents.state} = 'failed' and ${paymentIntents.failure} <> 'payer_cancelled')`;
  const took = sql`extract(epoch from ${paymentIntents.settledAt} - ${paymentIntents.createdAt})`;
  const rows = await db
    .select({
      provider: paymentIntents.provider,
      paid: sql<number>`count(*) filter (where ${paid})::int`,
      ended: sql<number>`count(*) filter (where ${paid} or ${failed})::int`,
      seconds: sql<number | null>`percentile_cont(0.5) within group (order by ${took}) filter (where ${paid})`,
      lastPaidAt: sql<Date | null>`max(${paymentIntents.settledAt})`.mapWith(paymentIntents.settledAt),
    })
    .from(paymentIntents)
    .where(gte(paymentIntents.createdAt, since))
    .groupBy(paymentIntents.provider);
  return new Map(rows.flatMap(({ provider, ...figures }) => (provider === 'cash' ? [] : [[provider, figures] as const])));
}

/** The newest order of a provider that it can be asked about; null: none since then. */
export async function newestOrder(
  db: Executor,
  provider: ProviderCode,
  since: Date,
): Promise<{ id: string; handle: string | null; phone: string | null } | null> {
  const [row] = await db
    .select({ id: paymentIntents.id, handle: paymentIntents.providerHandle, phone: paymentIntents.phone })
    .from(paymentIntents)
    .where(
      and(
        gte(paymentIntents.createdAt, since),
        eq(paymentIntents.provider, provider),
        ne(paymentIntents.state, 'created'),
        // MTN goes by our own id, all others by theirs.
        or(isNotNull(paymentIntents.providerHandle), inArray(paymentIntents.provider, [MOBILE_MONEY[0]])),
      ),
    )
    .orderBy(desc(paymentIntents.createdAt))
    .limit(1);
  return row ?? null;
}

export type ChannelRow = typeof paymentChannels.$inferSelect;

/** What is told of each way to pay; locked in the transaction that looks again. */
const allChannels = compiled((db) => db.select().from(paymentChannels).orderBy(paymentChannels.provider));
export const readChannels = (db: Executor): Promise<ChannelRow[]> => allChannels(db, {});
export const lockChannels = (tx: Tx): Promise<ChannelRow[]> =>
  tx.select().from(paymentChannels).orderBy(paymentChannels.provider).for('update');

export async function writeChannel(
  tx: Tx,
  provider: ProviderCode,
  to: { view: ChannelView; betterSince: Date | null; checkedAt: Date },
): Promise<void> {
  await tx
    .insert(paymentChannels)
    .values({ provider, ...to })
    .onConflictDoUpdate({ target: paymentChannels.provider, set: to });
}
