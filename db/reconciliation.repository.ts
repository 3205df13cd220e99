import { randomUUID } from 'node:crypto';
import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { ProviderCode } from '#shared/contracts/payments.ts';
import type { LineFault } from '#shared/contracts/reconciliation.ts';
import type { Difference, OurRecord, StatementLine } from '#shared/domain/payments/reconcile.ts';
import type { LedgerLine } from '#shared/domain/payments/posting.ts';
import type { Executor, Tx } from './connect.ts';
import { ledgerEntries, paymentIntents, providerRefs, settlements } from './schema/payments.ts';
import {
  reconciliationDecisions,
  reconciliationDifferences,
  reconciliationLines,
  reconciliations,
} from './schema/reconciliation.ts';
import { refundPayouts, refunds } from './schema/refunds.ts';

export type ReconciliationRow = typeof reconciliations.$inferSelect;
export type DifferenceRow = typeof reconciliationDifferences.$inferSelect;
export type DecisionRow = typeof reconciliationDecisions.$inferSelect;

/** The id of the new run; null when this file of the provider is known. Of two who bring it at once, one makes it. */
export async function insertReconciliation(tx: Tx, run: typeof reconciliations.$inferInsert): Promise<string | null> {
  const [row] = await tx.insert(reconciliations).values(run).onConflictDoNothing().returning({ id: reconciliations.id });
  return row?.id ?? null;
}

export async function findReconciliation(db: Executor, id: string): Promise<ReconciliationRow | null> {
  const [row] = await db.select().from(reconciliations).where(eq(reconciliations.id, id));
  return row ?? null;
}

/** The run of a file, where it is known: of that day, or of another on which something moved. Days without movements look all the same. */
export async function findStatement(
  db: Executor,
  provider: ProviderCode,
  sha256: string,
  day: string,
): Promise<ReconciliationRow | null> {
  const [row] = await db
    .select()
    .from(reconciliations)
    .where(
      and(
        eq(reconciliations.provider, provider),
        eq(reconciliations.sha256, sha256),
        or(eq(reconciliations.day, day), gt(reconciliations.lines, 0)),
      ),
    )
    .orderBy(sql`${reconciliations.day} <> ${day}`)
    .limit(1);
  return row ?? null;
}

export async function lockReconciliation(tx: Tx, id: string): Promise<ReconciliationRow | null> {
  const [row] = await tx.select().from(reconciliations).where(eq(reconciliations.id, id)).for('update');
  return row ?? null;
}

export async function updateReconciliation(tx: Tx, id: string, change: Partial<ReconciliationRow>): Promise<void> {
  await tx.update(reconciliations).set(change).where(eq(reconciliations.id, id));
}

/** One of a provider's statements ends at a time. */
export async function lockStatements(tx: Tx, provider: ProviderCode): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('reconciliations'), hashtext(${provider}))`);
}

/** Whether a statement of that day was read to its end. */
export async function hasStatement(db: Executor, provider: ProviderCode, day: string): Promise<boolean> {
  const is = and(eq(reconciliations.provider, provider), eq(reconciliations.day, day), eq(reconciliations.state, 'done'));
  const rows = await db.select({ id: reconciliations.id }).from(reconciliations).where(is).limit(1);
  return rows.length > 0;
}

/** Whether a statement of that day came in this manner, whatever became of it. */
export async function hasStatementFrom(
  db: Executor,
  provider: ProviderCode,
  day: string,
  source: ReconciliationRow['source'],
): Promise<boolean> {
  const is = and(eq(reconciliations.provider, provider), eq(reconciliations.day, day), eq(reconciliations.source, source));
  const rows = await db.select({ id: reconciliations.id }).from(reconciliations).where(is).limit(1);
  return rows.length > 0;
}

/** Runs that ought to be under way and have not moved: their job was lost. */
export async function stalledReconciliations(db: Executor, before: Date): Promise<string[]> {
  const rows = await db
    .select({ id: reconciliations.id })
    .from(reconciliations)
    .where(and(inArray(reconciliations.state, ['waiting', 'reading', 'matching']), lt(reconciliations.updatedAt, before)));
  return rows.map(({ id }) => id);
}

export type NewLine = typeof reconciliationLines.$inferInsert;

/** Keeps lines; those that an earlier run, cut off, has kept already stay. */
export async function insertLines(tx: Executor, lines: readonly NewLine[]): Promise<void> {
  await tx
    .insert(reconciliationLines)
    .values([...lines])
    .onConflictDoNothing();
}

/** Lines after a number whose record is not looked for yet, in order. */
export async function linesToMatch(
  db: Executor,
  run: string,
  after: number,
  limit: number,
): Promise<(StatementLine & { handle: string })[]> {
  const rows = await db
    .select()
    .from(reconciliationLines)
    .where(
      and(
        eq(reconciliationLines.reconciliationId, run),
        gt(reconciliationLines.number, after),
        isNull(reconciliationLines.movement),
        isNull(reconciliationLines.fault),
      ),
    )
    .orderBy(asc(reconciliationLines.number))
    .limit(limit);
  return rows.flatMap((row) => lineOf(row));
}

type LineRow = typeof reconciliationLines.$inferSelect;
function lineOf(row: LineRow): (StatementLine & { handle: string })[] {
  const { number, kind, reference, ourId, handle, amount, currency, fee, moved } = row;
  if (kind === null || amount === null || currency === null) return [];
  return [{ number, kind, reference, ourId, handle, amount, currency, fee, moved }];
}

/** Writes down which record each line is about. */
export async function setMovements(
  tx: Executor,
  run: string,
  found: readonly { number: number; movement: string }[],
): Promise<void> {
  const numbers = sql.param(found.map(({ number }) => number));
  const movements = sql.param(found.map(({ movement }) => movement));
  await tx.execute(sql`
    update reconciliation_lines l set movement = m.movement
    from unnest(${numbers}::int[], ${movements}::text[]) as m(number, movement)
    where l.reconciliation_id = ${run} and l.number = m.number`);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Our records that lines may be about: by the provider's numbers and our ids. */
export async function recordsNamed(
  db: Executor,
  provider: ProviderCode,
  lines: readonly { reference: string; ourId: string }[],
): Promise<OurRecord[]> {
  const references = lines.map(({ reference }) => reference);
  const ids = lines.map(({ ourId }) => ourId).filter((id) => UUID.test(id));
  const named = (column: unknown, values: readonly string[], type: 'text' | 'uuid') =>
    sql`${column} = any(${sql.param([...values])}::${sql.raw(type)}[])`;
  const payments = await paymentRecords(db).where(
    and(
      eq(paymentIntents.provider, provider),
      or(named(providerRefs.reference, references, 'text'), named(paymentIntents.id, ids, 'uuid')),
    ),
  );
  const back = await refundRecords(db).where(
    and(
      eq(paymentIntents.provider, provider),
      or(
        and(eq(refundPayouts.channel, provider), named(refundPayouts.reference, references, 'text')),
        named(refunds.pushId, ids, 'uuid'),
      ),
    ),
  );
  return [...payments.map(paymentRecord), ...back.map(refundRecord)];
}

const paymentRecords = (db: Executor) =>
  db
    .select({
      id: paymentIntents.id,
      amount: paymentIntents.amount,
      currency: paymentIntents.currency,
      settledAt: settlements.settledAt,
      reference: providerRefs.reference,
    })
    .from(paymentIntents)
    .leftJoin(settlements, eq(settlements.intentId, paymentIntents.id))
    .leftJoin(providerRefs, eq(providerRefs.intentId, paymentIntents.id))
    .$dynamic();
const refundRecords = (db: Executor) =>
  db
    .select({
      id: refunds.id,
      pushId: refunds.pushId,
      amount: refunds.amount,
      currency: refunds.currency,
      channel: refundPayouts.channel,
      reference: refundPayouts.reference,
    })
    .from(refunds)
    .innerJoin(paymentIntents, eq(paymentIntents.id, refunds.intentId))
    .leftJoin(refundPayouts, eq(refundPayouts.refundId, refunds.id))
    .$dynamic();

type PaymentRecord = Awaited<ReturnType<typeof paymentRecords>>[number];
type RefundRecord = Awaited<ReturnType<typeof refundRecords>>[number];

const paymentRecord = ({ id, amount, currency, settledAt, reference }: PaymentRecord): OurRecord => ({
  ...{ key: `p:${id}`, kind: 'payment', reference: reference ?? '', ids: [id] },
  ...{ amount, currency, booked: settledAt !== null, expected: false },
});
/** Paid by hand or out of a till: not by this provider, so its statement must not have it. */
const refundRecord = ({ id, pushId, amount, currency, channel, reference }: RefundRecord): OurRecord => {
  const theirs = channel !== null && channel !== 'hand' && channel !== 'cash';
  return {
    ...{ key: `r:${id}`, kind: 'refund', reference: theirs ? (reference ?? '') : '', ids: [pushId] },
    ...{ amount: -amount, currency, booked: theirs, expected: false },
  };
};

/** Movements of a page: the groups of lines of one record, by the name of the movement, after `after`. */
export async function movementsOf(
  db: Executor,
  run: string,
  after: string,
  limit: number,
): Promise<Map<string, StatementLine[]>> {
  const names = db
    .selectDistinct({ movement: reconciliationLines.movement })
    .from(reconciliationLines)
    .where(and(eq(reconciliationLines.reconciliationId, run), gt(reconciliationLines.movement, after)))
    .orderBy(asc(reconciliationLines.movement))
    .limit(limit)
    .as('names');
  const rows = await db
    .select({ line: reconciliationLines })
    .from(reconciliationLines)
    .innerJoin(names, eq(names.movement, reconciliationLines.movement))
    .where(eq(reconciliationLines.reconciliationId, run))
    .orderBy(asc(reconciliationLines.movement), asc(reconciliationLines.number));
  const groups = new Map<string, StatementLine[]>();
  for (const { line } of rows) {
    const name = line.movement ?? '';
    groups.set(name, [...(groups.get(name) ?? []), ...lineOf(line)]);
  }
  return groups;
}

/** Records by their keys, as they are now. */
export async function recordsOf(db: Executor, keys: readonly string[]): Promise<Map<string, OurRecord>> {
  const of = (kind: string): string[] => keys.flatMap((key) => (key.startsWith(kind) ? [key.slice(2)] : []));
  const [payments, back] = [of('p:'), of('r:')];
  const found = [
    ...(payments.length ? (await paymentRecords(db).where(inArray(paymentIntents.id, payments))).map(paymentRecord) : []),
    ...(back.length ? (await refundRecords(db).where(inArray(refunds.id, back))).map(refundRecord) : []),
  ];
  return new Map(found.map((one) => [one.key, one]));
}

/** Our booked movements between two instants that no statement of the provider has, this one included. */
export async function recordsInNoStatement(
  db: Executor,
  provider: ProviderCode,
  { from, to }: { from: Date; to: Date },
  after: string,
  limit: number,
): Promise<OurRecord[]> {
  const rows = await db.execute<{ key: string }>(sql`
    select key from (
      select 'p:' || s.intent_id as key from settlements s join payment_intents n on n.id = s.intent_id
      where n.provider = ${provider} and s.settled_at >= ${from.toISOString()} and s.settled_at < ${to.toISOString()}
      union all
      select 'r:' || p.refund_id from refund_payouts p
      where p.channel = ${provider} and p.paid_at >= ${from.toISOString()} and p.paid_at < ${to.toISOString()}) ours
    where key > ${after} and not exists (
      select from reconciliation_lines l join reconciliations r on r.id = l.reconciliation_id
      where l.movement = ours.key and r.provider = ${provider})
    order by key limit ${limit}`);
  const records = await recordsOf(
    db,
    rows.map(({ key }) => key),
  );
  return rows.flatMap(({ key }) => {
    const one = records.get(key);
    return one ? [{ ...one, expected: true }] : [];
  });
}

/** What our books say moved through the provider between two instants, by currency; what went back counts less. */
export async function ourSums(
  db: Executor,
  provider: ProviderCode,
  { from, to }: { from: Date; to: Date },
): Promise<Record<string, number>> {
  const rows = await db.execute<{ currency: string; sum: string }>(sql`
    select currency, sum(amount)::text as sum from (
      select s.currency, s.amount from settlements s join payment_intents n on n.id = s.intent_id
      where n.provider = ${provider} and s.settled_at >= ${from.toISOString()} and s.settled_at < ${to.toISOString()}
      union all
      select currency, -amount from refund_payouts
      where channel = ${provider} and paid_at >= ${from.toISOString()} and paid_at < ${to.toISOString()}) moved
    group by currency order by currency`);
  return Object.fromEntries(rows.map(({ currency, sum }) => [currency, Number(sum)]));
}

/** What the statement says: what moved and what was kept, by currency. */
export async function theirSums(
  db: Executor,
  run: string,
): Promise<{ moved: Record<string, number>; fees: Record<string, number> }> {
  const rows = await db
    .select({
      currency: reconciliationLines.currency,
      moved: sql<string>`sum(${reconciliationLines.amount})`,
      fees: sql<string>`sum(${reconciliationLines.fee})`,
    })
    .from(reconciliationLines)
    .where(and(eq(reconciliationLines.reconciliationId, run), eq(reconciliationLines.moved, true)))
    .groupBy(reconciliationLines.currency);
  const sums = (of: 'moved' | 'fees') => Object.fromEntries(rows.map((row) => [row.currency ?? '', Number(row[of])]));
  return { moved: sums('moved'), fees: sums('fees') };
}

/** Bad lines of a run, after a number. */
export async function unreadableLines(
  db: Executor,
  run: string,
  after: number,
  limit: number,
): Promise<{ number: number; fault: LineFault | null }[]> {
  return db
    .select({ number: reconciliationLines.number, fault: reconciliationLines.fault })
    .from(reconciliationLines)
    .where(
      and(
        eq(reconciliationLines.reconciliationId, run),
        isNotNull(reconciliationLines.fault),
        gt(reconciliationLines.number, after),
      ),
    )
    .orderBy(asc(reconciliationLines.number))
    .limit(limit);
}

/** Writes down what was found; what an earlier run found already stays as it is. */
export async function insertDifferences(
  tx: Executor,
  { id: reconciliationId, provider }: Pick<ReconciliationRow, 'id' | 'provider'>,
  found: readonly Difference[],
  foundAt: Date,
): Promise<void> {
  if (found.length === 0) return;
  // A refund names the payment that it is of.
  const refundIds = found.flatMap(({ key }) => (key?.startsWith('r:') ? [key.slice(2)] : []));
  const of = refundIds.length
    ? await tx.select({ id: refunds.id, intentId: refunds.intentId }).from(refunds).where(inArray(refunds.id, refundIds))
    : [];
  const intents = new Map(of.map(({ id, intentId }) => [id, intentId]));
  await tx
    .insert(reconciliationDifferences)
    .values(
      found.map(({ kind, line, key, delta, currency }) => {
        const refundId = key?.startsWith('r:') ? key.slice(2) : null;
        const intentId = refundId === null ? (key?.slice(2) ?? null) : (intents.get(refundId) ?? null);
        const name = `${kind} ${line ?? key ?? currency}`;
        return { reconciliationId, provider, name, kind, line, intentId, refundId, delta, currency, foundAt };
      }),
    )
    .onConflictDoNothing();
}

/** Payments of a run's differences that are in its statement and not booked; the provider's id of an order that never reached us is kept. */
export async function unbookedPayments(tx: Executor, run: string): Promise<{ id: string; handle: string }[]> {
  const rows = await tx
    .select({ id: paymentIntents.id, handle: reconciliationLines.handle })
    .from(reconciliationDifferences)
    .innerJoin(paymentIntents, eq(paymentIntents.id, reconciliationDifferences.intentId))
    .innerJoin(
      reconciliationLines,
      and(
        eq(reconciliationLines.reconciliationId, reconciliationDifferences.reconciliationId),
        eq(reconciliationLines.number, reconciliationDifferences.line),
      ),
    )
    .where(and(eq(reconciliationDifferences.reconciliationId, run), eq(reconciliationDifferences.kind, 'unbooked')))
    .orderBy(asc(paymentIntents.id));
  return rows;
}

/** Keeps the provider's id of an order where none is, unless another order has it. */
export async function keepHandle(tx: Executor, intentId: string, handle: string): Promise<void> {
  await tx.execute(sql`
    update payment_intents n set provider_handle = ${handle} where n.id = ${intentId} and n.provider_handle is null
      and not exists (select from payment_intents o where o.provider = n.provider and o.provider_handle = ${handle})`);
}

export async function lockDifference(tx: Tx, id: string): Promise<DifferenceRow | null> {
  const [row] = await tx.select().from(reconciliationDifferences).where(eq(reconciliationDifferences.id, id)).for('update');
  return row ?? null;
}

export async function setDifferenceState(tx: Tx, id: string, state: DifferenceRow['state']): Promise<void> {
  await tx.update(reconciliationDifferences).set({ state }).where(eq(reconciliationDifferences.id, id));
}

/** What people said about a difference, oldest first. */
export const decisionsOf = (db: Executor, id: string): Promise<DecisionRow[]> =>
  db
    .select()
    .from(reconciliationDecisions)
    .where(eq(reconciliationDecisions.differenceId, id))
    .orderBy(asc(reconciliationDecisions.ordinal));

export async function insertDecision(tx: Tx, decision: typeof reconciliationDecisions.$inferInsert): Promise<void> {
  await tx.insert(reconciliationDecisions).values(decision);
}

/** Writes the posting that corrects a difference; that it balances is checked at the commit. Answers its id. */
export async function insertCorrection(
  tx: Tx,
  differenceId: string,
  currency: string,
  lines: readonly LedgerLine[],
  postedAt: Date,
): Promise<string> {
  const postingId = randomUUID();
  await tx
    .insert(ledgerEntries)
    .values(lines.map((line, ordinal) => ({ ...line, postingId, ordinal, intentId: null, differenceId, currency, postedAt })));
  return postingId;
}

/** Differences that nobody has settled. */
export async function countUnsettled(db: Executor): Promise<{ open: number; proposed: number }> {
  const rows = await db
    .select({ state: reconciliationDifferences.state, count: sql<number>`count(*)::int` })
    .from(reconciliationDifferences)
    .where(ne(reconciliationDifferences.state, 'settled'))
    .groupBy(reconciliationDifferences.state);
  const of = (state: string): number => rows.find((row) => row.state === state)?.count ?? 0;
  return { open: of('open'), proposed: of('proposed') };
}
