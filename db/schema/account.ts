import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import { users } from './identity.ts';
import { vehicles } from './vehicles.ts';

/**
 * A vehicle on its way from one owner to another. The code that the seller shows is never kept: it is made from the id
 * (`server/transfers/transfer-code.ts`); `code_hash` finds the row. One that is under way at a time for each vehicle.
 */
export const vehicleTransfers = pgTable(
  'vehicle_transfers',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    vehicleId: uuid('vehicle_id')
      .notNull()
      .references(() => vehicles.id),
    sellerId: uuid('seller_id')
      .notNull()
      .references(() => users.id),
    buyerId: uuid('buyer_id').references(() => users.id),
    state: text('state').notNull().default('open'),
    codeHash: text('code_hash').notNull(),
    /** Raised by every change: a confirmation names what its person saw. */
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull(),
    acceptedAt: instant('accepted_at'),
    /** When the step that is waited for is too late. */
    expiresAt: instant('expires_at').notNull(),
    closedAt: instant('closed_at'),
  },
  (t) => [
    uniqueIndex('vehicle_transfers_live_key')
      .on(t.vehicleId)
      .where(sql`${t.state} in ('open', 'accepted')`),
    uniqueIndex('vehicle_transfers_code_key').on(t.codeHash),
    index('vehicle_transfers_seller_idx').on(t.sellerId),
    index('vehicle_transfers_buyer_idx').on(t.buyerId),
    index('vehicle_transfers_expiry_idx')
      .on(t.expiresAt)
      .where(sql`${t.state} in ('open', 'accepted')`),
    check('vehicle_transfers_state_known', sql`${t.state} in ('open', 'accepted', 'completed', 'cancelled', 'expired')`),
    check('vehicle_transfers_buyer', sql`(${t.state} not in ('accepted', 'completed')) or ${t.buyerId} is not null`),
    check('vehicle_transfers_two', sql`${t.buyerId} <> ${t.sellerId}`),
  ],
);

/** A person's copy of all that is held about them: a ZIP in the object store until `expires_at`. */
export const accountExports = pgTable(
  'account_exports',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    state: text('state').notNull().default('waiting'),
    locale: text('locale').notNull(),
    /** Files put into it, of how many. */
    done: integer('done').notNull().default(0),
    total: integer('total').notNull().default(0),
    bytes: integer('bytes'),
    createdAt: instant('created_at').notNull(),
    readyAt: instant('ready_at'),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    uniqueIndex('account_exports_live_key')
      .on(t.userId)
      .where(sql`${t.state} in ('waiting', 'ready')`),
    index('account_exports_expiry_idx').on(t.expiresAt),
    check('account_exports_state_known', sql`${t.state} in ('waiting', 'ready', 'failed', 'expired')`),
  ],
);

/**
 * Objects of the store that nobody may have any more: written in the transaction that gives them up, deleted by the upkeep. `prefix`:
 * everything under that key.
 */
export const objectsToDelete = pgTable('objects_to_delete', {
  key: text('key').primaryKey(),
  prefix: boolean('prefix').notNull().default(false),
  /** Not before: a writer that is still at work would put it there again. */
  dueAt: instant('due_at').notNull(),
});
