import type { TaxRules } from '#shared/contracts/tax-rules.ts';
import { addDays, addMonths, monthOf, monthsBegun, wholeYears, yearOf } from '../dates.ts';

/** The fiscal year of a day: the calendar year, in every country so far. */
export const fiscalYearOf = yearOf;

export const lastDayOf = (fiscalYear: number): string => `${fiscalYear}-12-31`;
export const opensOn = (rules: TaxRules, fiscalYear: number): string => `${fiscalYear}-${rules.calendar.opens}`;

const isNew = (firstRegistration: string, fiscalYear: number): boolean => yearOf(firstRegistration) === fiscalYear;

/** Last day on which the year's tax is in time. */
export function dueDateOf(rules: TaxRules, fiscalYear: number, firstRegistration: string): string {
  if (!isNew(firstRegistration, fiscalYear)) return `${fiscalYear}-${rules.calendar.due}`;
  const { newVehicle } = rules.calendar;
  if (newVehicle.kind === 'days') return addDays(firstRegistration, newVehicle.days);
  return `${addMonths(firstRegistration, 1).slice(0, 8)}${String(newVehicle.day).padStart(2, '0')}`;
}

/** For how many months of twelve the year's tax is owed: from the month of registration on, where the law says pro rata. */
export function monthsOwed(rules: TaxRules, fiscalYear: number, firstRegistration: string): number {
  return rules.proRata.by === 'months' && isNew(firstRegistration, fiscalYear) ? 13 - monthOf(firstRegistration) : 12;
}

/** Whole years on 1 January of the fiscal year: the same all year, so that no birthday changes a price. */
export const ageOf = (fiscalYear: number, firstRegistration: string): number =>
  wholeYears(firstRegistration, `${fiscalYear}-01-01`);

/** Months begun since the due date after the first: what the monthly penalty is taken for. */
export const furtherMonths = (dueDate: string, on: string): number => Math.max(0, monthsBegun(dueDate, on) - 1);

/** The next day on which the penalty may be another; null when it never is again. */
export function penaltyChangesOn(rules: TaxRules, dueDate: string, on: string): string | null {
  const { once, monthly, minimum } = rules.penalty;
  if (on <= dueDate) return once > 0 || minimum > 0 || monthly > 0 ? addDays(dueDate, 1) : null;
  return monthly > 0 ? addDays(addMonths(dueDate, monthsBegun(dueDate, on)), 1) : null;
}
