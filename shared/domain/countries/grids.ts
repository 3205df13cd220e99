import type { PriceGrid } from '#shared/contracts/tax-rules.ts';
import { beninGrid } from './benin-grid.ts';
import type { CountryCode } from './countries.ts';
import { madagascarGrid } from './madagascar-grid.ts';
import { moroccoGrid } from './morocco-grid.ts';

/** The first version of each country's grid: what a new database begins with. Pages take the one in force from `GET /api/grid`. */
export const FIRST_GRIDS: Readonly<Record<CountryCode, PriceGrid>> = { MG: madagascarGrid, MA: moroccoGrid, BJ: beninGrid };
