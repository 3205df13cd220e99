import { and, count, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Executor, Tx } from './connect.ts';
import { backupCodes, secondFactors, sessions } from './schema/identity.ts';

/** A person's second step as kept. `sealedSecret` is null until a first code was given; `nextSealedSecret` is an enrolment under way. */
export interface StoredFactor {
  sealedSecret: string | null;
  nextSealedSecret: string | null;
  lastStep: number;
}

/** Somebody's second step, its row held until the transaction ends. */
export async function lockFactor(tx: Tx, userId: string): Promise<StoredFactor | null> {
  const [row] = await tx
    .select({
      sealedSecret: secondFactors.sealedSecret,
      nextSealedSecret: secondFactors.nextSealedSecret,
      lastStep: secondFactors.lastStep,
    })
    .from(secondFactors)
    .where(eq(secondFactors.userId, userId))
    .for('update');
  return row ?? null;
}

/** Makes the row that `lockFactor` holds, when there is none. */
export async function ensureFactor(tx: Tx, userId: string): Promise<void> {
  await tx.insert(secondFactors).values({ userId }).onConflictDoNothing();
}

export async function keepNextSecret(tx: Tx, userId: string, nextSealedSecret: string): Promise<void> {
  await tx.update(secondFactors).set({ nextSealedSecret }).where(eq(secondFactors.userId, userId));
}

/** The enrolment is over: from here on codes are made of this secret. */
export async function enrolFactor(tx: Tx, userId: string, sealedSecret: string, lastStep: number): Promise<void> {
  await tx
    .update(secondFactors)
    .set({ sealedSecret, nextSealedSecret: null, lastStep, enrolledAt: sql`now()` })
    .where(eq(secondFactors.userId, userId));
}

export async function keepLastStep(tx: Tx, userId: string, lastStep: number): Promise<void> {
  await tx.update(secondFactors).set({ lastStep }).where(eq(secondFactors.userId, userId));
}

/** Takes somebody's second step away, codes on paper with it. False when there was none. */
export async function deleteFactor(tx: Tx, userId: string): Promise<boolean> {
  await tx.delete(backupCodes).where(eq(backupCodes.userId, userId));
  const deleted = await tx.delete(secondFactors).where(eq(secondFactors.userId, userId)).returning({ id: secondFactors.userId });
  return deleted.length > 0;
}

/** Since when somebody has a second step, and how many codes on paper are left. */
export async function readFactorState(tx: Executor, userId: string): Promise<{ enrolledAt: Date | null; codesLeft: number }> {
  const [factor] = await tx
    .select({ enrolledAt: secondFactors.enrolledAt })
    .from(secondFactors)
    .where(and(eq(secondFactors.userId, userId), isNotNull(secondFactors.sealedSecret)));
  const [left] = await tx
    .select({ codes: count() })
    .from(backupCodes)
    .where(and(eq(backupCodes.userId, userId), isNull(backupCodes.usedAt)));
  return { enrolledAt: factor?.enrolledAt ?? null, codesLeft: left?.codes ?? 0 };
}

/** New codes on paper in place of all earlier ones. */
export async function replaceBackupCodes(tx: Tx, userId: string, hashes: readonly string[]): Promise<void> {
  await tx.delete(backupCodes).where(eq(backupCodes.userId, userId));
  await tx.insert(backupCodes).values(hashes.map((hash) => ({ userId, hash })));
}

/** Uses a code on paper up. `unknown`, `used`, or `taken` now: of two who give it at once, one gets that. */
export async function takeBackupCode(tx: Tx, userId: string, hash: string): Promise<'unknown' | 'used' | 'taken'> {
  const its = and(eq(backupCodes.userId, userId), eq(backupCodes.hash, hash));
  const taken = await tx
    .update(backupCodes)
    .set({ usedAt: sql`now()` })
    .where(and(its, isNull(backupCodes.usedAt)))
    .returning({ id: backupCodes.id });
  if (taken.length > 0) return 'taken';
  return (await tx.$count(backupCodes, its)) > 0 ? 'used' : 'unknown';
}

/** How long a session of the staff lasts: seconds without use, and hours from sign-in at most. */
export interface StaffSpan {
  idleSeconds: number;
  mostHours: number;
}

const untilOf = ({ idleSeconds, mostHours }: StaffSpan) =>
  sql`least(now() + make_interval(secs => ${idleSeconds}), ${sessions.createdAt} + make_interval(hours => ${mostHours}))`;

/** A second step was given in this session. Null when it is over. */
export async function noteSecondFactor(tx: Tx, sessionId: string, span: StaffSpan): Promise<{ expiresAt: Date } | null> {
  const [row] = await tx
    .update(sessions)
    .set({ secondFactorAt: sql`now()`, expiresAt: untilOf(span) })
    .where(and(eq(sessions.id, sessionId), sql`${sessions.expiresAt} > now()`))
    .returning({ expiresAt: sessions.expiresAt });
  return row ?? null;
}

/** A session is used: it lasts on. Null when it is over. */
export async function prolongSession(tx: Executor, sessionId: string, span: StaffSpan): Promise<{ expiresAt: Date } | null> {
  const [row] = await tx
    .update(sessions)
    .set({ expiresAt: untilOf(span), updatedAt: sql`now()` })
    .where(and(eq(sessions.id, sessionId), sql`${sessions.expiresAt} > now()`))
    .returning({ expiresAt: sessions.expiresAt });
  return row ?? null;
}

/** A session that waits for its second step does not wait long. */
export async function shortenSession(tx: Tx, sessionId: string, seconds: number): Promise<void> {
  await tx
    .update(sessions)
    .set({ expiresAt: sql`now() + make_interval(secs => ${seconds})` })
    .where(eq(sessions.id, sessionId));
}

/** Whether a second step was given in this session within so many seconds, straight from the database. */
export async function wasGivenWithin(tx: Executor, sessionId: string, seconds: number): Promise<boolean> {
  const found = await tx.$count(
    sessions,
    and(eq(sessions.id, sessionId), sql`${sessions.secondFactorAt} > now() - make_interval(secs => ${seconds})`),
  );
  return found > 0;
}

/** When these sessions run out; one that is over is not among them. */
export async function readExpiries(tx: Executor, sessionIds: readonly string[]): Promise<Map<string, Date>> {
  const rows = await tx
    .select({ id: sessions.id, expiresAt: sessions.expiresAt })
    .from(sessions)
    .where(and(sql`${sessions.id} = any(${sql.param([...sessionIds])}::uuid[])`, sql`${sessions.expiresAt} > now()`));
  return new Map(rows.map(({ id, expiresAt }) => [id, expiresAt]));
}
