import type { FuelCode } from '#shared/contracts/documents.ts';
import type { Random } from './random.ts';

export type Country = 'FR' | 'MG' | 'CI' | 'BJ' | 'SN' | 'BF';

/** An invented vehicle and its owner: everything that a layout may print. Weights in kg, dates ISO. */
export interface SampleVehicle {
  readonly country: Country;
  readonly plate: string;
  readonly vin: string;
  readonly make: string;
  readonly model: string;
  readonly surname: string;
  readonly firstNames: string;
  readonly firstRegistration: string;
  readonly issued: string;
  readonly fuel: FuelCode;
  readonly fuelWord: string;
  readonly fiscalPower: number;
  readonly seats: number;
  readonly maxMass: number;
  readonly emptyMass: number;
  readonly displacement: number;
  readonly kilowatts: number;
  readonly co2: number;
  readonly category: string;
  readonly body: string;
  readonly colour: string;
  readonly street: string;
  readonly city: string;
  readonly formNumber: string;
  readonly cardNumber: string;
}

const NAMES: Readonly<
  Record<'FR' | 'MG' | 'WA', { surnames: readonly string[]; firstNames: readonly string[]; places: readonly string[] }>
> = {
  FR: {
    surnames: ['MARCHAND', 'BERTIN', 'LACROIX', 'DELORME', 'PERRIN', 'VASSEUR', 'COLLET', 'RENAUD'],
    firstNames: ['CLAIRE', 'ANTOINE', 'MATHILDE', 'OLIVIER', 'SANDRINE', 'THIERRY'],
    places: ['12 RUE DES TILLEULS', '8 IMPASSE DU MOULIN', '27 BOULEVARD CARNOT'],
  },
  MG: {
    surnames: ['RAKOTONDRABE', 'ANDRIAMIHAJA', 'RASOLOFOSON', 'RAVELOMANANA', 'RANDRIANASOLO'],
    firstNames: ['LALAINA', 'TAHINA NIRINA', 'VOAHANGY', 'MAMY TIANA', 'FARA'],
    places: ['LOT II M 45 ANDRAVOAHANGY', 'LOT IVC 12 AMBANIDIA', 'PRES 67 HA NORD'],
  },
  WA: {
    surnames: ['TRAORE', 'OUEDRAOGO', 'KOUASSI', 'HOUNGBEDJI', 'SOW', 'NDIAYE', 'ZINSOU'],
    firstNames: ['AMINATA', 'SEYDOU', 'AFI GRACE', 'MAMADOU LAMINE', 'ROKIA', 'ESTELLE'],
    places: ['SECTEUR 22 RUE 14', 'QUARTIER ZOGBO', 'COCODY ANGRE 7E TRANCHE'],
  },
};

const CARS: readonly (readonly [string, string, string, string])[] = [
  ['PEUGEOT', '308', 'VF3', 'BERLINE'],
  ['RENAULT', 'CLIO', 'VF1', 'BERLINE'],
  ['TOYOTA', 'HILUX', 'AHT', 'PICK-UP'],
  ['TOYOTA', 'COROLLA', 'JTD', 'BERLINE'],
  ['HYUNDAI', 'TUCSON', 'KMH', 'BREAK'],
  ['NISSAN', 'NAVARA', 'VSK', 'PICK-UP'],
  ['FORD', 'RANGER', 'WF0', 'PICK-UP'],
  ['VOLKSWAGEN', 'CADDY', 'WV2', 'FOURGON'],
  ['DACIA', 'DUSTER', 'UU1', 'BREAK'],
  ['SUZUKI', 'SWIFT', 'TSM', 'BERLINE'],
  ['KIA', 'SPORTAGE', 'U5Y', 'BREAK'],
  ['MITSUBISHI', 'L200', 'MMB', 'PICK-UP'],
];
const LETTERS = 'ABCDEFGHJKLMNPRSTVWXYZ';
const DIGITS = '0123456789';
const VIN_CHARACTERS = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789';

/** Draws a vehicle. The plate has the country's form; the VIN has 17 characters and ends in digits. */
export function drawVehicle(random: Random, country: Country): SampleVehicle {
  const people = NAMES[country === 'FR' || country === 'MG' ? country : 'WA'];
  const [make, model, maker, body] = random.pick(CARS);
  const diesel = random.next() < 0.6;
  const year = random.whole(2004, 2022);
  const maxMass = random.whole(1400, 3400);
  return {
    country,
    plate: drawPlate(random, country),
    vin: maker + random.text(VIN_CHARACTERS, 8) + random.text(DIGITS, 6),
    make,
    model,
    surname: random.pick(people.surnames),
    firstNames: random.pick(people.firstNames),
    firstRegistration: drawDate(random, year),
    issued: drawDate(random, random.whole(year + 1, 2024)),
    fuel: diesel ? 'GO' : 'ES',
    fuelWord: diesel ? random.pick(['GASOIL', 'GAZOLE', 'DIESEL']) : 'ESSENCE',
    fiscalPower: random.whole(4, 19),
    seats: random.pick([2, 5, 7, 9]),
    maxMass,
    emptyMass: maxMass - random.whole(350, 900),
    displacement: random.whole(1100, 2990),
    kilowatts: random.whole(50, 180),
    co2: random.whole(95, 220),
    category: random.pick(['VP', 'CTTE']),
    body,
    colour: random.pick(['BLANC', 'GRIS', 'NOIR', 'BLEU', 'ROUGE']),
    street: random.pick(people.places),
    city: random.pick(['35000 RENNES', '63000 CLERMONT FERRAND', '13008 MARSEILLE']),
    formNumber: `20${random.text('12', 2)}${random.text(LETTERS, 2)}${random.text(DIGITS, 5)}`,
    cardNumber: `CG${random.text(DIGITS, 8)}`,
  };
}

function drawPlate(random: Random, country: Country): string {
  switch (country) {
    case 'FR':
      return `${random.text(LETTERS, 2)}-${random.text(DIGITS, 3)}-${random.text(LETTERS, 2)}`;
    case 'MG':
      return `${random.whole(1000, 9999)} T${random.text(LETTERS, 2)}`;
    case 'CI':
      return `${random.whole(1000, 9999)}${random.text(LETTERS, 2)}01`;
    case 'BJ':
      return `${random.text(LETTERS, 2)} ${random.whole(1000, 9999)} RB`;
    case 'SN':
      return `DK-${random.whole(1000, 9999)}-${random.text(LETTERS, 2)}`;
    case 'BF':
      return `${random.whole(10, 99)} ${random.text(LETTERS, 2)} ${random.whole(1000, 9999)}`;
  }
}

function drawDate(random: Random, year: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${year}-${two(random.whole(1, 12))}-${two(random.whole(1, 28))}`;
}

/** `2013-09-15` as a document prints it. */
export function frenchDate(iso: string, separator = '/'): string {
  return iso.split('-').reverse().join(separator);
}
