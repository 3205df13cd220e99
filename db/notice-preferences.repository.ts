import { eq, sql } from 'drizzle-orm';
import { NoticePreferences } from '#shared/contracts/notices.ts';
import { DEFAULT_PREFERENCES, type Reach } from '#shared/domain/notices/channels.ts';
import type { Executor, Tx } from './connect.ts';
import { users } from './schema/identity.ts';
import { noticePreferences } from './schema/notices.ts';

/** How a person can be reached and wants to be. An address that nobody confirmed is none. */
export interface Addressee extends Reach {
  userId: string;
  locale: string;
  preferences: NoticePreferences;
}

/** Those of these people who are there and not shut out. */
export async function findAddressees(db: Executor, userIds: readonly string[]): Promise<Addressee[]> {
  if (userIds.length === 0) return [];
  const rows = await db
    .select({
      userId: users.id,
      locale: users.locale,
      email: sql<string | null>`case when ${users.emailVerified} and not ${users.emailSynthetic} then ${users.email} end`,
      phone: sql<string | null>`case when ${users.phoneVerified} then ${users.phone} end`,
      preferences: noticePreferences.preferences,
    })
    .from(users)
    .leftJoin(noticePreferences, eq(noticePreferences.userId, users.id))
    .where(sql`${users.id} = any(${sql.param([...userIds])}::uuid[]) and ${users.disabledAt} is null`);
  return rows.map(({ preferences, ...row }) => ({ ...row, preferences: preferencesOf(preferences) }));
}

/** One of them; null when they are gone. */
export async function findAddressee(db: Executor, userId: string): Promise<Addressee | null> {
  const [found] = await findAddressees(db, [userId]);
  return found ?? null;
}

/** What was kept by an older version, or nothing, counts as the default. */
const preferencesOf = (stored: unknown): NoticePreferences => NoticePreferences.catch(DEFAULT_PREFERENCES).parse(stored);

/** What a person wants, held until the transaction ends, so that two changes at once do not lose one. */
export async function lockPreferences(tx: Tx, userId: string, at: Date): Promise<NoticePreferences> {
  await tx.insert(noticePreferences).values({ userId, preferences: DEFAULT_PREFERENCES, updatedAt: at }).onConflictDoNothing();
  const [row] = await tx
    .select({ preferences: noticePreferences.preferences })
    .from(noticePreferences)
    .where(eq(noticePreferences.userId, userId))
    .for('update');
  return preferencesOf(row?.preferences);
}

export async function savePreferences(tx: Tx, userId: string, preferences: NoticePreferences, at: Date): Promise<void> {
  await tx
    .insert(noticePreferences)
    .values({ userId, preferences, updatedAt: at })
    .onConflictDoUpdate({ target: noticePreferences.userId, set: { preferences, updatedAt: at } });
}
