import { z } from 'zod';
import { Instant } from './ids.ts';
import { Amount, Energy, PriceGrid, RuleSource, VehicleClass } from './tax-rules.ts';

/** The fields of a carte grise that can decide what is owed. */
export const TaxField = z.enum(['category', 'fuel', 'fiscal_power', 'first_registration', 'seats', 'max_mass']);
export type TaxField = z.infer<typeof TaxField>;

/** The kinds of lines of an assessment, in their order. */
export const LineKind = z.enum(['tax', 'exemption', 'penalty', 'stamp_duty', 'fee']);
export type LineKind = z.infer<typeof LineKind>;

/** From (exclusive, null: none below) to (inclusive, null: none above). */
const Band = { over: z.number().int().nullable(), upTo: z.number().int().nullable() };
const year = {
  class: VehicleClass,
  /** Null where the law does not ask. */
  energy: Energy.nullable(),
  /** Whole years on 1 January, and its band (`ageUpTo` null: no end); null where age does not count. */
  age: z.number().int().nullable(),
  ageFrom: z.number().int().nullable(),
  ageUpTo: z.number().int().nullable(),
  /** The whole year's amount, and for how many months of twelve it is owed. */
  yearAmount: Amount,
  months: z.number().int().min(1).max(12),
};

/** Why there is a line: the rule and what it was applied to, for the sentence of the message catalogue (`tax.rule.<code>`). */
export const TaxRule = z.discriminatedUnion('code', [
  z.object({ code: z.literal('tax.fiscal_power'), params: z.object({ ...year, ...Band, fiscalPower: z.number().int() }) }),
  z.object({ code: z.literal('tax.seats'), params: z.object({ ...year, ...Band, seats: z.number().int() }) }),
  z.object({ code: z.literal('tax.max_mass'), params: z.object({ ...year, ...Band, maxMass: z.number().int() }) }),
  z.object({ code: z.literal('tax.flat'), params: z.object(year) }),
  z.object({ code: z.literal('exempt.class'), params: z.object({ class: VehicleClass }) }),
  z.object({ code: z.literal('exempt.energy'), params: z.object({ energy: Energy }) }),
  /** First registered after the end of the fiscal year. */
  z.object({ code: z.literal('exempt.not_yet_registered'), params: z.object({ firstRegistration: z.iso.date() }) }),
  z.object({
    code: z.literal('penalty.late'),
    params: z.object({
      dueDate: z.iso.date(),
      /** Basis points of the tax: once, and for each of `furtherMonths`. */
      once: z.number().int(),
      monthly: z.number().int(),
      furtherMonths: z.number().int(),
      /** True when the shares came to less than the minimum. */
      isMinimum: z.boolean(),
    }),
  }),
  z.object({ code: z.literal('stamp_duty.band'), params: z.object(Band) }),
  z.object({ code: z.literal('fee.online'), params: z.object({ fixed: Amount, share: z.number().int() }) }),
]);
export type TaxRule = z.infer<typeof TaxRule>;

/** `source`: the weakest of what the amount rests on; an assumption is shown as one. */
export const AssessmentLine = z.object({ kind: LineKind, amount: z.number().int(), rule: TaxRule, source: RuleSource });
export type AssessmentLine = z.infer<typeof AssessmentLine>;

/**
 *   not_yet_due   the year has not begun: nothing can be late, it can be known
 *   due           to be paid until `dueDate`, inclusive
 *   overdue       later than that
 *   exempt        nothing is owed, the one line says why
 *   undetermined  fields are missing (`missing`), or the grid cannot say (`obstacle`)
 */
export const AssessmentStatus = z.enum(['not_yet_due', 'due', 'overdue', 'exempt', 'undetermined']);
export type AssessmentStatus = z.infer<typeof AssessmentStatus>;

/** Why an office must decide although no field is missing. */
export const AssessmentObstacle = z.enum(['over_mass_limit', 'energy_unknown', 'no_tariff']);
export type AssessmentObstacle = z.infer<typeof AssessmentObstacle>;

/** What is owed for one vehicle and fiscal year, as of a day, under a version of the grid. Amounts are integers of the minor unit. */
export const Assessment = z.object({
  country: z.string().length(2),
  gridVersion: z.number().int(),
  fiscalYear: z.number().int(),
  /** The day it is true for, in the country's time zone. */
  on: z.iso.date(),
  currency: z.string().length(3),
  status: AssessmentStatus,
  /** Their sum is the total; empty while undetermined. */
  lines: z.array(AssessmentLine),
  /** Null while undetermined. */
  total: Amount.nullable(),
  /** While fields are missing: the smallest and largest total that they can lead to. */
  range: z.object({ min: Amount, max: Amount }).nullable(),
  /** Last day in time; null when nothing is owed or it depends on what is missing. */
  dueDate: z.iso.date().nullable(),
  missing: z.array(TaxField),
  /** Fields that are absent and taken for the ordinary case (a private vehicle, below the mass limit). */
  assumed: z.array(TaxField),
  obstacle: AssessmentObstacle.nullable(),
  /** The next day on which the total may be another with nothing else changed; null: never. */
  changesOn: z.iso.date().nullable(),
});
export type Assessment = z.infer<typeof Assessment>;

/** What is owed, in short: beside each vehicle of the garage. Null there: no grid of its country is in force. */
export const AmountDue = Assessment.pick({
  fiscalYear: true,
  on: true,
  currency: true,
  status: true,
  total: true,
  dueDate: true,
  missing: true,
  changesOn: true,
});
export type AmountDue = z.infer<typeof AmountDue>;

/** Answer of `GET /api/plates/:plate`: nothing in it tells of a person. */
export const PlateLookup = z.object({
  /** Normal form. */
  plate: z.string(),
  country: z.string().length(2),
  /** So that who mistyped a plate sees it. */
  make: z.string().nullable(),
  assessment: Assessment,
  /** Whether this fiscal year's tax is paid; asked each time, never from a cache. */
  paid: z.boolean(),
  /** When the register was asked: a cached answer counts only while the register says that nothing has changed. */
  asOf: Instant,
});
export type PlateLookup = z.infer<typeof PlateLookup>;

/** Answer of `GET /api/grid`: the grid in force, and the day it is in the country, whatever the phone's clock says. */
export const GridInForce = z.object({ grid: PriceGrid, today: z.iso.date(), fiscalYear: z.number().int() });
export type GridInForce = z.infer<typeof GridInForce>;
