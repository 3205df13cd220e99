import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Executor } from './connect.ts';
import { assessmentClaims, assessments, paymentIntents } from './schema/payments.ts';
import { vehicles } from './schema/vehicles.ts';

/**
 * The taxes of some vehicles that are paid, by `vehicle:year`, each with the payment that paid it where that is this user's own: another's
 * is nobody else's business.
 */
export async function paidTaxes(
  db: Executor,
  vehicleIds: readonly string[],
  userId: string,
): Promise<Map<string, string | null>> {
  if (vehicleIds.length === 0) return new Map();
  const rows = await db
    .select({ id: assessments.vehicleId, fiscalYear: assessments.fiscalYear, paymentId: paymentIntents.id })
    .from(assessments)
    .leftJoin(assessmentClaims, eq(assessmentClaims.assessmentId, assessments.id))
    .leftJoin(paymentIntents, and(eq(paymentIntents.id, assessmentClaims.intentId), eq(paymentIntents.payerId, userId)))
    .where(and(inArray(assessments.vehicleId, [...vehicleIds]), isNotNull(assessments.paidAt)));
  return new Map(rows.map(({ id, fiscalYear, paymentId }) => [`${id}:${fiscalYear}`, paymentId]));
}

/** What an answer about a plate depends on, in one look: `version` is another as soon as the vehicle's row was changed by whomever. */
export interface PlateState {
  version: string;
  /** Whether the year's tax is paid. */
  paid: boolean;
}

/** Null: nobody has the plate. */
export async function readPlateState(
  db: Executor,
  vehicle: { country: string; plate: string },
  fiscalYear: number,
): Promise<PlateState | null> {
  const [row] = await db
    .select({
      version: sql<string>`vehicles.xmin::text`,
      paid: sql<boolean>`exists (select from assessments a where a.vehicle_id = vehicles.id and a.fiscal_year = ${fiscalYear} and a.paid_at is not null)`,
    })
    .from(vehicles)
    .where(and(eq(vehicles.country, vehicle.country), eq(vehicles.plate, vehicle.plate)));
  return row ?? null;
}

/** Whether a plate's tax of a year is paid. */
export const isTaxPaid = async (
  db: Executor,
  vehicle: { country: string; plate: string },
  fiscalYear: number,
): Promise<boolean> => (await readPlateState(db, vehicle, fiscalYear))?.paid ?? false;
