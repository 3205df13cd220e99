import { and, eq, inArray, isNotNull, notInArray, or, sql } from 'drizzle-orm';
import type { Executor, Tx } from './connect.ts';
import { giveUpObjects, objectsOfPages } from './objects-to-delete.repository.ts';
import { exportKey } from '#shared/domain/object-keys.ts';
import { accountExports } from './schema/account.ts';
import { documentPages, documents } from './schema/documents.ts';
import { accounts, users, verifications } from './schema/identity.ts';
import { knownBrowsers, noticePreferences, notices } from './schema/notices.ts';
import { paymentIntents } from './schema/payments.ts';
import { messages } from './schema/platform.ts';
import { owners, vehicleClaims, vehicles } from './schema/vehicles.ts';

/** Holds a user against everything that would point to them: what others are writing is waited for, and then seen. */
export async function lockUserWhole(tx: Tx, userId: string): Promise<{ role: string; closedAt: Date | null } | null> {
  const [row] = await tx
    .select({ role: users.role, closedAt: users.closedAt })
    .from(users)
    .where(eq(users.id, userId))
    .for('update');
  return row ?? null;
}

/** Erases a user's documents, claims included, and gives their photographs up. Again: nothing is left to erase. */
export async function eraseDocuments(tx: Tx, userId: string, at: Date): Promise<void> {
  const pages = await tx
    .select({
      id: documentPages.id,
      documentId: documentPages.documentId,
      side: documentPages.side,
      originalKey: documentPages.originalKey,
    })
    .from(documentPages)
    .where(eq(documentPages.userId, userId));
  await giveUpObjects(tx, objectsOfPages(pages, at));
  const mine = tx.select({ id: documents.id }).from(documents).where(eq(documents.userId, userId));
  await tx.update(vehicles).set({ documentId: null }).where(inArray(vehicles.documentId, mine));
  await tx.delete(vehicleClaims).where(eq(vehicleClaims.claimantId, userId));
  await tx.delete(documents).where(eq(documents.userId, userId));
}

/** Vehicles stay in the register, nobody's and without a name. */
export async function leaveVehicles(tx: Tx, userId: string, at: Date): Promise<void> {
  const mine = tx.select({ id: owners.id }).from(owners).where(eq(owners.userId, userId));
  await tx
    .update(vehicles)
    .set({ ownerId: null, holderName: '', updatedAt: at, version: sql`${vehicles.version} + 1` })
    .where(inArray(vehicles.ownerId, mine));
  await tx.delete(owners).where(eq(owners.userId, userId));
}

/** Phones of payments that have ended, and pages of providers: of no use to the books. */
export async function erasePayerTraces(tx: Tx, userId: string): Promise<void> {
  await tx
    .update(paymentIntents)
    .set({ phone: sql`case when ${paymentIntents.phone} is null then null else '' end`, redirectUrl: null })
    .where(
      and(
        eq(paymentIntents.payerId, userId),
        notInArray(paymentIntents.state, ['created', 'pushed', 'pending', 'unknown']),
        or(sql`${paymentIntents.phone} <> ''`, isNotNull(paymentIntents.redirectUrl)),
      ),
    );
}

/** Erases what is told and what signs in: notices, wishes, known browsers, messages, codes, copies, the password. */
export async function eraseRest(tx: Tx, userId: string, addresses: readonly string[], at: Date): Promise<void> {
  await tx.delete(notices).where(eq(notices.userId, userId));
  await tx.delete(noticePreferences).where(eq(noticePreferences.userId, userId));
  await tx.delete(knownBrowsers).where(eq(knownBrowsers.userId, userId));
  const copies = await tx.delete(accountExports).where(eq(accountExports.userId, userId)).returning({ id: accountExports.id });
  const later = new Date(at.getTime() + 3600_000);
  await giveUpObjects(
    tx,
    copies.flatMap(({ id }) => [
      { key: exportKey(id), prefix: false, dueAt: at },
      { key: exportKey(id).replace(/\.zip$/, ''), prefix: true, dueAt: later },
    ]),
  );
  if (addresses.length > 0) {
    await tx
      .update(messages)
      .set({
        recipient: '',
        params: {},
        erasedAt: sql`now()`,
        failedAt: sql`case when ${messages.sentAt} is null then coalesce(${messages.failedAt}, now()) end`,
      })
      .where(inArray(messages.recipient, [...addresses]));
    for (const address of addresses) {
      const subjects = [`sign-up:${address}`, `recovery:${address}:`];
      for (const subject of subjects)
        await tx.delete(verifications).where(sql`starts_with(${verifications.identifier}, ${subject})`);
    }
  }
  await tx.delete(verifications).where(sql`starts_with(${verifications.identifier}, ${`contact:${userId}:`})`);
  await tx.delete(accounts).where(eq(accounts.userId, userId));
}

/** Leaves the pseudonym that the books need: an id. */
export async function closeUser(tx: Tx, userId: string, at: Date): Promise<void> {
  await tx
    .update(users)
    .set({
      ...{ name: '', email: `${userId}@closed.invalid`, emailSynthetic: true, emailVerified: false },
      ...{ phone: null, phoneVerified: false, image: null, disabledAt: at, closedAt: at, updatedAt: at },
    })
    .where(eq(users.id, userId));
}

/** Closed accounts to which something was added by a request that was under way. */
export async function closedWithRemains(db: Executor, limit: number): Promise<string[]> {
  const rows = await db
    .selectDistinct({ id: users.id })
    .from(users)
    .leftJoin(documents, eq(documents.userId, users.id))
    .leftJoin(
      paymentIntents,
      and(
        eq(paymentIntents.payerId, users.id),
        sql`${paymentIntents.phone} <> ''`,
        notInArray(paymentIntents.state, ['created', 'pushed', 'pending', 'unknown']),
      ),
    )
    .where(and(isNotNull(users.closedAt), or(isNotNull(documents.id), isNotNull(paymentIntents.id))))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** What a closing will let go, in numbers. */
export async function countHoldings(db: Executor, userId: string): Promise<{ vehicles: number; documents: number }> {
  const owned = db.select({ id: owners.id }).from(owners).where(eq(owners.userId, userId));
  return {
    vehicles: await db.$count(vehicles, inArray(vehicles.ownerId, owned)),
    documents: await db.$count(documents, eq(documents.userId, userId)),
  };
}
