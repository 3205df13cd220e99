import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Executor } from './connect.ts';
import { assessments } from './schema/payments.ts';
import { vehicles } from './schema/vehicles.ts';

/** The taxes of some vehicles that are paid, as `vehicle:year`. */
export async function paidTaxes(db: Executor, vehicleIds: readonly string[]): Promise<Set<string>> {
  if (vehicleIds.length === 0) return new Set();
  const rows = await db
    .select({ id: assessments.vehicleId, fiscalYear: assessments.fiscalYear })
    .from(assessments)
    .where(and(inArray(assessments.vehicleId, [...vehicleIds]), isNotNull(assessments.paidAt)));
  return new Set(rows.map(({ id, fiscalYear }) => `${id}:${fiscalYear}`));
}

/** Whether a plate's tax of a year is paid. */
export async function isTaxPaid(db: Executor, vehicle: { country: string; plate: string }, fiscalYear: number): Promise<boolean> {
  const rows = await db
    .select({ id: assessments.id })
    .from(assessments)
    .innerJoin(vehicles, eq(vehicles.id, assessments.vehicleId))
    .where(
      and(
        eq(vehicles.country, vehicle.country),
        eq(vehicles.plate, vehicle.plate),
        eq(assessments.fiscalYear, fiscalYear),
        isNotNull(assessments.paidAt),
      ),
    );
  return rows.length > 0;
}
