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
  (t) => [
    uniqueIndex('owners_user_key').on(t.userId),
    index('owners_words_idx')
      .using('gin', sql`name_words(${t.name})`)
      .with({ fastupdate: false }),
  ],
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
    // What came lately: rows come in the order of their time, so that this costs a write almost nothing.
    index('vehicles_lately_idx').using('brin', t.createdAt),
    // For the search at the counter: from the beginning, from the end, by the words of the name (0020).
    index('vehicles_plate_from_start').on(t.plate.op('text_pattern_ops')),
    index('vehicles_plate_from_end').on(sql`reverse(${t.plate}) text_pattern_ops`),
    index('vehicles_vin_from_start').on(t.vin.op('text_pattern_ops')),
    index('vehicles_vin_from_end').on(sql`reverse(${t.vin}) text_pattern_ops`),
    index('vehicles_words_idx')
      .using('gin', sql`name_words(${t.holderName})`)
      .with({ fastupdate: false }),
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
    /** Who of the staff decided, and why it was refused: told to the claimant. */
    decidedBy: uuid('decided_by').references(() => users.id),
    reason: text('reason'),
  },
  (t) => [
    uniqueIndex('vehicle_claims_open_key')
      .on(t.vehicleId, t.claimantId)
      .where(sql`${t.status} = 'open'`),
    index('vehicle_claims_claimant_idx').on(t.claimantId),
    check('vehicle_claims_status_known', sql`${t.status} in ('open', 'accepted', 'refused', 'withdrawn')`),
  ],
);

/** What the staff writes down about a vehicle, append only. */
export const vehicleNotes = pgTable(
  'vehicle_notes',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    vehicleId: uuid('vehicle_id')
      .notNull()
      .references(() => vehicles.id),
    authorId: uuid('author_id')
      .notNull()
      .references(() => users.id),
    text: text('text').notNull(),
    writtenAt: instant('written_at').notNull().defaultNow(),
  },
  (t) => [
    index('vehicle_notes_vehicle_idx').on(t.vehicleId, t.writtenAt.desc()),
    check('vehicle_notes_length', sql`length(${t.text}) between 1 and 500`),
  ],
);

/**
 * Every word of a name in the register, written by triggers (0020). A mistyped word is looked for here, among tens of thousands, and not
 * among the names, half a million. Not unique: who writes a new word at the same moment as another must not wait for them.
 */
export const searchWords = pgTable('search_words', { word: text('word').notNull() }, (t) => [
  index('search_words_from_start').on(t.word.op('text_pattern_ops')),
  index('search_words_from_end').on(sql`reverse(${t.word}) text_pattern_ops`),
]);
