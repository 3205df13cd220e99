import { and, asc, desc, eq, inArray, ne, sql, type SQL } from 'drizzle-orm';
import type {
  DifferenceFilter,
  DifferenceView,
  ReconciliationsView,
  ReconciliationView,
} from '#shared/contracts/reconciliation.ts';
import type { Executor } from './connect.ts';
import { countUnsettled } from './reconciliation.repository.ts';
import { users } from './schema/identity.ts';
import { paymentIntents, providerRefs } from './schema/payments.ts';
import {
  reconciliationDecisions,
  reconciliationDifferences,
  reconciliationLines,
  reconciliations,
} from './schema/reconciliation.ts';
import { refundPayouts, refunds } from './schema/refunds.ts';

/** Statements listed at most. */
const LISTED = 60;

/** State of the topic `reconciliations`. */
export async function readReconciliations(db: Executor): Promise<ReconciliationsView> {
  const rows = await db
    .select({ run: reconciliations, importer: users.name })
    .from(reconciliations)
    .leftJoin(users, eq(users.id, reconciliations.importedBy))
    .orderBy(desc(reconciliations.createdAt), desc(reconciliations.id))
    .limit(LISTED);
  const ids = rows.map(({ run }) => run.id);
  const counts = ids.length
    ? await db
        .select({
          run: reconciliationDifferences.reconciliationId,
          all: sql<number>`count(*)::int`,
          open: sql<number>`(count(*) filter (where ${reconciliationDifferences.state} <> 'settled'))::int`,
        })
        .from(reconciliationDifferences)
        .where(inArray(reconciliationDifferences.reconciliationId, ids))
        .groupBy(reconciliationDifferences.reconciliationId)
    : [];
  const byRun = new Map(counts.map((count) => [count.run, count]));
  const { open, proposed } = await countUnsettled(db);
  return { runs: rows.map(({ run, importer }) => viewOf(run, importer, byRun.get(run.id))), open, toApprove: proposed };
}

function viewOf(
  run: typeof reconciliations.$inferSelect,
  importedBy: string | null,
  count: { all: number; open: number } | undefined,
): ReconciliationView {
  const { id, provider, day, source, fileName, state, fault, lines, unreadable, theirs, ours } = run;
  return {
    ...{ id, provider, day, source, fileName, state, fault, importedBy, lines, unreadable, theirs, ours },
    createdAt: run.createdAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
    // A file is read twice when its encoding is found out, and once more after a cut.
    share: state === 'done' ? 1 : Math.min(1, run.bytes === 0 ? 0 : run.bytesRead / run.bytes),
    differences: count?.all ?? 0,
    open: count?.open ?? 0,
  };
}

export async function countDifferences(db: Executor, run: string): Promise<number> {
  return db.$count(reconciliationDifferences, eq(reconciliationDifferences.reconciliationId, run));
}

function whereOf({ provider, kind, state, run }: DifferenceFilter): SQL | undefined {
  return and(
    provider ? eq(reconciliationDifferences.provider, provider) : undefined,
    kind ? eq(reconciliationDifferences.kind, kind) : undefined,
    run ? eq(reconciliationDifferences.reconciliationId, run) : undefined,
    state === 'unsettled' ? ne(reconciliationDifferences.state, 'settled') : undefined,
    state === 'settled' ? eq(reconciliationDifferences.state, 'settled') : undefined,
  );
}

export const countOfDifferences = (db: Executor, filter: DifferenceFilter): Promise<number> =>
  db.$count(reconciliationDifferences, whereOf(filter));

/** Differences with both sides, the newest day first. */
export async function readDifferences(
  db: Executor,
  filter: DifferenceFilter,
  page: { limit: number; offset: number },
): Promise<DifferenceView[]> {
  const rows = await differenceRows(db)
    .where(whereOf(filter))
    .orderBy(
      desc(reconciliations.day),
      asc(reconciliationDifferences.provider),
      asc(reconciliationDifferences.line),
      asc(reconciliationDifferences.id),
    )
    .limit(page.limit)
    .offset(page.offset);
  return withDecisions(db, rows);
}

/** One difference; null when there is none. */
export async function readDifference(db: Executor, id: string): Promise<DifferenceView | null> {
  const [view] = await withDecisions(db, await differenceRows(db).where(eq(reconciliationDifferences.id, id)));
  return view ?? null;
}

const differenceRows = (db: Executor) =>
  db
    .select({
      difference: reconciliationDifferences,
      day: reconciliations.day,
      line: reconciliationLines,
      intent: paymentIntents,
      reference: providerRefs.reference,
      refund: refunds,
      payout: refundPayouts,
    })
    .from(reconciliationDifferences)
    .innerJoin(reconciliations, eq(reconciliations.id, reconciliationDifferences.reconciliationId))
    .leftJoin(
      reconciliationLines,
      and(
        eq(reconciliationLines.reconciliationId, reconciliationDifferences.reconciliationId),
        eq(reconciliationLines.number, reconciliationDifferences.line),
      ),
    )
    .leftJoin(paymentIntents, eq(paymentIntents.id, reconciliationDifferences.intentId))
    .leftJoin(providerRefs, eq(providerRefs.intentId, paymentIntents.id))
    .leftJoin(refunds, eq(refunds.id, reconciliationDifferences.refundId))
    .leftJoin(refundPayouts, eq(refundPayouts.refundId, refunds.id))
    .$dynamic();
type Row = Awaited<ReturnType<typeof differenceRows>>[number];

async function withDecisions(db: Executor, rows: readonly Row[]): Promise<DifferenceView[]> {
  const ids = rows.map(({ difference }) => difference.id);
  const found = ids.length
    ? await db
        .select({ decision: reconciliationDecisions, name: users.name })
        .from(reconciliationDecisions)
        .innerJoin(users, eq(users.id, reconciliationDecisions.by))
        .where(inArray(reconciliationDecisions.differenceId, ids))
        .orderBy(asc(reconciliationDecisions.ordinal))
    : [];
  return rows.map((row) => ({
    ...{ id: row.difference.id, reconciliationId: row.difference.reconciliationId, provider: row.difference.provider },
    ...{ day: row.day, kind: row.difference.kind, state: row.difference.state },
    ...{ delta: row.difference.delta, currency: row.difference.currency },
    line: lineOf(row),
    ours: oursOf(row),
    decisions: found
      .filter(({ decision }) => decision.differenceId === row.difference.id)
      .map(({ decision, name }) => ({
        ...{ action: decision.action, reason: decision.reason, note: decision.note },
        by: { id: decision.by, name },
        at: decision.at.toISOString(),
      })),
  }));
}

function lineOf({ line }: Row): DifferenceView['line'] {
  if (!line) return null;
  const { number, raw, fault, amount, currency, reference } = line;
  return { number, raw, fault, reference, side: amount === null || currency === null ? null : { amount, currency } };
}

function oursOf({ intent, reference, refund, payout }: Row): DifferenceView['ours'] {
  if (refund) {
    const { id, intentId, state, amount, currency, settledAt, proposedAt } = refund;
    return {
      ...{ paymentId: intentId, refundId: id, state, side: { amount: -amount, currency }, reference: payout?.reference ?? '' },
      at: (settledAt ?? proposedAt).toISOString(),
    };
  }
  if (!intent) return null;
  const { id, state, amount, currency, settledAt, createdAt } = intent;
  return {
    ...{ paymentId: id, refundId: null, state, side: { amount, currency }, reference: reference ?? '' },
    at: (settledAt ?? createdAt).toISOString(),
  };
}
