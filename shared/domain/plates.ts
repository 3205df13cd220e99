/**
 * Number plates of the countries that are known (forms: facts/tax-and-plates).
 * A plate is stored in one *normal form*, upper-case Latin letters and digits only, and shown in its country's form.
 */

/** A stretch of a plate, in order: what it may hold and how it is told apart from the next when it is written. */
interface PlateForm {
  /** Matches the whole normal form; its groups are the parts that are written apart (a group may be missing). */
  readonly pattern: RegExp;
  readonly separator: string;
}

/** France leaves out I, O and U, which are read as 1, 0 and V. */
const FRENCH_LETTERS = '[A-HJ-NP-TV-Z]';

/**
 * Moroccan series are Arabic letters. The normal form holds a Latin stand-in for each, so that a plate can be typed on any keyboard
 * and compared byte for byte; the Arabic letter comes back when the plate is shown.
 */
const MOROCCAN_LETTERS: Readonly<Record<string, string>> = {
  A: 'أ',
  B: 'ب',
  D: 'د',
  H: 'ه',
  J: 'ج',
  K: 'ك',
  L: 'ل',
  M: 'م',
  N: 'ن',
  T: 'ط',
  W: 'و',
  Y: 'ي',
};

const LATIN_OF_ARABIC: ReadonlyMap<string, string> = new Map([
  ...Object.entries(MOROCCAN_LETTERS).map(([latin, arabic]): [string, string] => [arabic, latin]),
  ['ا', 'A'],
  ['إ', 'A'],
  ['آ', 'A'],
]);

const PLATE_FORMS = {
  /** `1234 TAB`: the first letter is the province; `1234 WWT` is temporary. */
  MG: [{ pattern: /^(\d{1,4})([ADFMTU][A-Z]{1,2}|WWT)$/, separator: ' ' }],
  /** `12345 | أ | 6`: number, series, prefecture 1 to 88. */
  MA: [{ pattern: /^(\d{1,5})([ABDHJKLMNTWY])([1-9]|[1-7]\d|8[0-8])$/, separator: ' | ' }],
  /** `BE 8762 RB` */
  BJ: [{ pattern: /^([A-Z]{1,2})(\d{4})(RB)$/, separator: ' ' }],
  /** `AA 123 AA`, with the region where it is written; before June 2023 `4550 EG 01`. */
  CI: [
    { pattern: /^([A-Z]{2})(\d{3})([A-Z]{2})(\d{2})?$/, separator: ' ' },
    { pattern: /^(\d{1,4})([A-Z]{2})(\d{2})$/, separator: ' ' },
  ],
  /** `AA 999 AA`, with the region where it is written. */
  SN: [{ pattern: /^([A-Z]{2})(\d{3})([A-Z]{2})([A-Z]{2}|\d{2})?$/, separator: ' ' }],
  /** `TG-9664-AK` */
  TG: [{ pattern: /^(TG)(\d{4})([A-Z]{2})$/, separator: '-' }],
  /** `AA-123-AA` */
  FR: [{ pattern: new RegExp(`^(${FRENCH_LETTERS}{2})(\\d{3})(${FRENCH_LETTERS}{2})$`), separator: '-' }],
} as const satisfies Record<string, readonly PlateForm[]>;

/** ISO 3166-1 codes of the countries whose plates are known. */
export type PlateCountry = keyof typeof PLATE_FORMS;
export const PLATE_COUNTRIES = Object.keys(PLATE_FORMS) as readonly PlateCountry[];

/** Longest and shortest plate of a country whose forms are not known. */
const ANY_PLATE = /^(?=.*\d)[A-Z0-9]{3,12}$/;

const isPlateCountry = (country: string): country is PlateCountry => Object.hasOwn(PLATE_FORMS, country);

const formsOf = (country: string): readonly PlateForm[] => (isPlateCountry(country) ? PLATE_FORMS[country] : []);

/**
 * Brings what was typed or read to the normal form: case, spaces, dashes, dots, bars and accents are ignored, Arabic letters and
 * digits become their Latin stand-ins. Says nothing of whether the result is a plate (`isPlate`).
 */
export function normalisePlate(text: string): string {
  let normal = '';
  // NFC keeps the Arabic hamza letters whole; NFKD would take the hamza off and leave a bare alif.
  for (const character of text.normalize('NFC')) {
    const latin = LATIN_OF_ARABIC.get(character);
    if (latin) normal += latin;
    else if (character >= '٠' && character <= '٩') normal += String(character.charCodeAt(0) - 0x0660);
    else normal += character.normalize('NFKD').toUpperCase();
  }
  return normal.replace(/[^A-Z0-9]/g, '');
}

/** Whether a normal form is a plate of that country. For a country whose forms are not known: 3 to 12 letters and digits, one digit at least. */
export function isPlate(normal: string, country: string): boolean {
  const forms = formsOf(country);
  return forms.length ? forms.some((form) => form.pattern.test(normal)) : ANY_PLATE.test(normal);
}

/** Plates of countries whose forms are not known: letters and digits, at least one of each. */
const FOREIGN_PLATE = /^(?=.*\d)(?=.*[A-Z])[A-Z0-9]{4,12}$/;

/** Whether a normal form may be anybody's plate, seen from a country. */
export const couldBePlate = (normal: string, home: string): boolean =>
  isPlate(normal, home) || countriesOfPlate(normal).length > 0 || FOREIGN_PLATE.test(normal);

/** The countries, among those that are known, where a normal form would be a plate. */
export function countriesOfPlate(normal: string): PlateCountry[] {
  return PLATE_COUNTRIES.filter((country) => isPlate(normal, country));
}

/** The parts of a plate as its country writes them apart; the whole as one part when it has no known form there. */
export function plateParts(normal: string, country: string): { parts: string[]; separator: string } {
  for (const form of formsOf(country)) {
    const match = form.pattern.exec(normal);
    if (!match) continue;
    const parts = match.slice(1).filter((part): part is string => part !== undefined);
    return { parts: country === 'MA' ? parts.map((part) => MOROCCAN_LETTERS[part] ?? part) : parts, separator: form.separator };
  }
  return { parts: [normal], separator: '' };
}

/**
 * Shows a normal form as its country writes it; unchanged when it has no known form there.
 * An Arabic letter is followed by a left-to-right mark, without which the figures after it would change places with it.
 */
export function formatPlate(normal: string, country: string): string {
  const { parts, separator } = plateParts(normal, country);
  return parts.map((part) => (/\p{Script=Arabic}/u.test(part) ? `${part}\u200e` : part)).join(separator);
}
