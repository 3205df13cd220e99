import { GridInForce } from '#shared/contracts/tax.ts';
import { request } from '../api.ts';

/** The grid as this page has it. `kept`: it could not be asked for now, this is the one received earlier. */
export interface HeldGrid {
  grid: GridInForce;
  kept: boolean;
}

const STORED = 'vignette-grid';

/**
 * The grid in force: from the server, or without a network the last one that this browser received, with the day it was received on
 * (`today`), so that what is worked out from it can say so.
 * @throws AppError UNAVAILABLE when there is neither
 */
export async function gridInForce(ask: () => Promise<unknown> = () => request('GET', '/api/grid')): Promise<HeldGrid> {
  try {
    const grid = GridInForce.parse(await ask());
    keep(grid);
    return { grid, kept: false };
  } catch (error) {
    const grid = kept();
    if (grid) return { grid, kept: true };
    throw error;
  }
}

function keep(grid: GridInForce): void {
  try {
    localStorage.setItem(STORED, JSON.stringify(grid));
  } catch {
    // A browser that keeps nothing asks again.
  }
}

function kept(): GridInForce | null {
  try {
    return GridInForce.safeParse(JSON.parse(localStorage.getItem(STORED) ?? 'null')).data ?? null;
  } catch {
    return null;
  }
}
