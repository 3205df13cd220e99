import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Audience } from '../../shared/contracts/bus.ts';
import { instant } from './columns.ts';
import { users } from './identity.ts';
import { notices } from './notices.ts';

/** A message of a topic for one audience, made in the transaction that changed the state. */
export interface OutboxTopic {
  topic: string;
  seq: number;
  /** The whole state, for each audience that may see it (state topics). */
  states: Partial<Record<Audience, unknown>>;
  /** Those who are told to read it again, because it is too large to be carried. */
  again?: Audience[];
}

/**
 * What happened, written with the change itself. Work is found by position among what is not done, never by "after the last":
 * a transaction that began earlier may commit later.
 */
export const outbox = pgTable(
  'outbox',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    position: bigint('position', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    name: text('name').notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    topics: jsonb('topics').$type<OutboxTopic[]>().notNull().default([]),
    createdAt: instant('created_at')
      .notNull()
      .default(sql`clock_timestamp()`),
    enqueuedAt: instant('enqueued_at'),
    emittedAt: instant('emitted_at'),
    parkedAt: instant('parked_at'),
    parkedWhy: text('parked_why'),
  },
  (t) => [
    index('outbox_to_emit_idx')
      .on(t.position)
      .where(sql`${t.emittedAt} is null and ${t.parkedAt} is null`),
    index('outbox_to_enqueue_idx')
      .on(t.position)
      .where(sql`${t.enqueuedAt} is null and ${t.parkedAt} is null`),
    index('outbox_created_idx').on(t.createdAt),
    index('outbox_parked_idx')
      .on(t.position)
      .where(sql`${t.parkedAt} is not null`),
  ],
);

/** The number of each topic's last change. Raised last in a transaction, in sorted order. */
export const topicVersions = pgTable('topic_versions', {
  topic: text('topic').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
});

/** Who did what to what, append only. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at').notNull().defaultNow(),
    actorId: uuid('actor_id').references(() => users.id, { onDelete: 'set null' }),
    action: text('action').notNull(),
    entity: text('entity').notNull(),
    entityId: text('entity_id').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [index('audit_log_entity_idx').on(t.entity, t.entityId, t.id), index('audit_log_actor_idx').on(t.actorId, t.id)],
);

/** A message to a person by e-mail or SMS. Its text is rendered when it is sent; `sent_at` makes the sending happen once. */
export const messages = pgTable(
  'messages',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    channel: text('channel').$type<'email' | 'sms'>().notNull(),
    recipient: text('recipient').notNull(),
    template: text('template').notNull(),
    locale: text('locale').notNull(),
    params: jsonb('params').$type<Record<string, string>>().notNull().default({}),
    /** The notice it carries to where the person is; its text is made of that. */
    noticeId: uuid('notice_id').references(() => notices.id, { onDelete: 'set null' }),
    /** One of thousands: in a queue of its own, so that no code waits behind reminders. */
    bulk: boolean('bulk').notNull().default(false),
    /** Not before: an SMS that may not disturb a night. */
    sendAfter: instant('send_after'),
    attempts: integer('attempts').notNull().default(0),
    createdAt: instant('created_at').notNull().defaultNow(),
    sentAt: instant('sent_at'),
    failedAt: instant('failed_at'),
    /** When recipient and parameters were forgotten; that a message went out stays known. */
    erasedAt: instant('erased_at'),
  },
  (t) => [
    index('messages_unsent_idx')
      .on(t.createdAt)
      .where(sql`${t.sentAt} is null and ${t.failedAt} is null`),
    index('messages_to_erase_idx')
      .on(t.createdAt)
      .where(sql`${t.erasedAt} is null`),
    index('messages_notice_idx').on(t.noticeId),
  ],
);
