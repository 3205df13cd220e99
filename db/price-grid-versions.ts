import { PriceGrid } from '#shared/contracts/tax-rules.ts';
import { gridFaults } from '#shared/domain/tax/grid-faults.ts';
import { appendAudit } from './audit.repository.ts';
import type { Db, Tx } from './connect.ts';
import {
  insertGridDraft,
  lastGridVersion,
  lockCountryGrids,
  lockGrid,
  markGridApproved,
  markGridProposed,
  type PriceGridRow,
} from './price-grids.repository.ts';

/** A step that was refused, with the reason for whoever gave the order. */
export class GridRefusedError extends Error {
  override readonly name = 'GridRefusedError';
}

/** What a new version is made of; its number is given here. */
export type GridContent = Omit<PriceGrid, 'version'>;

/** Writes the next version as a draft and answers with its number. @throws GridRefusedError, ZodError */
export async function draftGrid(db: Db, content: GridContent, authorId: string): Promise<number> {
  return db.transaction(async (tx) => {
    await lockCountryGrids(tx, content.country);
    const version = (await lastGridVersion(tx, content.country)) + 1;
    const grid = PriceGrid.parse({ ...content, version });
    const faults = gridFaults(grid);
    if (faults.length > 0) throw new GridRefusedError(`the grid has ${faults.length} fault(s): ${faults.join('; ')}`);
    const id = await insertGridDraft(tx, grid, authorId);
    await audit(tx, authorId, 'price_grid.drafted', { id, country: grid.country, version });
    return version;
  });
}

/** Asks for a second person's approval; the content stands still from now on. @throws GridRefusedError */
export async function proposeGrid(db: Db, country: string, version: number, actorId: string, at: Date): Promise<void> {
  await db.transaction(async (tx) => {
    const grid = await lockIn(tx, country, version, 'draft');
    await markGridProposed(tx, grid.id, at);
    await audit(tx, actorId, 'price_grid.proposed', grid);
  });
}

/**
 * Puts a proposed version in force from its effective date on. By another person than its author: the database refuses anybody else, this
 * only says why. @throws GridRefusedError
 */
export async function approveGrid(db: Db, country: string, version: number, approverId: string, at: Date): Promise<void> {
  await db.transaction(async (tx) => {
    const grid = await lockIn(tx, country, version, 'proposed');
    if (grid.authorId === approverId) throw new GridRefusedError('who drafted a grid cannot approve it: another person must');
    await markGridApproved(tx, grid.id, approverId, at);
    await audit(tx, approverId, 'price_grid.approved', grid);
  });
}

async function lockIn(tx: Tx, country: string, version: number, status: PriceGridRow['status']): Promise<PriceGridRow> {
  const grid = await lockGrid(tx, country, version);
  if (!grid) throw new GridRefusedError(`${country} has no version ${version}`);
  if (grid.status !== status) throw new GridRefusedError(`version ${version} is ${grid.status}, not ${status}`);
  return grid;
}

const audit = (tx: Tx, actorId: string, action: string, grid: Pick<PriceGridRow, 'id' | 'country' | 'version'>) =>
  appendAudit(tx, {
    actorId,
    action,
    entity: 'price_grid',
    entityId: grid.id,
    details: { country: grid.country, version: grid.version },
  });
