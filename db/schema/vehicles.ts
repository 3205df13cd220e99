import { sql } from 'drizzle-orm';
import { check, date, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import { documents } from './documents.ts';
import { users } from './identity.ts';

/** A person or company that owns vehicles, as the register knows them; linked to a user once they have an account. */
export const owners = pgTable(
  'owners',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: uuid('user_id').references(() => users.id, { onDelete: 'set null' }),
    name: text('name').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('owners_user_key').on(t.userId)],
);

/** The register. `plate` is in normal form and unique in its country, whoever owns the vehicle. */
export const vehicles = pgTable(
  'vehicles',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    country: text('country').notNull(),
    plate: text('plate').notNull(),
    /** Null once the owner has removed it from their list: the vehicle stays in the register. */
    ownerId: uuid('owner_id').references(() => owners.id),
    /** When `owner_id` was last set: "added on" in the owner's list. */
    ownedSince: instant('owned_since').notNull().defaultNow(),
    /** The holder's name as printed on the carte grise. */
    holderName: text('holder_name').notNull(),
    vin: text('vin'),
    firstRegistration: date('first_registration', { mode: 'string' }),
    make: text('make'),
    model: text('model'),
    fuel: text('fuel'),
    fiscalPower: integer('fiscal_power'),
    category: text('category'),
    seats: integer('seats'),
    maxMass: integer('max_mass'),
    documentId: uuid('document_id').references(() => documents.id),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('vehicles_plate_key').on(t.country, t.plate),
    index('vehicles_owner_idx').on(t.ownerId),
    index('vehicles_vin_idx').on(t.vin),
    check('vehicles_plate_normal', sql`${t.plate} = upper(${t.plate}) and ${t.plate} !~ '[[:space:]-]'`),
  ],
);

/** A request to have a vehicle registered to somebody else, decided by an office. One open claim a claimant and vehicle. */
export const vehicleClaims = pgTable(
  'vehicle_claims',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    vehicleId: uuid('vehicle_id')
      .notNull()
      .references(() => vehicles.id),
    claimantId: uuid('claimant_id')
      .notNull()
      .references(() => users.id),
    documentId: uuid('document_id')
      .notNull()
      .references(() => documents.id),
    status: text('status').notNull().default('open'),
    openedAt: instant('opened_at').notNull().defaultNow(),
    closedAt: instant('closed_at'),
  },
  (t) => [
    uniqueIndex('vehicle_claims_open_key')
      .on(t.vehicleId, t.claimantId)
      .where(sql`${t.status} = 'open'`),
    index('vehicle_claims_claimant_idx').on(t.claimantId),
    check('vehicle_claims_status_known', sql`${t.status} in ('open', 'accepted', 'refused', 'withdrawn')`),
  ],
);
