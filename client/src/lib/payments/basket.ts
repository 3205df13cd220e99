import type { ErrorCode } from '#shared/contracts/errors.ts';
import { MAX_ITEMS, type PaymentOrderItem } from '#shared/contracts/payments.ts';
import type { Assessment, AssessmentLine, GridInForce, PlateLookup } from '#shared/contracts/tax.ts';
import type { VehicleView } from '#shared/contracts/vehicles.ts';
import { normalisePlate } from '#shared/domain/plates.ts';
import { assess } from '#shared/domain/tax/assess.ts';

/** Why a vehicle that was chosen is not among what is paid. */
export type LeftOut =
  | 'paid'
  | 'being_paid'
  | 'exempt'
  | 'not_yet_due'
  | 'undetermined'
  | 'elsewhere'
  | 'unknown'
  | 'too_many'
  | 'unknown_plate'
  | 'unread_plate';

/** What the address names: vehicles of one's own by id, anybody's by plate. */
export interface Chosen {
  ids: readonly string[];
  /** As typed. */
  plates: readonly string[];
}

/** What came of looking up the plates of others, by normal form. */
export type Lookups = ReadonlyMap<string, PlateLookup | ErrorCode>;

export interface BasketItem {
  /** Tells items apart: the vehicle's id, or its plate. */
  key: string;
  order: PaymentOrderItem;
  plate: string;
  country: string;
  fiscalYear: number;
  lines: readonly AssessmentLine[];
  amount: number;
}

/** What one payment would be over. */
export interface Basket {
  items: BasketItem[];
  /** Chosen, and yet not payable. `vehicle` is null when it is not in the person's list; then `plate` may say which is meant. */
  left: { id: string; vehicle: { plate: string; country: string } | null; why: LeftOut }[];
  /** Minor unit. */
  total: number;
}

/** The plates that are not those of one's own vehicles: what has to be looked up. Normal forms, each once. */
export function platesOfOthers(vehicles: readonly VehicleView[], plates: readonly string[], country: string): string[] {
  const normal = new Set(plates.map(normalisePlate).filter(Boolean));
  return [...normal].filter((plate) => !vehicles.some((one) => one.plate === plate && one.country === country));
}

/** Prices the vehicles chosen, as the server will; none chosen means all of one's own that have something to pay. */
export function basketOf(
  vehicles: readonly VehicleView[],
  chosen: Chosen,
  grid: GridInForce,
  lookups: Lookups = new Map(),
): Basket {
  const basket: Basket = { items: [], left: [], total: 0 };
  const asked = chosen.ids.length + chosen.plates.length > 0;
  const take = (id: string, vehicle: { plate: string; country: string } | null, priced: BasketItem | LeftOut): void => {
    const why = typeof priced === 'string' ? priced : basket.items.length >= MAX_ITEMS ? 'too_many' : null;
    if (typeof priced !== 'string' && why === null) basket.items.push(priced);
    // Who chose nothing is not told of each vehicle for which there is nothing to pay.
    else if (why && (asked || why === 'too_many')) basket.left.push({ id, vehicle, why });
  };
  const home = grid.grid.country;
  const others = platesOfOthers(vehicles, chosen.plates, home);
  const named = new Set(chosen.plates.map(normalisePlate));
  const byPlate = vehicles.filter((one) => one.country === home && named.has(one.plate)).map(({ id }) => id);
  const ids = asked ? [...new Set([...chosen.ids, ...byPlate])] : vehicles.map(({ id }) => id);
  for (const id of ids) {
    const vehicle = vehicles.find((one) => one.id === id) ?? null;
    take(id, vehicle, vehicle ? priceOwn(vehicle, grid) : 'unknown');
  }
  for (const plate of others) take(plate, { plate, country: home }, priceOther(plate, lookups.get(plate)));
  basket.total = basket.items.reduce((sum, { amount }) => sum + amount, 0);
  return basket;
}

function priceOwn(vehicle: VehicleView, { grid, today, fiscalYear }: GridInForce): BasketItem | LeftOut {
  if (vehicle.country !== grid.country) return 'elsewhere';
  if (vehicle.paid) return 'paid';
  const { id, plate, country } = vehicle;
  const assessment = assess({ vehicle, fiscalYear, on: today, grid });
  return itemOf(assessment, { key: id, order: { vehicleId: id, fiscalYear }, plate, country });
}

function priceOther(plate: string, found: PlateLookup | ErrorCode | undefined): BasketItem | LeftOut {
  if (found === undefined) return 'unread_plate';
  if (typeof found === 'string') return found === 'NOT_FOUND' || found === 'PLATE_INVALID' ? 'unknown_plate' : 'unread_plate';
  if (found.paid) return 'paid';
  const { assessment, country } = found;
  return itemOf(assessment, { key: plate, order: { plate, fiscalYear: assessment.fiscalYear }, plate, country });
}

function itemOf(
  { status, total, lines, fiscalYear }: Assessment,
  item: Pick<BasketItem, 'key' | 'order' | 'plate' | 'country'>,
): BasketItem | LeftOut {
  if (status !== 'due' && status !== 'overdue') return status;
  return total ? { ...item, fiscalYear, lines, amount: total } : 'exempt';
}

/** The same basket without the plates that the platform refused one by one: they are named among what is left out. */
export function withoutRefused(basket: Basket, refused: ReadonlyMap<string, LeftOut>): Basket {
  const items = basket.items.filter(({ plate }) => !refused.has(plate));
  const out = basket.items.flatMap(({ key, plate, country }) => {
    const why = refused.get(plate);
    return why ? [{ id: key, vehicle: { plate, country }, why }] : [];
  });
  return { items, left: [...out, ...basket.left], total: items.reduce((sum, { amount }) => sum + amount, 0) };
}

/** Whether there is something to pay for a vehicle, going by what its list says. */
export const isPayable = ({ due, paid }: Pick<VehicleView, 'due' | 'paid'>): boolean =>
  !paid && Boolean(due?.total) && (due?.status === 'due' || due?.status === 'overdue');

/** Address of the page that checks and pays the taxes of these vehicles: one's own by id, anybody's by plate. */
export function payAddress(vehicleIds: readonly string[], plates: readonly string[] = []): string {
  const query = [
    ...vehicleIds.map((id) => `vehicule=${encodeURIComponent(id)}`),
    ...plates.map((plate) => `plaque=${encodeURIComponent(plate)}`),
  ];
  return query.length > 0 ? `/payer?${query.join('&')}` : '/payer';
}
