import { eq, sql } from 'drizzle-orm';
import { Locale, type SessionEnd } from '#shared/contracts/identity.ts';
import type { Contact } from '#shared/domain/contact.ts';
import type { Executor, Tx } from './connect.ts';
import { sayWhySessionsEnd } from './identity.repository.ts';
import { sessions, users, verifications } from './schema/identity.ts';

/** Deletes all sessions of a user (a trigger tells of each); answers with their ids. */
export async function deleteAllSessions(tx: Tx, userId: string, why: SessionEnd): Promise<string[]> {
  await sayWhySessionsEnd(tx, why);
  const rows = await tx.delete(sessions).where(eq(sessions.userId, userId)).returning({ id: sessions.id });
  return rows.map(({ id }) => id);
}

/** Codes that were sent to an address for a lost password are worth nothing any more. */
export async function deleteRecoveryCodes(tx: Tx, address: string): Promise<void> {
  await tx.delete(verifications).where(sql`starts_with(${verifications.identifier}, ${`recovery:${address}:`})`);
}

/** Whoever typed a code that was sent to an address has shown that it is theirs. */
export async function updateContactVerified(tx: Tx, userId: string, channel: Contact['channel']): Promise<void> {
  await tx
    .update(users)
    .set(channel === 'email' ? { emailVerified: true } : { phoneVerified: true })
    .where(eq(users.id, userId));
}

/** A user's own addresses; null where there is none (a synthetic e-mail is none). */
export async function contactsOf(
  db: Executor,
  userId: string,
): Promise<{ email: string | null; phone: string | null; locale: Locale }> {
  const [row] = await db.select().from(users).where(eq(users.id, userId));
  if (!row) throw new Error(`no user ${userId}`);
  return { email: row.emailSynthetic ? null : row.email, phone: row.phone, locale: Locale.catch('fr').parse(row.locale) };
}

/** Gives a user a verified address in place of the one of the same kind. Fails on the unique index when somebody else has it. */
export async function changeContact(tx: Tx, userId: string, contact: Contact): Promise<void> {
  const change =
    contact.channel === 'email'
      ? { email: contact.value, emailSynthetic: false, emailVerified: true }
      : { phone: contact.value, phoneVerified: true };
  await tx
    .update(users)
    .set({ ...change, updatedAt: sql`now()` })
    .where(eq(users.id, userId));
}
