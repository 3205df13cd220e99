import type { FuelCode } from '#shared/contracts/documents.ts';
import type { CountryCode } from '#shared/domain/countries/countries.ts';

/** A model as it stands in a register. */
export interface Model {
  make: string;
  model: string;
  /** First three characters of its VINs. */
  wmi: string;
  /** How often, by fuel. */
  fuels: readonly (readonly [weight: number, fuel: FuelCode])[];
  /** CV, from and to. */
  power: readonly [number, number];
  category: string;
  seats: number;
  maxMass: number;
  /** Sold since and until (year of registration). */
  since: number;
  until: number;
}

type Row = readonly [string, string, string, Model['fuels'], Model['power'], string, number, number, number, number];
const made = ([make, model, wmi, fuels, power, category, seats, maxMass, since, until]: Row): Model => ({
  ...{ make, model, wmi, fuels, power, category, seats, maxMass, since, until },
});

const P: Model['fuels'] = [[1, 'ES']];
const D: Model['fuels'] = [[1, 'GO']];
const BOTH: Model['fuels'] = [
  [45, 'ES'],
  [55, 'GO'],
];
const MIXED: Model['fuels'] = [
  [60, 'ES'],
  [25, 'GO'],
  [15, 'EH'],
];

/** What is on the roads, roughly: each with its weight in every country, in the order of `COLUMNS`. */
const COLUMNS: readonly CountryCode[] = ['MG', 'MA', 'BJ'];
const FLEET: readonly (readonly [weights: readonly [number, number, number], model: Model])[] = [
  [[9, 5, 3], made(['PEUGEOT', '206', 'VF3', BOTH, [4, 7], 'VP', 5, 1_480, 1999, 2012])],
  [[5, 3, 2], made(['PEUGEOT', '405', 'VF3', BOTH, [6, 9], 'VP', 5, 1_560, 1988, 1999])],
  [[4, 6, 1], made(['PEUGEOT', '308', 'VF3', BOTH, [5, 8], 'VP', 5, 1_790, 2008, 2030])],
  [[3, 8, 1], made(['PEUGEOT', 'PARTNER', 'VF3', D, [5, 7], 'CTTE', 5, 1_960, 1997, 2030])],
  [[9, 3, 1], made(['RENAULT', '4L', 'VF1', P, [4, 4], 'VP', 4, 1_100, 1978, 1994])],
  [[7, 9, 2], made(['RENAULT', 'CLIO', 'VF1', BOTH, [4, 7], 'VP', 5, 1_640, 1992, 2030])],
  [[3, 9, 1], made(['RENAULT', 'KANGOO', 'VF1', D, [5, 7], 'CTTE', 5, 1_930, 1998, 2030])],
  [[2, 14, 1], made(['DACIA', 'LOGAN', 'UU1', BOTH, [5, 7], 'VP', 5, 1_580, 2005, 2030])],
  [[2, 11, 1], made(['DACIA', 'DUSTER', 'UU1', BOTH, [6, 8], 'VP', 5, 1_820, 2010, 2030])],
  [[7, 3, 1], made(['CITROEN', '2CV', 'VF7', P, [2, 3], 'VP', 4, 930, 1976, 1990])],
  [[5, 6, 1], made(['CITROEN', 'BERLINGO', 'VF7', D, [5, 7], 'CTTE', 5, 1_970, 1996, 2030])],
  [[8, 4, 18], made(['TOYOTA', 'COROLLA', 'JTD', MIXED, [6, 9], 'VP', 5, 1_660, 1988, 2030])],
  [[9, 3, 6], made(['TOYOTA', 'HILUX', 'AHT', D, [10, 13], 'CTTE', 5, 2_910, 1990, 2030])],
  [[4, 2, 9], made(['TOYOTA', 'RAV4', 'JTM', MIXED, [8, 11], 'VP', 5, 2_110, 1998, 2030])],
  [[4, 3, 2], made(['TOYOTA', 'LAND CRUISER', 'JTE', D, [14, 21], 'VP', 7, 3_200, 1990, 2030])],
  [[2, 2, 1], made(['TOYOTA', 'PRIUS', 'JTD', [[1, 'EH']], [4, 7], 'VP', 5, 1_790, 2010, 2030])],
  [[6, 2, 5], made(['NISSAN', 'NAVARA', 'VSK', D, [10, 14], 'CTTE', 5, 2_910, 1998, 2030])],
  [[4, 2, 5], made(['NISSAN', 'SUNNY', 'JN1', P, [5, 8], 'VP', 5, 1_450, 1990, 2012])],
  [[5, 3, 3], made(['HYUNDAI', 'TUCSON', 'KMH', BOTH, [8, 11], 'VP', 5, 2_150, 2005, 2030])],
  [[4, 4, 3], made(['HYUNDAI', 'I10', 'KMH', P, [4, 5], 'VP', 5, 1_390, 2008, 2030])],
  [[4, 4, 2], made(['KIA', 'PICANTO', 'KNA', P, [4, 5], 'VP', 5, 1_350, 2005, 2030])],
  [[3, 3, 3], made(['KIA', 'SPORTAGE', 'U5Y', BOTH, [8, 11], 'VP', 5, 2_170, 2005, 2030])],
  [[3, 6, 3], made(['VOLKSWAGEN', 'GOLF', 'WVW', BOTH, [5, 9], 'VP', 5, 1_820, 1984, 2030])],
  [[3, 4, 5], made(['MERCEDES-BENZ', '190', 'WDB', BOTH, [7, 11], 'VP', 5, 1_700, 1984, 1998])],
  [[5, 4, 4], made(['MERCEDES-BENZ', 'SPRINTER', 'WDB', D, [9, 14], 'MINIBUS', 18, 3_500, 1997, 2030])],
  [[5, 2, 2], made(['MAZDA', 'BONGO', 'JMZ', D, [8, 11], 'MINIBUS', 15, 2_800, 1990, 2018])],
  [[4, 3, 2], made(['MITSUBISHI', 'L200', 'MMB', D, [10, 13], 'CTTE', 5, 2_900, 1996, 2030])],
  [[4, 3, 2], made(['ISUZU', 'NPR', 'JAA', D, [12, 18], 'CAM', 3, 7_500, 1990, 2030])],
  [[3, 3, 4], made(['SUZUKI', 'SWIFT', 'TSM', MIXED, [4, 6], 'VP', 5, 1_480, 1995, 2030])],
  [[3, 4, 2], made(['FORD', 'RANGER', 'WF0', D, [10, 16], 'CTTE', 5, 3_200, 2000, 2030])],
  [[3, 5, 1], made(['FIAT', 'PUNTO', 'ZFA', BOTH, [4, 7], 'VP', 5, 1_520, 1994, 2015])],
  [[2, 1, 6], made(['OPEL', 'CORSA', 'W0L', BOTH, [4, 6], 'VP', 5, 1_560, 1994, 2030])],
  [[1, 1, 4], made(['HONDA', 'CR-V', 'SHS', MIXED, [8, 10], 'VP', 5, 2_050, 1998, 2030])],
  [[2, 1, 9], made(['PIAGGIO', 'APE', 'ZAP', P, [3, 5], 'TM', 3, 1_150, 2004, 2030])],
  [[2, 1, 2], made(['SINOTRUK', 'HOWO', 'LZZ', D, [24, 38], 'CAM', 2, 26_000, 2006, 2030])],
  [[0.4, 0.6, 0.2], made(['BYD', 'DOLPHIN', 'LGX', [[1, 'EL']], [4, 6], 'VP', 5, 1_870, 2022, 2030])],
  [[0.3, 0.3, 0.3], made(['TOYOTA', 'HIACE', 'JTF', D, [10, 12], 'AMBULANCE', 6, 3_000, 1998, 2030])],
];

/** What could be registered in a year of a country. */
export const modelsOf = (country: CountryCode, year: number): [weight: number, model: Model][] =>
  FLEET.filter(([, { since, until }]) => year >= since && year <= until).map(([weights, model]) => [
    weights[COLUMNS.indexOf(country)] ?? 1,
    model,
  ]);

const VIN_CHARACTERS = '0123456789ABCDEFGHJKLMNPRSTUVWXYZ';

/** 17 characters without I, O and Q: who made it, which model and year, and a number that nobody else has. */
export function vinOf({ wmi, model }: Model, year: number, number: number): string {
  let [serial, rest] = ['', number];
  for (let place = 0; place < 7; place += 1) {
    serial = (VIN_CHARACTERS[rest % 33] ?? '0') + serial;
    rest = Math.floor(rest / 33);
  }
  const described = model
    .replace(/[^0-9A-HJ-NPR-Z]/g, '')
    .padEnd(6, 'Z')
    .slice(0, 6);
  return `${wmi}${described}${VIN_CHARACTERS[10 + (year % 20)] ?? 'A'}${serial}`;
}
