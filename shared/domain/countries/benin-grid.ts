import type { PriceGrid } from '#shared/contracts/tax-rules.ts';
import { from, law, TRAILERS, upTo, USUAL_ENERGIES } from './grid-data.ts';

/**
 * Benin, tax on motor vehicles (TVM; general tax code, articles 166 to 168): private vehicles by fiscal power, companies' at 150,000 or
 * 200,000, public transport of people by seats and of goods by tonnes, three-wheelers 15,000; motorcycles pay nothing (three or four wheels
 * are taxed). Due 30 April, late 20 %; a vehicle registered during the year pays pro rata, in the first ten days of the following month.
 *
 * Assumptions: which categories of the carte grise stand for which use (it does not say whether a lorry works for the public), the
 * maximum mass (F.2) for "tonnes", and twelfths, the month of registration included, for "pro rata".
 */
export const beninGrid: PriceGrid = {
  country: 'BJ',
  version: 1,
  currency: 'XOF',
  effectiveFrom: '2026-01-01',
  rules: {
    calendar: { opens: '01-01', due: '04-30', newVehicle: { kind: 'day_of_next_month', day: 10 }, ...from('law') },
    proRata: { by: 'months', ...from('assumption') },
    ages: { from: [0], ...from('law') },
    energies: { of: { ...USUAL_ENERGIES.of }, source: USUAL_ENERGIES.source },
    classes: [
      { class: 'three_wheeler', categories: ['TM', 'TRICYCLE', 'TROISROUES'], ...from('assumption') },
      { class: 'two_wheeler', categories: ['MTL', 'MTT1', 'MTT2', 'CL', 'MOTO', 'MOTOCYCLETTE'], ...from('assumption') },
      { class: 'company', categories: ['SOCIETE', 'VEHICULEDESOCIETE'], ...from('assumption') },
      { class: 'public_passengers', categories: ['TCP', 'TAXI', 'AUTOCAR', 'AUTOBUS', 'MINIBUS'], ...from('assumption') },
      { class: 'public_goods', categories: ['CAM', 'TRR', 'CAMION', 'TRACTEURROUTIER'], ...from('assumption') },
      { ...TRAILERS, categories: [...TRAILERS.categories] },
    ],
    exemptions: [
      { class: 'two_wheeler', ...from('law') },
      { class: 'trailer', ...from('assumption') },
    ],
    maxMass: null,
    tariffs: [
      {
        classes: ['vehicle'],
        energies: null,
        by: 'fiscal_power',
        byAge: false,
        rising: true,
        bands: [upTo(7, law(20_000)), upTo(10, law(30_000)), upTo(15, law(40_000)), upTo(null, law(60_000))],
      },
      { classes: ['three_wheeler'], energies: null, by: 'flat', byAge: false, rising: true, bands: [upTo(null, law(15_000))] },
      {
        classes: ['company'],
        energies: null,
        by: 'fiscal_power',
        byAge: false,
        rising: true,
        bands: [upTo(7, law(150_000)), upTo(null, law(200_000))],
      },
      {
        classes: ['public_passengers'],
        energies: null,
        by: 'seats',
        byAge: false,
        rising: true,
        bands: [upTo(9, law(38_000)), upTo(20, law(57_000)), upTo(null, law(86_800))],
      },
      {
        classes: ['public_goods'],
        energies: null,
        by: 'max_mass',
        byAge: false,
        rising: true,
        bands: [upTo(2_500, law(49_500)), upTo(5_000, law(57_000)), upTo(10_000, law(86_800)), upTo(null, law(136_400))],
      },
    ],
    penalty: { once: 2_000, monthly: 0, minimum: 0, ...from('law') },
    stampDuty: [],
    onlineFee: { fixed: 0, share: 0, ...from('assumption') },
  },
};
