import type { AssessmentLine, TaxRule } from '#shared/contracts/tax.ts';
import type { Energy, RuleSource, Tariff, TaxRules, VehicleClass } from '#shared/contracts/tax-rules.ts';
import { divide, shareOf } from '../money.ts';
import { ageOf, furtherMonths, monthsOwed } from './calendar.ts';
import type { TaxedVehicle } from './vehicle.ts';

/** Which of a list of limits (inclusive, null for none) a value lies under. */
const bandOf = (bands: readonly { upTo: number | null }[], value: number): number =>
  bands.findIndex(({ upTo }) => upTo === null || value <= upTo);

/** An amount rests on several figures: it is as good as the worst of them. */
const weakest = (...sources: RuleSource[]): RuleSource =>
  sources.includes('assumption') ? 'assumption' : sources.includes('press') ? 'press' : 'law';

/** The value that a tariff goes by; null when the vehicle does not tell. A flat one goes by nothing. */
export function basisOf(tariff: Tariff, vehicle: TaxedVehicle): number | null {
  if (tariff.by === 'flat') return 0;
  return tariff.by === 'fiscal_power' ? vehicle.fiscalPower : tariff.by === 'seats' ? vehicle.seats : vehicle.maxMass;
}

export interface TaxedYear {
  rules: TaxRules;
  tariff: Tariff;
  fiscalYear: number;
  class: VehicleClass;
  energy: Energy | null;
  basis: number;
  firstRegistration: string;
}

/** The tax itself. */
export function taxLine(given: TaxedYear): AssessmentLine {
  const { rules, tariff, fiscalYear, basis, firstRegistration } = given;
  const bandIndex = bandOf(tariff.bands, basis);
  const band = tariff.bands[bandIndex];
  const age = ageOf(fiscalYear, firstRegistration);
  const ageIndex = tariff.byAge ? rules.ages.from.filter((begin) => age >= begin).length - 1 : 0;
  const cell = band?.cells[ageIndex];
  if (!band || !cell) throw new Error('the grid has no cell for this vehicle: it was not checked');
  const months = monthsOwed(rules, fiscalYear, firstRegistration);
  const next = rules.ages.from[ageIndex + 1];
  const year = {
    class: given.class,
    energy: tariff.energies ? given.energy : null,
    age: tariff.byAge ? age : null,
    ageFrom: tariff.byAge ? (rules.ages.from[ageIndex] ?? 0) : null,
    ageUpTo: tariff.byAge && next !== undefined ? next - 1 : null,
    yearAmount: cell.amount,
    months,
  };
  const limits = { over: tariff.bands[bandIndex - 1]?.upTo ?? null, upTo: band.upTo };
  const amount = divide(cell.amount * months, 12);
  return {
    kind: 'tax',
    amount,
    rule: taxRule(tariff, year, limits, basis),
    source: weakest(cell.source, ...sourcesOf(given, months)),
  };
}

/** The year and band of a tax rule, whatever it goes by. */
type Year = Extract<TaxRule, { code: 'tax.flat' }>['params'];
type Limits = Extract<TaxRule, { code: 'stamp_duty.band' }>['params'];

function taxRule(tariff: Tariff, year: Year, limits: Limits, basis: number): TaxRule {
  switch (tariff.by) {
    case 'fiscal_power':
      return { code: 'tax.fiscal_power', params: { ...year, ...limits, fiscalPower: basis } };
    case 'seats':
      return { code: 'tax.seats', params: { ...year, ...limits, seats: basis } };
    case 'max_mass':
      return { code: 'tax.max_mass', params: { ...year, ...limits, maxMass: basis } };
    case 'flat':
      return { code: 'tax.flat', params: year };
  }
}

/** What else than the cell the tax rests on. A band of age that is assumed makes the cells between its ends assumptions already. */
function sourcesOf({ rules, class: kind }: TaxedYear, months: number): RuleSource[] {
  const found = rules.classes.find((one) => one.class === kind);
  return [...(found ? [found.source] : []), ...(months < 12 ? [rules.proRata.source] : [])];
}

/** What being late costs on the day `on`; null when it costs nothing. */
export function penaltyLine(rules: TaxRules, tax: number, dueDate: string, on: string): AssessmentLine | null {
  if (on <= dueDate || tax === 0) return null;
  const { once, monthly, minimum, source } = rules.penalty;
  const months = furtherMonths(dueDate, on);
  const shares = shareOf(tax, once) + shareOf(tax, monthly) * months;
  const amount = Math.max(shares, minimum);
  const params = { dueDate, once, monthly, furtherMonths: months, isMinimum: shares < minimum };
  return amount === 0 ? null : { kind: 'penalty', amount, rule: { code: 'penalty.late', params }, source };
}

/** The stamp duty of a receipt over so much; null when there is none. */
export function stampDutyLine(rules: TaxRules, over: number): AssessmentLine | null {
  const index = bandOf(rules.stampDuty, over);
  const band = rules.stampDuty[index];
  if (!band || band.amount === 0) return null;
  const params = { over: rules.stampDuty[index - 1]?.upTo ?? null, upTo: band.upTo };
  return { kind: 'stamp_duty', amount: band.amount, rule: { code: 'stamp_duty.band', params }, source: band.source };
}

/** What paying so much online costs; null when nothing. */
export function feeLine(rules: TaxRules, paid: number): AssessmentLine | null {
  const { fixed, share, source } = rules.onlineFee;
  const amount = fixed + shareOf(paid, share);
  return amount === 0 ? null : { kind: 'fee', amount, rule: { code: 'fee.online', params: { fixed, share } }, source };
}
