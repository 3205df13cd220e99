import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** A tax office: counters, tills and staff belong to one. */
export const offices = pgTable(
  'offices',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    code: text('code').notNull(),
    name: text('name').notNull(),
    city: text('city').notNull(),
    /** One of the country's regions (shared/domain/countries); null: of none. */
    region: text('region'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('offices_code_key').on(t.code)],
);

/** A person who can sign in. Citizens have no office; staff have one. E-mail in lower case, phone in E.164. */
export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    name: text('name').notNull(),
    email: text('email').notNull(),
    emailVerified: boolean('email_verified').notNull().default(false),
    /** True when `email` was made for a person who signed up by phone: never shown, never written to. */
    emailSynthetic: boolean('email_synthetic').notNull().default(false),
    phone: text('phone'),
    phoneVerified: boolean('phone_verified').notNull().default(false),
    image: text('image'),
    role: text('role').notNull().default('citizen'),
    officeId: uuid('office_id').references(() => offices.id),
    locale: text('locale').notNull().default('fr'),
    disabledAt: instant('disabled_at'),
    /** When the person closed the account: nothing that names them is left in this row. */
    closedAt: instant('closed_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('users_email_key').on(t.email),
    uniqueIndex('users_phone_key').on(t.phone),
    // An office's staff, among hundreds of thousands who have none.
    index('users_office_idx')
      .on(t.officeId)
      .where(sql`${t.officeId} is not null`),
    index('users_closed_idx')
      .on(t.closedAt)
      .where(sql`${t.closedAt} is not null`),
    check('users_closed_disabled', sql`${t.closedAt} is null or ${t.disabledAt} is not null`),
    check('users_email_normal', sql`${t.email} = lower(${t.email})`),
    check('users_phone_e164', sql`${t.phone} ~ '^\\+[1-9][0-9]{6,14}$'`),
    check('users_role_known', sql`${t.role} in ('citizen', 'agent', 'supervisor', 'administrator', 'auditor')`),
  ],
);

/** One signed-in browser. Its deletion writes `session.ended` to the outbox (trigger), whoever deletes it. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    token: text('token').notNull(),
    expiresAt: instant('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    /** When the person last gave a second factor. A session of the staff opens nothing before. */
    secondFactorAt: instant('second_factor_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('sessions_token_key').on(t.token),
    index('sessions_user_idx').on(t.userId),
    index('sessions_expires_idx').on(t.expiresAt),
  ],
);

/** How a user proves who they are: a password (Argon2id) today, other providers later. */
export const accounts = pgTable(
  'accounts',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: instant('access_token_expires_at'),
    refreshTokenExpiresAt: instant('refresh_token_expires_at'),
    scope: text('scope'),
    password: text('password'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('accounts_provider_key').on(t.providerId, t.accountId), index('accounts_user_idx').on(t.userId)],
);

/** One-time codes and links, kept hashed until they expire. */
export const verifications = pgTable(
  'verifications',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    attempts: integer('attempts').notNull().default(0),
    expiresAt: instant('expires_at').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [index('verifications_identifier_idx').on(t.identifier)],
);

/**
 * The device that makes the codes of a person's second step (TOTP, RFC 6238). The secret is sealed (shared/node/keys.ts), bound to the
 * person; a new one waits in `nextSealedSecret`, bound to the session that asked, until a code of it was given.
 */
export const secondFactors = pgTable('second_factors', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  sealedSecret: text('sealed_secret'),
  nextSealedSecret: text('next_sealed_secret'),
  /** The step of the newest code that was taken: none is taken twice, nor an older one. */
  lastStep: bigint('last_step', { mode: 'number' }).notNull().default(0),
  enrolledAt: instant('enrolled_at'),
  createdAt: instant('created_at').notNull().defaultNow(),
});

/** Codes on paper for who has lost that device: keyed hashes, each taken once. */
export const backupCodes = pgTable(
  'backup_codes',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    hash: text('hash').notNull(),
    usedAt: instant('used_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('backup_codes_user_hash_key').on(t.userId, t.hash)],
);
