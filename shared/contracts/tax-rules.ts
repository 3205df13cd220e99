import { z } from 'zod';
import { FuelCode } from './documents.ts';

/** Where a figure comes from: the law as the tax office states it, the press, or our own guess until somebody knows better. */
export const RuleSource = z.enum(['law', 'press', 'assumption']);
export type RuleSource = z.infer<typeof RuleSource>;

/** An amount in the currency's minor unit; the currency stands beside it. The upper bound keeps products within exact integers. */
export const Amount = z.number().int().min(0).max(10_000_000_000);

/** Kinds of vehicle that a law tells apart; made of the category (J.1, "genre") of the carte grise. */
export const VehicleClass = z.enum([
  'vehicle',
  'ambulance',
  'fire_engine',
  'administration',
  'convention',
  'trailer',
  'two_wheeler',
  'three_wheeler',
  'company',
  'public_passengers',
  'public_goods',
]);
export type VehicleClass = z.infer<typeof VehicleClass>;

export const Energy = z.enum(['petrol', 'diesel', 'hybrid', 'electric']);
export type Energy = z.infer<typeof Energy>;

/** A day that comes every year, `MM-DD`; 29 February is not one. */
export const MonthDay = z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|1\d|2\d|3[01])$/);

/** Share in hundredths of a percent: 1,500 is 15 %. */
const BasisPoints = z.number().int().min(0).max(100_000);
const source = RuleSource;

/** One amount a year, for one band of the basis and one band of age. */
export const TariffCell = z.object({ amount: Amount, source });
/** From the band before (exclusive) up to `upTo` (inclusive); null has no end. One cell for each band of age, or one for all ages. */
export const TariffBand = z.object({ upTo: z.number().int().min(0).nullable(), cells: z.array(TariffCell).min(1) });
export const TariffBasis = z.enum(['fiscal_power', 'seats', 'max_mass', 'flat']);
export type TariffBasis = z.infer<typeof TariffBasis>;

/** What a kind of vehicle pays a year. The first tariff that fits applies. */
export const Tariff = z.object({
  classes: z.array(VehicleClass).min(1),
  /** Null: whatever it runs on. */
  energies: z.array(Energy).min(1).nullable(),
  /** CV, places, kilograms of maximum mass (F.2), or nothing. */
  by: TariffBasis,
  byAge: z.boolean(),
  /** The law means it to rise with the basis and with age: checked before it can be proposed. */
  rising: z.boolean(),
  bands: z.array(TariffBand).min(1),
});
export type Tariff = z.infer<typeof Tariff>;

/**
 * All that decides what is owed, as data: a version of it is the price grid of the database. The fiscal year is the calendar year.
 * Who changes it changes prices; what it means is `shared/domain/tax/assess.ts`.
 */
export const TaxRules = z.object({
  calendar: z.object({
    /** First day on which the year's tax can be paid without being early, and the last on which it is in time. */
    opens: MonthDay,
    due: MonthDay,
    /** A vehicle first registered during the year: so many days from then, or until a day of the following month. */
    newVehicle: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('days'), days: z.number().int().min(0).max(365) }),
      z.object({ kind: z.literal('day_of_next_month'), day: z.number().int().min(1).max(28) }),
    ]),
    source,
  }),
  /** Whether the first year is paid from the month of registration on only, in twelfths. */
  proRata: z.object({ by: z.enum(['none', 'months']), source }),
  /** Bands of age: where each begins, in whole years completed on 1 January of the fiscal year. The first is 0. */
  ages: z.object({ from: z.array(z.number().int().min(0)).min(1), source }),
  /** What the codes of P.3 count as; null: cannot be told, an office decides. */
  energies: z.object({ of: z.record(FuelCode, Energy.nullable()), source }),
  /** Categories (capital letters and digits only) that make another class than the ordinary `vehicle`. */
  classes: z.array(z.object({ class: VehicleClass, categories: z.array(z.string().regex(/^[A-Z0-9]+$/)).min(1), source })),
  exemptions: z.array(
    z.union([
      z.object({ class: VehicleClass, source }).strict(),
      z.object({ energies: z.array(Energy).min(1), source }).strict(),
    ]),
  ),
  /** Heavier vehicles (kilograms) pay another tax, which is not in the grid; null: all are in it. */
  maxMass: z.object({ kilograms: z.number().int().positive(), source }).nullable(),
  tariffs: z.array(Tariff).min(1),
  /** Of the tax, from the day after the due date: once, and again for each further month begun; `minimum` of both together. */
  penalty: z.object({ once: BasisPoints, monthly: BasisPoints, minimum: Amount, source }),
  /** By receipt, by what the receipt is over (tax and penalty); none when empty. */
  stampDuty: z.array(z.object({ upTo: Amount.nullable(), amount: Amount, source })),
  /** For paying online; nothing at a counter. */
  onlineFee: z.object({ fixed: Amount, share: BasisPoints, source }),
});
export type TaxRules = z.infer<typeof TaxRules>;

/** A version of a country's rules. Approved versions never change. */
export const PriceGrid = z.object({
  country: z.string().length(2),
  version: z.number().int().positive(),
  /** ISO 4217. */
  currency: z.string().length(3),
  effectiveFrom: z.iso.date(),
  rules: TaxRules,
});
export type PriceGrid = z.infer<typeof PriceGrid>;
