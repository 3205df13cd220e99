import { and, eq, inArray, isNotNull } from 'drizzle-orm';
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
