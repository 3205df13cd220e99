import { and, desc, eq, inArray, isNull, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import {
  ANOMALIES_LISTED,
  parseAnomaly,
  type AnomaliesView,
  type AnomalyContent,
  type AnomalyFilter,
  type AnomalyPage,
  type AnomalyView,
} from '#shared/contracts/anomalies.ts';
import { EVERYWHERE, NATIONAL } from '#shared/contracts/alarms.ts';
import type { Executor, Tx } from './connect.ts';
import { anomalies } from './schema/anomalies.ts';
import { offices, users } from './schema/identity.ts';

export type AnomalyRow = typeof anomalies.$inferSelect;
const agent = alias(users, 'anomaly_agent');
const settler = alias(users, 'anomaly_settler');

/** Something that was found; `key` names it for ever. */
export type NewAnomaly = AnomalyContent & { key: string; officeId: string | null; agentId: string | null };

/** Keeps what was not found before; answers with those. */
export async function insertAnomalies(
  tx: Tx,
  list: readonly NewAnomaly[],
  at: Date,
): Promise<{ id: string; officeId: string | null }[]> {
  if (list.length === 0) return [];
  return tx
    .insert(anomalies)
    .values(list.map((one) => ({ ...one, foundAt: at })))
    .onConflictDoNothing({ target: [anomalies.kind, anomalies.key] })
    .returning({ id: anomalies.id, officeId: anomalies.officeId });
}

/** Those of these keys that were found before. */
export async function knownAnomalies(db: Executor, kind: AnomalyRow['kind'], keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const rows = await db
    .select({ key: anomalies.key })
    .from(anomalies)
    .where(and(eq(anomalies.kind, kind), inArray(anomalies.key, [...keys])));
  return new Set(rows.map(({ key }) => key));
}

export async function lockAnomaly(tx: Tx, id: string): Promise<AnomalyRow | null> {
  const [row] = await tx.select().from(anomalies).where(eq(anomalies.id, id)).for('update');
  return row ?? null;
}

export async function settleAnomaly(
  tx: Tx,
  id: string,
  to: { state: 'explained' | 'confirmed'; settledBy: string; settledAt: Date; note: string },
): Promise<void> {
  await tx.update(anomalies).set(to).where(eq(anomalies.id, id));
}

const rows = (db: Executor) =>
  db
    .select({
      row: anomalies,
      office: { id: offices.id, name: offices.name },
      agent: { id: agent.id, name: agent.name },
      settler: { id: settler.id, name: settler.name },
    })
    .from(anomalies)
    .leftJoin(offices, eq(offices.id, anomalies.officeId))
    .leftJoin(agent, eq(agent.id, anomalies.agentId))
    .leftJoin(settler, eq(settler.id, anomalies.settledBy))
    .$dynamic();

/** Nothing is shown of a kind that this version does not know. */
function viewOf({ row, office, agent: about, settler: by }: Awaited<ReturnType<typeof rows>>[number]): AnomalyView[] {
  const content = parseAnomaly(row);
  if (!content) return [];
  const settled = by && row.settledAt ? { by, at: row.settledAt.toISOString(), note: row.note } : null;
  return [{ id: row.id, content, office, agent: about, foundAt: row.foundAt.toISOString(), state: row.state, settled }];
}

export async function findAnomalyView(db: Executor, id: string): Promise<AnomalyView | null> {
  const [view] = (await rows(db).where(eq(anomalies.id, id))).flatMap(viewOf);
  return view ?? null;
}

/** State of `anomalies:<scope>`. */
export async function readAnomalies(db: Executor, scope: string): Promise<AnomaliesView> {
  const inScope =
    scope === EVERYWHERE ? undefined : scope === NATIONAL ? isNull(anomalies.officeId) : eq(anomalies.officeId, scope);
  const open = and(eq(anomalies.state, 'open'), inScope);
  const newest = await rows(db).where(open).orderBy(desc(anomalies.foundAt), desc(anomalies.id)).limit(ANOMALIES_LISTED);
  return { open: await db.$count(anomalies, open), newest: newest.flatMap(viewOf) };
}

/** A page of those in reach (an office's and the platform's; null: all), newest first. */
export async function listAnomalies(
  db: Executor,
  { kind, state, before }: AnomalyFilter,
  reach: { officeId: string | null },
): Promise<AnomalyPage> {
  const found = await rows(db)
    .where(
      and(
        kind && eq(anomalies.kind, kind),
        state && eq(anomalies.state, state),
        reach.officeId === null ? undefined : or(isNull(anomalies.officeId), eq(anomalies.officeId, reach.officeId)),
        before === undefined ? undefined : sql`${anomalies.foundAt} < ${before}::timestamptz`,
      ),
    )
    .orderBy(desc(anomalies.foundAt), desc(anomalies.id))
    .limit(ANOMALIES_LISTED + 1);
  return { anomalies: found.slice(0, ANOMALIES_LISTED).flatMap(viewOf), more: found.length > ANOMALIES_LISTED };
}
