import { sql } from 'drizzle-orm';
import { check, date, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import type { PriceGrid } from '../../shared/contracts/tax-rules.ts';
import { users } from './identity.ts';

/**
 * Versions of a country's tax rules. Drafted and proposed by one person, approved by another (constraint); what was proposed changes no
 * more, what was approved is never deleted (trigger), so that an old assessment can always be explained. Which approved version is in force
 * follows from the dates and is not stored.
 */
export const priceGrids = pgTable(
  'price_grids',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    country: text('country').notNull(),
    version: integer('version').notNull(),
    status: text('status').$type<'draft' | 'proposed' | 'approved'>().notNull().default('draft'),
    effectiveFrom: date('effective_from', { mode: 'string' }).notNull(),
    /** ISO 4217 of the amounts. */
    currency: text('currency').notNull(),
    /** Validated by `PriceGrid` and `gridFaults` before it is written. */
    data: jsonb('data').$type<PriceGrid['rules']>().notNull(),
    authorId: uuid('author_id')
      .notNull()
      .references(() => users.id),
    proposedAt: instant('proposed_at'),
    approverId: uuid('approver_id').references(() => users.id),
    approvedAt: instant('approved_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('price_grids_version_key').on(t.country, t.version),
    index('price_grids_in_force_idx')
      .on(t.country, t.effectiveFrom.desc(), t.version.desc())
      .where(sql`${t.status} = 'approved'`),
    check('price_grids_status_known', sql`${t.status} in ('draft', 'proposed', 'approved')`),
    check('price_grids_version_positive', sql`${t.version} > 0`),
    check('price_grids_two_persons', sql`${t.approverId} <> ${t.authorId}`),
    check('price_grids_proposed', sql`(${t.status} = 'draft') = (${t.proposedAt} is null)`),
    check(
      'price_grids_approved',
      sql`(${t.status} = 'approved') = (${t.approverId} is not null) and (${t.status} = 'approved') = (${t.approvedAt} is not null)`,
    ),
  ],
);
