import type { PriceGrid } from '#shared/contracts/tax-rules.ts';
import { assumed, from, press, TRAILERS, upTo, USUAL_ENERGIES } from './grid-data.ts';

/**
 * Madagascar, annual tax on motor vehicles, Finance Law 2026: by fiscal power, energy and age, 5,000 to 340,000 Ar.
 *
 * The whole grid was not found. Known from the press (allAfrica 12 January 2026, moov.mg): petrol 1–4 CV 15,000 (under 5 years) to 115,000
 * (over 20); diesel 5–9 CV 40,000 to 140,000; hybrid 13–15 CV 60,000 to 160,000; under 5 years electric from 5,000 to 60,000, hybrid from
 * 10,000 to 120,000; nothing over 340,000. Those cells are `press`. They fit one shape, by which the others are filled in as assumptions:
 * 25,000 more for each band of age; petrol three quarters of diesel, hybrid half, electric a quarter.
 *
 * Bands of age between 5 and 20 years: assumption. Due date: 31 January was announced, then put off with no other date. Late payment is
 * fined, by how much was not found: assumption, as are stamp duty, fee and the delay for a new vehicle.
 */
export const madagascarGrid: PriceGrid = {
  country: 'MG',
  version: 1,
  currency: 'MGA',
  effectiveFrom: '2026-01-01',
  rules: {
    calendar: { opens: '01-01', due: '01-31', newVehicle: { kind: 'days', days: 30 }, ...from('assumption') },
    proRata: { by: 'none', ...from('assumption') },
    ages: { from: [0, 5, 10, 15, 21], ...from('assumption') },
    energies: { of: { ...USUAL_ENERGIES.of }, source: USUAL_ENERGIES.source },
    classes: [
      { class: 'ambulance', categories: ['AMBULANCE', 'AMB', 'VASPAMB'], ...from('assumption') },
      {
        class: 'fire_engine',
        categories: ['POMPIER', 'POMPIERS', 'SAPEURSPOMPIERS', 'INCENDIE', 'VASPINC'],
        ...from('assumption'),
      },
      { class: 'administration', categories: ['ADMINISTRATION', 'ADMINISTRATIF', 'ADM'], ...from('assumption') },
      { class: 'convention', categories: ['CONVENTION', 'CD', 'CMD', 'DIPLOMATIQUE'], ...from('assumption') },
      { ...TRAILERS, categories: [...TRAILERS.categories] },
    ],
    exemptions: [
      { class: 'ambulance', ...from('press') },
      { class: 'fire_engine', ...from('press') },
      { class: 'administration', ...from('press') },
      { class: 'convention', ...from('press') },
      { class: 'trailer', ...from('assumption') },
    ],
    maxMass: null,
    tariffs: [
      {
        classes: ['vehicle'],
        energies: ['petrol'],
        by: 'fiscal_power',
        byAge: true,
        rising: true,
        bands: [
          upTo(4, press(15_000), assumed(40_000), assumed(65_000), assumed(90_000), press(115_000)),
          upTo(9, assumed(30_000), assumed(55_000), assumed(80_000), assumed(105_000), assumed(130_000)),
          upTo(12, assumed(60_000), assumed(85_000), assumed(110_000), assumed(135_000), assumed(160_000)),
          upTo(15, assumed(90_000), assumed(115_000), assumed(140_000), assumed(165_000), assumed(190_000)),
          upTo(null, assumed(180_000), assumed(205_000), assumed(230_000), assumed(255_000), assumed(280_000)),
        ],
      },
      {
        classes: ['vehicle'],
        energies: ['diesel'],
        by: 'fiscal_power',
        byAge: true,
        rising: true,
        bands: [
          upTo(4, assumed(20_000), assumed(45_000), assumed(70_000), assumed(95_000), assumed(120_000)),
          upTo(9, press(40_000), assumed(65_000), assumed(90_000), assumed(115_000), press(140_000)),
          upTo(12, assumed(80_000), assumed(105_000), assumed(130_000), assumed(155_000), assumed(180_000)),
          upTo(15, assumed(120_000), assumed(145_000), assumed(170_000), assumed(195_000), assumed(220_000)),
          upTo(null, assumed(240_000), assumed(265_000), assumed(290_000), assumed(315_000), press(340_000)),
        ],
      },
      {
        classes: ['vehicle'],
        energies: ['hybrid'],
        by: 'fiscal_power',
        byAge: true,
        rising: true,
        bands: [
          upTo(4, press(10_000), assumed(35_000), assumed(60_000), assumed(85_000), assumed(110_000)),
          upTo(9, assumed(20_000), assumed(45_000), assumed(70_000), assumed(95_000), assumed(120_000)),
          upTo(12, assumed(40_000), assumed(65_000), assumed(90_000), assumed(115_000), assumed(140_000)),
          upTo(15, press(60_000), assumed(85_000), assumed(110_000), assumed(135_000), press(160_000)),
          upTo(null, press(120_000), assumed(145_000), assumed(170_000), assumed(195_000), assumed(220_000)),
        ],
      },
      {
        classes: ['vehicle'],
        energies: ['electric'],
        by: 'fiscal_power',
        byAge: true,
        rising: true,
        bands: [
          upTo(4, press(5_000), assumed(30_000), assumed(55_000), assumed(80_000), assumed(105_000)),
          upTo(9, assumed(10_000), assumed(35_000), assumed(60_000), assumed(85_000), assumed(110_000)),
          upTo(12, assumed(20_000), assumed(45_000), assumed(70_000), assumed(95_000), assumed(120_000)),
          upTo(15, assumed(30_000), assumed(55_000), assumed(80_000), assumed(105_000), assumed(130_000)),
          upTo(null, press(60_000), assumed(85_000), assumed(110_000), assumed(135_000), assumed(160_000)),
        ],
      },
    ],
    penalty: { once: 1_000, monthly: 100, minimum: 0, ...from('assumption') },
    stampDuty: [{ upTo: null, amount: 1_000, ...from('assumption') }],
    onlineFee: { fixed: 500, share: 0, ...from('assumption') },
  },
};
