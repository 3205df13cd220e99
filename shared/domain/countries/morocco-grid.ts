import type { PriceGrid } from '#shared/contracts/tax-rules.ts';
import { from, press, TRAILERS, upTo, USUAL_ENERGIES } from './grid-data.ts';

/**
 * Morocco, special annual tax on vehicles (TSAV), 2026; centimes. Due 1 to 31 January, a new vehicle within 60 days (Finance Law 2025);
 * late: 15 % for the first month, 0.5 % for each further month begun, 100 dirhams at least; hybrid and electric vehicles are exempt.
 * Vehicles over 9 tonnes pay by another scale, which is not here. Paying online costs nothing (tax office, December 2023).
 */
export const moroccoGrid: PriceGrid = {
  country: 'MA',
  version: 1,
  currency: 'MAD',
  effectiveFrom: '2026-01-01',
  rules: {
    calendar: { opens: '01-01', due: '01-31', newVehicle: { kind: 'days', days: 60 }, ...from('press') },
    proRata: { by: 'none', ...from('assumption') },
    ages: { from: [0], ...from('press') },
    energies: { of: { ...USUAL_ENERGIES.of }, source: USUAL_ENERGIES.source },
    classes: [{ ...TRAILERS, categories: [...TRAILERS.categories] }],
    exemptions: [
      { energies: ['hybrid', 'electric'], ...from('press') },
      { class: 'trailer', ...from('assumption') },
    ],
    maxMass: { kilograms: 9_000, ...from('press') },
    tariffs: [
      {
        classes: ['vehicle'],
        energies: ['petrol'],
        by: 'fiscal_power',
        byAge: false,
        rising: true,
        bands: [upTo(7, press(35_000)), upTo(10, press(65_000)), upTo(14, press(300_000)), upTo(null, press(800_000))],
      },
      {
        classes: ['vehicle'],
        energies: ['diesel'],
        by: 'fiscal_power',
        byAge: false,
        rising: true,
        bands: [upTo(7, press(70_000)), upTo(10, press(150_000)), upTo(14, press(600_000)), upTo(null, press(2_000_000))],
      },
    ],
    penalty: { once: 1_500, monthly: 50, minimum: 10_000, ...from('press') },
    stampDuty: [],
    onlineFee: { fixed: 0, share: 0, ...from('press') },
  },
};
