import type { Assessment, AssessmentLine, AssessmentObstacle, TaxField, TaxRule } from '#shared/contracts/tax.ts';
import type { Energy, RuleSource, Tariff, TaxRules, VehicleClass } from '#shared/contracts/tax-rules.ts';
import type { AssessmentQuestion } from './assessment-question.ts';
import { dueDateOf, lastDayOf, opensOn, penaltyChangesOn } from './calendar.ts';
import { basisOf, feeLine, penaltyLine, stampDutyLine, taxLine } from './lines.ts';
import { possibleVehicles } from './possible-vehicles.ts';
import { classOf, energyOf, PROPERTY_OF, type TaxedVehicle } from './vehicle.ts';

/**
 * What is owed for a vehicle and a fiscal year: a pure function of its question, so that a page, a node and an auditor get the same
 * answer. The total changes with the day only where a rule says so (`changesOn`). A grid that was checked (`gridFaults`) always answers.
 */
export function assess(question: AssessmentQuestion): Assessment {
  const { vehicle, fiscalYear, on, grid } = question;
  const { rules } = grid;
  const state = look(vehicle, rules);
  const answer: Assessment = {
    country: grid.country,
    gridVersion: grid.version,
    fiscalYear,
    on,
    currency: grid.currency,
    status: 'undetermined',
    lines: [],
    total: null,
    range: null,
    dueDate: null,
    missing: state.missing,
    assumed: state.assumed,
    obstacle: state.obstacle,
    changesOn: null,
  };
  if (state.exempt) return exempt(answer, state.exempt);
  const { firstRegistration } = vehicle;
  if (firstRegistration !== null && firstRegistration > lastDayOf(fiscalYear)) {
    return exempt(answer, { rule: { code: 'exempt.not_yet_registered', params: { firstRegistration } }, source: 'law' });
  }
  if (state.obstacle) return answer;
  if (state.missing.length > 0) return { ...answer, ...betweenOf(question, state.missing) };
  const { tariff } = state;
  const basis = tariff && basisOf(tariff, vehicle);
  if (!tariff || basis === null || basis === undefined || firstRegistration === null) {
    throw new Error('an assessment lacks a field that it did not miss');
  }
  const tax = taxLine({ rules, tariff, fiscalYear, class: state.class, energy: state.energy, basis, firstRegistration });
  const dueDate = dueDateOf(rules, fiscalYear, firstRegistration);
  const penalty = penaltyLine(rules, tax.amount, dueDate, on);
  const lines = [tax, ...(penalty ? [penalty] : [])];
  const duty = stampDutyLine(rules, sumOf(lines));
  if (duty) lines.push(duty);
  const fee = question.channel === 'office' ? null : feeLine(rules, sumOf(lines));
  if (fee) lines.push(fee);
  return {
    ...answer,
    status: on > dueDate ? 'overdue' : on < opensOn(rules, fiscalYear) ? 'not_yet_due' : 'due',
    lines,
    total: sumOf(lines),
    dueDate,
    changesOn: penaltyChangesOn(rules, dueDate, on),
  };
}

const sumOf = (lines: readonly AssessmentLine[]): number => lines.reduce((sum, { amount }) => sum + amount, 0);

interface Exemption {
  rule: TaxRule;
  source: RuleSource;
}

function exempt(answer: Assessment, { rule, source }: Exemption): Assessment {
  const line: AssessmentLine = { kind: 'exemption', amount: 0, rule, source };
  return { ...answer, status: 'exempt', lines: [line], total: 0, missing: [], obstacle: null };
}

/** What can be said before any figure is looked up. */
interface Look {
  class: VehicleClass;
  energy: Energy | null;
  tariff: Tariff | null;
  exempt: Exemption | null;
  missing: TaxField[];
  assumed: TaxField[];
  obstacle: AssessmentObstacle | null;
}

function look(vehicle: TaxedVehicle, rules: TaxRules): Look {
  const kind = classOf(vehicle.category, rules);
  const energy = energyOf(vehicle.fuel, rules);
  const heavy = rules.maxMass !== null && (vehicle.maxMass ?? 0) > rules.maxMass.kilograms;
  const tariffs = rules.tariffs.filter((one) => one.classes.includes(kind));
  const fits = tariffs.filter(({ energies }) => energies === null || energy === null || energies.includes(energy));
  const asksEnergy = fits.some((one) => one.energies !== null) || rules.exemptions.some((one) => 'energies' in one);
  const missing: TaxField[] = [];
  if (asksEnergy && vehicle.fuel === null) missing.push('fuel');
  for (const by of ['fiscal_power', 'seats', 'max_mass'] as const) {
    if (fits.some((one) => one.by === by) && vehicle[PROPERTY_OF[by]] === null) missing.push(by);
  }
  if (vehicle.firstRegistration === null) missing.push('first_registration');
  const assumed: TaxField[] = [];
  if (vehicle.category === null && rules.classes.length > 0) assumed.push('category');
  if (rules.maxMass !== null && vehicle.maxMass === null) assumed.push('max_mass');
  const unknownEnergy = asksEnergy && vehicle.fuel !== null && energy === null;
  return {
    class: kind,
    energy,
    tariff: fits[0] ?? null,
    exempt: exemptionOf(kind, energy, rules),
    missing,
    assumed,
    obstacle: heavy ? 'over_mass_limit' : unknownEnergy ? 'energy_unknown' : fits.length === 0 ? 'no_tariff' : null,
  };
}

function exemptionOf(kind: VehicleClass, energy: Energy | null, rules: TaxRules): Exemption | null {
  for (const one of rules.exemptions) {
    const { source } = one;
    if ('class' in one && one.class === kind) return { rule: { code: 'exempt.class', params: { class: kind } }, source };
    if ('energies' in one && energy !== null && one.energies.includes(energy)) {
      return { rule: { code: 'exempt.energy', params: { energy } }, source };
    }
  }
  return null;
}

/** Between which totals it will be, by assessing every vehicle that it can still turn out to be. */
function betweenOf(question: AssessmentQuestion, missing: readonly TaxField[]): Pick<Assessment, 'range' | 'dueDate'> {
  const possible = possibleVehicles(question, missing).map((vehicle) => assess({ ...question, vehicle }));
  const totals = possible.flatMap(({ total }) => (total === null ? [] : [total]));
  const dueDates = new Set(possible.map(({ dueDate }) => dueDate));
  const [dueDate = null] = dueDates.size === 1 ? dueDates : [];
  return { range: totals.length > 0 ? { min: Math.min(...totals), max: Math.max(...totals) } : null, dueDate };
}
