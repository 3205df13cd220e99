import { and, desc, eq, gt, isNull, ne, sql } from 'drizzle-orm';
import { z } from 'zod';
import { Role, type SessionEnd } from '#shared/contracts/identity.ts';
import type { Contact } from '#shared/domain/contact.ts';
import { compiled } from './compiled.ts';
import type { Executor, Tx } from './connect.ts';
import { gathered } from './gathered.ts';
import { accounts, offices, secondFactors, sessions, users, verifications } from './schema/identity.ts';

const contactIs = (contact: Contact) =>
  contact.channel === 'email' ? eq(users.email, contact.value) : eq(users.phone, contact.value);
const passwordOf = (userId: string) => and(eq(accounts.userId, userId), eq(accounts.providerId, 'credential'));

/** What is needed to check a password. `email` is the library's name for the user, synthetic or not. */
export interface Credential {
  userId: string;
  email: string;
  passwordHash: string | null;
  disabled: boolean;
}

const credentialColumns = { userId: users.id, email: users.email, passwordHash: accounts.password, disabledAt: users.disabledAt };
const credentialJoin = and(eq(accounts.userId, users.id), eq(accounts.providerId, 'credential'));

/** The credential of whoever signs in with that address; a synthetic e-mail is nobody's address. */
export async function findCredential(tx: Executor, contact: Contact): Promise<Credential | null> {
  const [row] = await tx
    .select(credentialColumns)
    .from(users)
    .leftJoin(accounts, credentialJoin)
    .where(and(contactIs(contact), contact.channel === 'email' ? eq(users.emailSynthetic, false) : undefined));
  return row ? { ...row, disabled: row.disabledAt !== null } : null;
}

/** A user's credential; `lock` holds its row until the transaction ends (share: signing in; update: changing the password). */
export async function readCredential(tx: Executor, userId: string, lock?: 'share' | 'update'): Promise<Credential | null> {
  const query = tx.select(credentialColumns).from(users).innerJoin(accounts, credentialJoin).where(eq(users.id, userId));
  const [row] = await (lock ? query.for(lock, { of: accounts }) : query);
  return row ? { ...row, disabled: row.disabledAt !== null } : null;
}

export async function updatePasswordHash(tx: Tx, userId: string, passwordHash: string): Promise<void> {
  await tx
    .update(accounts)
    .set({ password: passwordHash, updatedAt: sql`now()` })
    .where(passwordOf(userId));
}

const SessionUser = z.object({
  sessionId: z.uuid(),
  userId: z.uuid(),
  role: Role,
  officeId: z.uuid().nullable(),
  expiresAt: z.date(),
  secondFactorGiven: z.boolean(),
  /** Whether the person has a device for the second step. */
  enrolled: z.boolean(),
});
/** A session with what its user may do. */
export type SessionUser = z.infer<typeof SessionUser>;

/** Alive: not over, of a user who is not disabled. */
const alive = () => and(gt(sessions.expiresAt, sql`now()`), isNull(users.disabledAt));

/** How long a handshake waits for others, milliseconds. */
const SESSIONS_WITHIN_MS = 5;
const sessionsOfTokens = compiled((db) =>
  db
    .select({
      sessionId: sessions.id,
      token: sessions.token,
      userId: users.id,
      role: users.role,
      officeId: users.officeId,
      expiresAt: sessions.expiresAt,
      secondFactorGiven: sql<boolean>`${sessions.secondFactorAt} is not null`,
      enrolled: sql<boolean>`${secondFactors.sealedSecret} is not null`,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .where(
      and(
        sql`(${sessions.id}, ${sessions.token}) in (select * from unnest(${sql.placeholder('ids')}::uuid[], ${sql.placeholder('tokens')}::text[]))`,
        alive(),
      ),
    ),
);
const findSessionOf = gathered<{ sessionId: string; token: string }, SessionUser | null>(async (db, asked) => {
  const rows = await sessionsOfTokens(db, {
    ids: asked.map(({ sessionId }) => sessionId),
    tokens: asked.map(({ token }) => token),
  });
  // By the token, not by the session that its first part names: who shows another is nobody.
  const found = new Map(rows.map((row) => [row.token, SessionUser.parse(row)]));
  return asked.map(({ token }) => found.get(token) ?? null);
}, SESSIONS_WITHIN_MS);
/** The session of a cookie's token; null when it is over, was deleted, or its user is disabled. */
export const findSession = (db: Executor, sessionId: string, token: string): Promise<SessionUser | null> =>
  findSessionOf(db, { sessionId, token });

/** Which of these sessions are alive, in one query. */
export async function findAliveSessions(tx: Executor, sessionIds: readonly string[]): Promise<Set<string>> {
  if (sessionIds.length === 0) return new Set();
  const rows = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(sql`${sessions.id} = any(${sql.param([...sessionIds])}::uuid[])`, alive()));
  return new Set(rows.map((row) => row.id));
}

/** A session and its user, as the user sees them. */
export async function readSessionOfUser(tx: Executor, sessionId: string) {
  const [row] = await tx
    .select({
      userId: users.id,
      sessionId: sessions.id,
      name: users.name,
      email: users.email,
      emailSynthetic: users.emailSynthetic,
      phone: users.phone,
      role: users.role,
      office: { id: offices.id, name: offices.name, city: offices.city },
      locale: users.locale,
      expiresAt: sessions.expiresAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .leftJoin(offices, eq(offices.id, users.officeId))
    .where(and(eq(sessions.id, sessionId), alive()));
  return row ?? null;
}

/** A user's sessions that are not over, newest first. */
export async function listSessions(tx: Executor, userId: string) {
  return tx
    .select({ id: sessions.id, createdAt: sessions.createdAt, expiresAt: sessions.expiresAt, userAgent: sessions.userAgent })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, sql`now()`)))
    .orderBy(desc(sessions.createdAt));
}

/** Why the sessions that are deleted next end; the trigger that tells of it reads it. For this transaction, until it is said anew. */
export async function sayWhySessionsEnd(tx: Tx, why: SessionEnd): Promise<void> {
  await tx.execute(sql`select set_config('vignette.session_end', ${why}, true)`);
}

/** Deletes one session of a user (a trigger tells of it). Null when it was not there. */
export async function deleteSession(
  tx: Tx,
  sessionId: string,
  why: SessionEnd,
  userId?: string,
): Promise<{ userId: string } | null> {
  await sayWhySessionsEnd(tx, why);
  const [row] = await tx
    .delete(sessions)
    .where(and(eq(sessions.id, sessionId), userId === undefined ? undefined : eq(sessions.userId, userId)))
    .returning({ userId: sessions.userId });
  return row ?? null;
}

/** Deletes a user's sessions but one; answers with their ids. */
export async function deleteOtherSessions(tx: Tx, userId: string, keep: string, why: SessionEnd): Promise<string[]> {
  await sayWhySessionsEnd(tx, why);
  const rows = await tx
    .delete(sessions)
    .where(and(eq(sessions.userId, userId), ne(sessions.id, keep)))
    .returning({ id: sessions.id });
  return rows.map((row) => row.id);
}

/** A one-time code as kept: its keyed hash, and how often it was tried. */
export interface StoredCode {
  id: string;
  hash: string;
  attempts: number;
  expired: boolean;
}

/** Keeps a code in place of those sent before for the same subject. */
export async function replaceCode(tx: Tx, subject: string, hash: string, seconds: number): Promise<void> {
  await tx.delete(verifications).where(eq(verifications.identifier, subject));
  await tx
    .insert(verifications)
    .values({ identifier: subject, value: hash, expiresAt: sql`now() + make_interval(secs => ${seconds})` });
}

/** The newest code of a subject, its row held until the transaction ends. */
export async function lockCode(tx: Tx, subject: string): Promise<StoredCode | null> {
  const [row] = await tx
    .select({
      id: verifications.id,
      hash: verifications.value,
      attempts: verifications.attempts,
      expired: sql<boolean>`${verifications.expiresAt} <= now()`,
    })
    .from(verifications)
    .where(eq(verifications.identifier, subject))
    .orderBy(desc(verifications.createdAt))
    .limit(1)
    .for('update');
  return row ?? null;
}

export async function countCodeAttempt(tx: Tx, id: string): Promise<void> {
  await tx
    .update(verifications)
    .set({ attempts: sql`${verifications.attempts} + 1`, updatedAt: sql`now()` })
    .where(eq(verifications.id, id));
}

export async function deleteCodes(tx: Tx, subject: string): Promise<void> {
  await tx.delete(verifications).where(eq(verifications.identifier, subject));
}
