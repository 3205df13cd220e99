import { and, desc, eq, isNull, lt, or, sql, type SQL } from 'drizzle-orm';
import {
  NOTICES_LISTED,
  parseNotice,
  type NoticeContent,
  type NoticePage,
  type NotificationsView,
  type NoticeView,
} from '#shared/contracts/notices.ts';
import { compiled } from './compiled.ts';
import type { Executor, Tx } from './connect.ts';
import { notices } from './schema/notices.ts';

type NoticeRow = typeof notices.$inferSelect;

/** A notice to be made: `eventKey` names what happened. */
export interface NewNotice {
  userId: string;
  content: NoticeContent;
  eventKey: string;
  /** Goes by no other way, whatever its kind. */
  inAppOnly?: true;
}

/** Makes notices; answers with those that were not there yet, by their place in the list. */
export async function insertNotices(tx: Tx, list: readonly NewNotice[], at: Date): Promise<{ id: string; index: number }[]> {
  if (list.length === 0) return [];
  const rows = await tx
    .insert(notices)
    .values(list.map(({ userId, content, eventKey }) => ({ userId, ...content, eventKey, createdAt: at })))
    .onConflictDoNothing({ target: [notices.userId, notices.kind, notices.eventKey] })
    .returning({ id: notices.id, userId: notices.userId, kind: notices.kind, eventKey: notices.eventKey });
  return rows.map(({ id, ...row }) => ({
    id,
    index: list.findIndex(
      ({ userId, content, eventKey }) => userId === row.userId && content.kind === row.kind && eventKey === row.eventKey,
    ),
  }));
}

const unreadOf = compiled((db) =>
  db
    .select({ userId: notices.userId, count: sql<number>`count(*)::int` })
    .from(notices)
    .where(and(sql`${notices.userId} = any(${sql.placeholder('ids')}::uuid[])`, isNull(notices.readAt)))
    .groupBy(notices.userId),
);
/** State of the topic `notifications:<user>`. */
export async function readNotifications(db: Executor, userId: string): Promise<NotificationsView> {
  return (await readNotificationsOf(db, [userId])).get(userId) ?? { notices: [], more: false, unread: 0 };
}

/** The same of several people, in two queries for all. */
export async function readNotificationsOf(db: Executor, userIds: readonly string[]): Promise<Map<string, NotificationsView>> {
  const ids = [...new Set(userIds)];
  const [rows, unread] = await Promise.all([newestOfEach(db, { ids }), unreadOf(db, { ids })]);
  const counts = new Map(unread.map(({ userId, count }) => [userId, count]));
  const listed = new Map<string, NoticeRow[]>(ids.map((id) => [id, []]));
  for (const row of rows) listed.get(row.userId)?.push(row);
  return new Map([...listed].map(([id, own]) => [id, { ...pageOf(own), unread: counts.get(id) ?? 0 }]));
}

const newest = (db: Pick<Executor, 'select'>, which: SQL | undefined) =>
  db
    .select()
    .from(notices)
    .where(which)
    .orderBy(desc(notices.createdAt), desc(notices.id))
    .limit(NOTICES_LISTED + 1);
const newestOf = compiled((db) => newest(db, eq(notices.userId, sql.placeholder('userId'))));
const newestOfEach = compiled((db) => {
  const own = newest(db, sql`${notices.userId} = asked.id`).as('own');
  const { id, userId, kind, eventKey, params, createdAt, readAt } = own;
  return db
    .select({ id, userId, kind, eventKey, params, createdAt, readAt })
    .from(sql`unnest(${sql.placeholder('ids')}::uuid[]) as asked(id)`)
    .innerJoinLateral(own, sql`true`)
    .orderBy(desc(createdAt), desc(id));
});

/** A person's notices from newest to oldest; `before` is one of theirs, and the page begins after it. */
export async function listNotices(db: Executor, userId: string, before: string | null): Promise<NoticePage> {
  const after = before === null ? null : await findNotice(db, before);
  const older =
    after && or(lt(notices.createdAt, after.createdAt), and(eq(notices.createdAt, after.createdAt), lt(notices.id, after.id)));
  const rows = await (older ? newest(db, and(eq(notices.userId, userId), older)) : newestOf(db, { userId }));
  return pageOf(rows);
}

/** Of rows from newest to oldest, of which there is one more than is shown when there are more. */
const pageOf = (rows: readonly NoticeRow[]): NoticePage => ({
  notices: rows.slice(0, NOTICES_LISTED).flatMap(viewOf),
  more: rows.length > NOTICES_LISTED,
});

/** Nothing is shown of a kind that this version does not know. */
function viewOf({ id, kind, params, createdAt, readAt }: NoticeRow): NoticeView[] {
  const content = parseNotice({ kind, params });
  return content ? [{ id, content, createdAt: createdAt.toISOString(), readAt: readAt?.toISOString() ?? null }] : [];
}

export async function findNotice(db: Executor, id: string): Promise<NoticeRow | null> {
  const [row] = await db.select().from(notices).where(eq(notices.id, id));
  return row ?? null;
}

/** Marks one, or all, of a person's notices as read. Answers how many were not before. */
export async function markNoticesRead(tx: Tx, userId: string, id: string | null, at: Date): Promise<number> {
  const rows = await tx
    .update(notices)
    .set({ readAt: at })
    .where(and(eq(notices.userId, userId), id === null ? undefined : eq(notices.id, id), isNull(notices.readAt)))
    .returning({ id: notices.id });
  return rows.length;
}

/** Whether a notice is there and a person's own. */
export async function isOwnNotice(db: Executor, userId: string, id: string): Promise<boolean> {
  const rows = await db
    .select({ id: notices.id })
    .from(notices)
    .where(and(eq(notices.id, id), eq(notices.userId, userId)));
  return rows.length > 0;
}
