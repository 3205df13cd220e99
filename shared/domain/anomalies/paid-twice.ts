/** A tax paid, with what tells its vehicle. Reversed payments are not given here. */
export interface PaidVehicle {
  vehicleId: string;
  country: string;
  plate: string;
  vin: string | null;
  firstRegistration: string | null;
  fiscalYear: number;
  reference: string;
  paymentId: string;
}

/** A VIN has 17 signs (ISO 3779); anything else in its place tells nothing. */
const isVin = (vin: string | null): vin is string => vin !== null && vin.length === 17;

/**
 * Whether two rows of the register are one vehicle: the same VIN; or, where one of the two has none, the same plate in two countries and
 * the same day of first registration.
 */
export function sameVehicle(a: PaidVehicle, b: PaidVehicle): boolean {
  if (a.vehicleId === b.vehicleId) return false;
  if (isVin(a.vin) && isVin(b.vin)) return a.vin === b.vin;
  return (
    a.plate === b.plate && a.country !== b.country && a.firstRegistration !== null && a.firstRegistration === b.firstRegistration
  );
}

/** The taxes of one year that were paid for the same vehicle under another plate or country as well; each pair once. */
export function paidTwice(paid: readonly PaidVehicle[]): [PaidVehicle, PaidVehicle][] {
  return paid.flatMap((first, index) =>
    paid
      .slice(index + 1)
      .filter((second) => first.fiscalYear === second.fiscalYear && sameVehicle(first, second))
      .map((second): [PaidVehicle, PaidVehicle] => (first.vehicleId < second.vehicleId ? [first, second] : [second, first])),
  );
}
