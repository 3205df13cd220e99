import type { PriceGrid } from '#shared/contracts/tax-rules.ts';
import type { TaxedVehicle } from './vehicle.ts';

/** What an assessment is asked of. */
export interface AssessmentQuestion {
  vehicle: TaxedVehicle;
  fiscalYear: number;
  /** The day of the answer, in the country's time zone (`civilDate`). */
  on: string;
  grid: PriceGrid;
  /** The fee is for paying online, which is what is meant when nothing is said. */
  channel?: 'online' | 'office';
}
