import { and, asc, desc, eq, gte, isNull, lte, notExists, sql } from 'drizzle-orm';
import type { ProviderCode } from '#shared/contracts/payments.ts';
import type { PaymentOrder } from '#shared/domain/payments/order.ts';
import { compiled } from './compiled.ts';
import type { Executor, Tx } from './connect.ts';
import { gathered, OWNERS_WITHIN_MS } from './gathered.ts';
import { insertRows, isOneOf } from './insert-rows.ts';
import { asSystem } from './scope.ts';
import { assessmentClaims, assessments, paymentIntents, paymentItems, receiptKeys, webhookEvents } from './schema/payments.ts';

export type IntentRow = typeof paymentIntents.$inferSelect;
export type ItemRow = typeof paymentItems.$inferSelect;

/** The intent that a payer's key was given for. */
export async function findIntentByKey(db: Executor, payerId: string, idempotencyKey: string): Promise<IntentRow | null> {
  const [row] = await db
    .select()
    .from(paymentIntents)
    .where(and(eq(paymentIntents.payerId, payerId), eq(paymentIntents.idempotencyKey, idempotencyKey)));
  return row ?? null;
}

/** Writes a new intent; null when the key was given before. Waits for who is giving the same one. */
export async function insertIntent(tx: Tx, intent: typeof paymentIntents.$inferInsert): Promise<string | null> {
  const [row] = await tx
    .insert(paymentIntents)
    .values(intent)
    .onConflictDoNothing({ target: [paymentIntents.payerId, paymentIntents.idempotencyKey] })
    .returning({ id: paymentIntents.id });
  return row?.id ?? null;
}

/** The same for several, in the order of their keys: two who write many never wait for each other crosswise. Answers ids by `payer:key`. */
export async function insertIntents(
  tx: Tx,
  intents: readonly (typeof paymentIntents.$inferInsert)[],
): Promise<Map<string, string>> {
  const nameOf = (one: { payerId?: string | null; idempotencyKey: string }): string => `${one.payerId}:${one.idempotencyKey}`;
  const rows = await insertRows<typeof paymentIntents, { id: string; payerId: string; idempotencyKey: string }>(
    tx,
    paymentIntents,
    [...intents].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
    sql`on conflict (payer_id, idempotency_key) do nothing returning id, payer_id as "payerId", idempotency_key as "idempotencyKey"`,
  );
  return new Map(rows.map((row) => [nameOf(row), row.id]));
}

/** The taxes of vehicles and years, made where nobody has asked for them yet: ids by `vehicle:year`. */
export async function ensureAssessments(
  tx: Tx,
  of: readonly { vehicleId: string; fiscalYear: number }[],
): Promise<Map<string, string>> {
  const wanted = of.map(({ vehicleId, fiscalYear }) => ({ vehicleId, fiscalYear }));
  wanted.sort((a, b) => a.vehicleId.localeCompare(b.vehicleId) || a.fiscalYear - b.fiscalYear);
  const vehicleIds = wanted.map(({ vehicleId }) => vehicleId);
  const [, rows] = await Promise.all([
    insertRows(tx, assessments, wanted, sql`on conflict do nothing`),
    tx.select().from(assessments).where(isOneOf(assessments.vehicleId, vehicleIds)),
  ]);
  return new Map(rows.map(({ id, vehicleId, fiscalYear }) => [`${vehicleId}:${fiscalYear}`, id]));
}

/** Takes hold of taxes for an intent; answers those that it did not get. */
export async function claimAssessments(tx: Tx, intentId: string, ids: readonly string[], at: Date): Promise<string[]> {
  const claims = ids.map((assessmentId) => ({ assessmentId, intentId, at }));
  return (await claimEach(tx, claims)).map(({ assessmentId }) => assessmentId);
}

/** The same for several intents. Sorted, so that two never wait for each other crosswise. */
export async function claimEach<T extends { assessmentId: string; intentId: string; at: Date }>(
  tx: Tx,
  claims: readonly T[],
): Promise<T[]> {
  const values = claims.map(({ assessmentId, intentId, at: claimedAt }) => ({ assessmentId, intentId, claimedAt }));
  const got = await insertRows<typeof assessmentClaims, { id: string; intentId: string }>(
    tx,
    assessmentClaims,
    values.sort((a, b) => (a.assessmentId < b.assessmentId ? -1 : 1)),
    sql`on conflict do nothing returning assessment_id as id, intent_id as "intentId"`,
  );
  const mine = new Set(got.map(({ id, intentId }) => `${intentId}:${id}`));
  return claims.filter(({ assessmentId, intentId }) => !mine.has(`${intentId}:${assessmentId}`));
}

/** Who holds a tax, and whether it is paid; null when nobody does. */
export async function findHolder(
  db: Executor,
  assessmentId: string,
): Promise<{ intentId: string; payerId: string | null; paid: boolean } | null> {
  // Most often somebody else.
  const [row] = await asSystem(db, async () =>
    db
      .select({ intentId: paymentIntents.id, payerId: paymentIntents.payerId, paidAt: assessments.paidAt })
      .from(assessmentClaims)
      .innerJoin(paymentIntents, eq(paymentIntents.id, assessmentClaims.intentId))
      .innerJoin(assessments, eq(assessments.id, assessmentClaims.assessmentId))
      .where(eq(assessmentClaims.assessmentId, assessmentId)),
  );
  return row ? { intentId: row.intentId, payerId: row.payerId, paid: row.paidAt !== null } : null;
}

/** Gives the taxes of intents back, for somebody else to pay. */
export async function releaseClaims(tx: Tx, intentIds: readonly string[]): Promise<void> {
  if (intentIds.length === 0) return;
  await tx.delete(assessmentClaims).where(isOneOf(assessmentClaims.intentId, intentIds));
}

export async function insertItems(
  tx: Tx,
  intentId: string,
  items: readonly (PaymentOrder & { assessmentId: string })[],
): Promise<void> {
  await insertItemsOf(
    tx,
    items.map((item) => ({ ...item, intentId })),
  );
}

/** The same of several intents. */
export async function insertItemsOf(
  tx: Tx,
  items: readonly (PaymentOrder & { assessmentId: string; intentId: string })[],
): Promise<void> {
  await insertRows(
    tx,
    paymentItems,
    items.map((item) => ({ ...item, lines: [...item.lines] })),
  );
}

/** The items of an intent, in the order of their plates. */
export async function itemsOf(db: Executor, intentId: string): Promise<ItemRow[]> {
  return db
    .select()
    .from(paymentItems)
    .where(eq(paymentItems.intentId, intentId))
    .orderBy(asc(paymentItems.plate), asc(paymentItems.fiscalYear));
}

/** The same of several intents, by their ids. */
export async function itemsOfEach(db: Executor, intentIds: readonly string[]): Promise<Map<string, ItemRow[]>> {
  const rows = await db
    .select()
    .from(paymentItems)
    .where(isOneOf(paymentItems.intentId, intentIds))
    .orderBy(asc(paymentItems.plate), asc(paymentItems.fiscalYear));
  const byIntent = new Map<string, ItemRow[]>(intentIds.map((id) => [id, []]));
  for (const row of rows) byIntent.get(row.intentId)?.push(row);
  return byIntent;
}

export async function findIntent(db: Executor, id: string): Promise<IntentRow | null> {
  const [row] = await db.select().from(paymentIntents).where(eq(paymentIntents.id, id));
  return row ?? null;
}

const intentsById = compiled((db) =>
  db
    .select()
    .from(paymentIntents)
    .where(sql`${paymentIntents.id} = any(${sql.placeholder('ids')}::uuid[])`),
);
export async function findIntents(db: Executor, ids: readonly string[]): Promise<IntentRow[]> {
  return ids.length === 0 ? [] : intentsById(db, { ids: [...ids] });
}

/** Who ordered it, whoever asks; null: nobody with an account, or there is no such intent. */
export const payerOf = gathered<string, string | null>(async (db, ids) => {
  const rows = await db.execute<{ payer: string | null }>(
    sql`select payer_of_intent(id) as payer from unnest(${sql.param([...ids])}::uuid[]) with ordinality as asked(id, at) order by at`,
  );
  return rows.map(({ payer }) => payer);
}, OWNERS_WITHIN_MS);

/** Holds an intent until the transaction ends. */
export async function lockIntent(tx: Tx, id: string): Promise<IntentRow | null> {
  const [row] = await tx.select().from(paymentIntents).where(eq(paymentIntents.id, id)).for('update');
  return row ?? null;
}

/** The same for several, in the order of their ids: two who hold many never wait for each other crosswise. */
export async function lockIntents(tx: Tx, ids: readonly string[]): Promise<IntentRow[]> {
  return tx.select().from(paymentIntents).where(isOneOf(paymentIntents.id, ids)).orderBy(asc(paymentIntents.id)).for('update');
}

/** Settles locked intents: nothing is asked of their providers any more. */
export async function updateIntents(
  tx: Tx,
  settled: readonly { id: string; state: 'receipted' | 'reconciled'; settledAt: Date; refundDue?: number }[],
): Promise<void> {
  const rows = sql.param(
    JSON.stringify(settled.map(({ id, state, settledAt, refundDue = 0 }) => ({ id, state, at: settledAt, due: refundDue }))),
  );
  await tx.execute(sql`
    update ${paymentIntents} set state = news.state, version = version + 1, failure = null, next_check_at = null,
      settled_at = news.at, updated_at = news.at, refund_due = news.due
    from jsonb_to_recordset(${rows}::text::jsonb) as news(id uuid, state text, at timestamptz, due bigint)
    where ${paymentIntents.id} = news.id`);
}

/** What became of an open intent that its provider was called for. */
export type MovedIntent = Pick<
  IntentRow,
  'id' | 'state' | 'failure' | 'providerHandle' | 'redirectUrl' | 'checks' | 'nextCheckAt' | 'updatedAt'
> & {
  /** People see it: the version is raised. */
  seen: boolean;
};

/** Writes what became of locked intents, in one statement. */
export async function moveIntents(tx: Tx, moved: readonly MovedIntent[]): Promise<void> {
  if (moved.length === 0) return;
  await tx.execute(sql`
    update ${paymentIntents} set state = news.state, failure = news.failure, provider_handle = news."providerHandle",
      redirect_url = news."redirectUrl", checks = news.checks, next_check_at = news."nextCheckAt", updated_at = news."updatedAt",
      version = version + news.seen::int
    from jsonb_to_recordset(${sql.param(JSON.stringify(moved))}::text::jsonb) as news(id uuid, state text, failure text,
      "providerHandle" text, "redirectUrl" text, checks int, "nextCheckAt" timestamptz, "updatedAt" timestamptz, seen boolean)
    where ${paymentIntents.id} = news.id`);
}

/** Changes a locked intent; a change that people see raises its version. */
export async function updateIntent(tx: Tx, id: string, change: Partial<Omit<IntentRow, 'id' | 'version'>>): Promise<void> {
  const version = change.state === undefined ? {} : { version: sql`${paymentIntents.version} + 1` };
  await tx
    .update(paymentIntents)
    .set({ ...change, ...version })
    .where(eq(paymentIntents.id, id));
}

/** Intents about which a provider is to be asked, those that waited longest first. */
export async function intentsToCheck<P extends ProviderCode>(
  db: Executor,
  now: Date,
  provider: P,
  limit: number,
): Promise<{ id: string; checks: number; provider: P }[]> {
  const rows = await db
    .select({ id: paymentIntents.id, checks: paymentIntents.checks })
    .from(paymentIntents)
    .where(and(lte(paymentIntents.nextCheckAt, now), eq(paymentIntents.provider, provider)))
    .orderBy(asc(paymentIntents.nextCheckAt))
    .limit(limit);
  return rows.map((row) => ({ ...row, provider }));
}

/** Keeps the provider's id of an order that it brings itself, where none is known and no other order goes by it. */
export async function learnHandle(
  tx: Tx,
  { id, provider, handle }: { id: string; provider: ProviderCode; handle: string },
): Promise<void> {
  const other = tx
    .select({ id: paymentIntents.id })
    .from(paymentIntents)
    .where(and(eq(paymentIntents.provider, provider), eq(paymentIntents.providerHandle, handle)));
  await tx
    .update(paymentIntents)
    .set({ providerHandle: handle })
    .where(
      and(
        eq(paymentIntents.id, id),
        eq(paymentIntents.provider, provider),
        isNull(paymentIntents.providerHandle),
        notExists(other),
      ),
    );
}

/** A payer's intents since a day, newest first. */
export async function intentsOf(db: Executor, payerId: string, since: Date, limit: number): Promise<IntentRow[]> {
  return db
    .select()
    .from(paymentIntents)
    .where(and(eq(paymentIntents.payerId, payerId), gte(paymentIntents.createdAt, since)))
    .orderBy(desc(paymentIntents.createdAt))
    .limit(limit);
}

/** Keeps what providers sent; answers what was not sent before. Sorted, so that two never wait for each other crosswise. */
export async function insertWebhookEvents(
  tx: Tx,
  events: readonly (typeof webhookEvents.$inferInsert)[],
): Promise<readonly { provider: ProviderCode; eventId: string }[]> {
  const rows = events.map(({ provider, eventId, intentId, body, receivedAt }) => ({
    provider,
    eventId,
    intentId,
    body,
    receivedAt,
  }));
  return insertRows<typeof webhookEvents, { provider: ProviderCode; eventId: string }>(
    tx,
    webhookEvents,
    rows.sort((a, b) => (a.eventId < b.eventId ? -1 : 1)),
    sql`on conflict do nothing returning provider, event_id as "eventId"`,
  );
}

/** Marks taxes as paid; answers how many were not yet. */
export async function markPaid(tx: Tx, taxes: readonly { id: string; at: Date }[]): Promise<number> {
  const rows = await tx.execute(sql`
    update ${assessments} set paid_at = news.at
    from jsonb_to_recordset(${sql.param(JSON.stringify(taxes))}::text::jsonb) as news(id uuid, at timestamptz)
    where ${assessments.id} = news.id and ${assessments.paidAt} is null returning ${assessments.id}`);
  return rows.length;
}

/** Makes a public key known; answers the one that is known under that name. */
export async function registerReceiptKey(db: Executor, key: { keyId: string; publicKey: string }): Promise<string | null> {
  await db.insert(receiptKeys).values(key).onConflictDoNothing();
  const [row] = await db.select().from(receiptKeys).where(eq(receiptKeys.keyId, key.keyId));
  return row?.publicKey ?? null;
}
