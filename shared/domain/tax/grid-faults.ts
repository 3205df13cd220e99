import { Energy, VehicleClass, type PriceGrid, type Tariff, type TaxRules } from '#shared/contracts/tax-rules.ts';

/**
 * What is wrong with a grid that its schema cannot say, as sentences for whoever wrote it; none for a good one. A good grid has an answer
 * for every vehicle: `assess` relies on it.
 */
export function gridFaults({ rules }: PriceGrid): string[] {
  return [
    ...rules.tariffs.flatMap((tariff, index) => tariffFaults(tariff, rules).map((fault) => `tariff ${index + 1}: ${fault}`)),
    ...agesFaults(rules.ages.from),
    ...limitFaults(rules.stampDuty, 'stamp duty', true),
    ...gaps(rules),
    ...(rules.calendar.opens > rules.calendar.due ? ['calendar: it is due before it opens'] : []),
    ...[rules.calendar.opens, rules.calendar.due].filter((day) => !isDay(day)).map((day) => `calendar: no year has a ${day}`),
  ];
}

function tariffFaults(tariff: Tariff, rules: TaxRules): string[] {
  const { bands, by, byAge, rising } = tariff;
  const width = byAge ? rules.ages.from.length : 1;
  const faults = limitFaults(bands, 'bands', false);
  if (by === 'flat' && bands.length > 1) faults.push('a flat one has one band');
  if (bands.some(({ cells }) => cells.length !== width)) faults.push(`each band needs ${width} cells`);
  if (rising && !isRising(bands)) faults.push('it is said to rise, and falls');
  return faults;
}

/** Limits rise, and only the last has no end; a list that may be empty says nothing then. */
function limitFaults(bands: readonly { upTo: number | null }[], what: string, mayBeEmpty: boolean): string[] {
  if (bands.length === 0) return mayBeEmpty ? [] : [`${what}: there are none`];
  const limits = bands.map(({ upTo }) => upTo ?? Infinity);
  const rises = limits.every((limit, index) => index === 0 || limit > (limits[index - 1] ?? Infinity));
  return rises && limits.at(-1) === Infinity ? [] : [`${what}: limits must rise, and the last have no end`];
}

function isRising(bands: Tariff['bands']): boolean {
  return bands.every(({ cells }, row) =>
    cells.every(({ amount }, column) => {
      const younger = cells[column - 1]?.amount ?? 0;
      const weaker = bands[row - 1]?.cells[column]?.amount ?? 0;
      return amount >= younger && amount >= weaker;
    }),
  );
}

const agesFaults = (from: readonly number[]): string[] =>
  from[0] === 0 && from.every((age, index) => index === 0 || age > (from[index - 1] ?? age))
    ? []
    : ['ages: they must begin with 0 and rise'];

/** Every kind of vehicle that the rules know, on every energy, pays by a tariff or is exempt. */
function gaps(rules: TaxRules): string[] {
  const kinds = VehicleClass.options.filter((kind) => kind === 'vehicle' || rules.classes.some((one) => one.class === kind));
  return kinds.flatMap((kind) =>
    Energy.options
      .filter((energy) => !isExempt(rules, kind, energy) && !isTaxed(rules, kind, energy))
      .map((energy) => `nothing says what ${kind} on ${energy} pays`),
  );
}

const isExempt = (rules: TaxRules, kind: VehicleClass, energy: Energy): boolean =>
  rules.exemptions.some((one) => ('class' in one ? one.class === kind : one.energies.includes(energy)));

const isTaxed = (rules: TaxRules, kind: VehicleClass, energy: Energy): boolean =>
  rules.tariffs.some(({ classes, energies }) => classes.includes(kind) && (energies === null || energies.includes(energy)));

/** In a year that has no 29 February. */
const isDay = (monthDay: string): boolean => {
  const time = Date.parse(`2025-${monthDay}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(5, 10) === monthDay;
};
