import { sql } from 'drizzle-orm';
import { check, date, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import type { NoticeKind, NoticePreferences } from '../../shared/contracts/notices.ts';
import { users } from './identity.ts';

/** What a person is told in the app. One event tells a person once for ever: the key of its event is unique with them and the kind. */
export const notices = pgTable(
  'notices',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<NoticeKind>().notNull(),
    /** What happened, as text: an entity's id, or `year:stage:due date` of a reminder. */
    eventKey: text('event_key').notNull(),
    /** Ids and typed data; the words are made where it is shown. */
    params: jsonb('params').$type<Record<string, unknown>>().notNull(),
    createdAt: instant('created_at').notNull(),
    readAt: instant('read_at'),
  },
  (t) => [
    uniqueIndex('notices_event_key').on(t.userId, t.kind, t.eventKey),
    index('notices_user_idx').on(t.userId, t.createdAt, t.id),
    index('notices_unread_idx')
      .on(t.userId)
      .where(sql`${t.readAt} is null`),
  ],
);

/** What a person wants by e-mail and SMS; without a row, what `DEFAULT_PREFERENCES` says. */
export const noticePreferences = pgTable('notice_preferences', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  preferences: jsonb('preferences').$type<NoticePreferences>().notNull(),
  updatedAt: instant('updated_at').notNull(),
});

/** A day's look for taxes to remind of. `last_owner_id` is how far it got: who goes on after a crash begins there. */
export const reminderRuns = pgTable(
  'reminder_runs',
  {
    country: text('country').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    lastOwnerId: uuid('last_owner_id'),
    owners: integer('owners').notNull().default(0),
    notices: integer('notices').notNull().default(0),
    startedAt: instant('started_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (t) => [primaryKey({ columns: [t.country, t.day] })],
);

/** Browsers that a person has signed in with, by a keyed hash of the cookie that each holds: one that is not here is told of. */
export const knownBrowsers = pgTable(
  'known_browsers',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    browser: text('browser').notNull(),
    firstSeenAt: instant('first_seen_at').notNull().defaultNow(),
    lastSeenAt: instant('last_seen_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.browser] }),
    index('known_browsers_seen_idx').on(t.lastSeenAt),
    check('known_browsers_hashed', sql`length(${t.browser}) = 43`),
  ],
);

/** Events whose notices were made, by the id of their outbox row: what is enqueued and not here for long has lost its job. */
export const noticeSources = pgTable(
  'notice_sources',
  { eventId: uuid('event_id').primaryKey(), doneAt: instant('done_at').notNull() },
  (t) => [index('notice_sources_done_idx').on(t.doneAt)],
);
