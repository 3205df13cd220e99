import type { FuelCode } from '#shared/contracts/documents.ts';
import type { CountryCode } from '#shared/domain/countries/countries.ts';
import { addDays } from '#shared/domain/dates.ts';
import { modelsOf, vinOf, type Model } from './models.ts';
import { companyName, personName } from './names.ts';
import { createPlates } from './plates.ts';
import { createRandom, weighted, type Random } from './random.ts';

export interface RegisterVehicle {
  plate: string;
  vin: string;
  model: Model;
  fuel: FuelCode;
  fiscalPower: number;
  /** ISO date. */
  firstRegistration: string;
  owner: number;
}

export interface RegisterOwner {
  name: string;
  company: boolean;
  /** Has an account: can pay from home. */
  account: boolean;
  /** Their numbers, from the oldest registration on. */
  vehicles: number[];
}

/** A country's register: vehicles from the oldest registration on, and who owns them. */
export interface Register {
  vehicles: RegisterVehicle[];
  owners: RegisterOwner[];
}

export interface RegisterOrder {
  country: CountryCode;
  vehicles: number;
  owners: number;
  seed: number;
  /** ISO; nothing was registered later. */
  today: string;
  /** Plates that somebody has already. */
  taken: ReadonlySet<string>;
}

const OLDEST = 1_984;
/** The register grows: each year has so many times the registrations of the one before. */
const GROWTH = 1.06;
const ACCOUNTS = 0.7;

/** Of those who have more than one vehicle: how many more at a time. Families, shops, hauliers, a few companies with hundreds. */
const FURTHER = weighted<readonly [number, number]>([
  [760, [1, 1]],
  [130, [2, 2]],
  [85, [3, 7]],
  [22, [8, 30]],
  [5, [31, 80]],
  [0.7, [100, 600]],
]);

/** The same for the same order. */
export function drawRegister(order: RegisterOrder): Register {
  const random = createRandom(order.seed, 1);
  const fleetOf = drawFleets(random, order.vehicles, order.owners);
  const owners = fleetOf.map((size, number): RegisterOwner => {
    const company = size > 20;
    return {
      name: company ? companyName(random, order.country, number) : personName(random, order.country),
      company,
      account: company || random.chance(ACCOUNTS),
      vehicles: [],
    };
  });
  const slots = shuffledOwners(random, fleetOf, order.vehicles);
  const days = registrationDays(random, order.vehicles, order.today);
  const plateOf = createPlates(order.country, order.taken);
  const modelOf = new Map<number, (random: Random) => Model>();
  const vehicles = days.map((firstRegistration, number): RegisterVehicle => {
    const year = Number(firstRegistration.slice(0, 4));
    const draw = modelOf.get(year) ?? weighted(modelsOf(order.country, year));
    modelOf.set(year, draw);
    const model = draw(random);
    const [least, most] = model.power;
    const owner = slots[number] ?? 0;
    owners[owner]?.vehicles.push(number);
    return {
      plate: plateOf(random),
      vin: vinOf(model, year, number),
      ...{ model, firstRegistration, owner },
      fuel: weighted(model.fuels)(random),
      fiscalPower: least + random.below(most - least + 1),
    };
  });
  return { vehicles, owners };
}

/** How many vehicles each owner has: one at least, all of them together. */
function drawFleets(random: Random, vehicles: number, owners: number): number[] {
  if (vehicles < owners) throw new RangeError('every owner has a vehicle: there are at least as many vehicles as owners');
  const sizes = new Array<number>(owners).fill(1);
  for (let left = vehicles - owners; left > 0;) {
    const [least, most] = FURTHER(random);
    const further = Math.min(left, least + random.below(most - least + 1));
    const owner = random.below(owners);
    sizes[owner] = (sizes[owner] ?? 0) + further;
    left -= further;
  }
  return sizes;
}

function shuffledOwners(random: Random, fleetOf: readonly number[], vehicles: number): Int32Array {
  const slots = new Int32Array(vehicles);
  let end = 0;
  fleetOf.forEach((size, owner) => slots.fill(owner, end, (end += size)));
  for (let last = vehicles - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const kept = slots[last] ?? 0;
    slots[last] = slots[other] ?? 0;
    slots[other] = kept;
  }
  return slots;
}

/** A day of registration for each vehicle, oldest first. */
function registrationDays(random: Random, vehicles: number, today: string): string[] {
  const first = `${OLDEST}-01-01`;
  const count = Math.round((Date.parse(today) - Date.parse(first)) / 86_400_000);
  const iso = Array.from({ length: count + 1 }, (_, day) => addDays(first, day));
  // The inverse of an exponential growth from the first day to today.
  const rate = Math.log(GROWTH) / 365.25;
  const whole = Math.exp(rate * count) - 1;
  const days = Int32Array.from({ length: vehicles }, () => Math.floor(Math.log(1 + random.next() * whole) / rate)).sort();
  return Array.from(days, (day) => iso[day] ?? first);
}
