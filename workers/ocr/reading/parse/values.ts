import type { FuelCode } from '#shared/contracts/documents.ts';
import { asDigits, asLetters, nearest, plain } from './text.ts';

/** A canonical value, and how far its form alone supports it: 1 exact, less when characters had to be put right. */
export interface Parsed {
  readonly value: string;
  readonly trust: number;
}

const OLDEST_YEAR = 1930;

/** A registration number in normal form: capitals and digits, no space or dash. */
export function parsePlate(text: string): Parsed | null {
  const groups = text
    .toUpperCase()
    .replace(/[^A-Z0-9 \-–—.:]/g, '')
    .split(/[ \-–—.:]+/)
    .filter(Boolean);
  const repaired = groups.map(evenGroup);
  const value = repaired.join('');
  if (value.length < 5 || value.length > 9 || !/[A-Z]/.test(value) || (value.match(/\d/g) ?? []).length < 2) return null;
  const changed = repaired.join('') !== groups.join('');
  if (/^[A-Z]{2}\d{3}[A-Z]{2}$/.test(value)) return { value, trust: changed ? 0.75 : 1 };
  if (/^\d{4}[A-Z]{2,3}$/.test(value)) return { value, trust: changed ? 0.75 : 1 };
  const known = /^([A-Z]{1,2}\d{3,4}[A-Z]{1,2}|\d{2}[A-Z]{1,2}\d{4}|\d{4}[A-Z]{2}\d{2}|\d{1,4}[A-Z]{2,3}\d{2})$/.test(value);
  return { value, trust: (known ? 0.97 : 0.6) * (changed ? 0.75 : 1) };
}

/** A group of a plate is all letters or all digits: the odd one out was misread. A long group (`2972CP01`) is left as it is. */
function evenGroup(group: string): string {
  if (/^\d+$/.test(group) || /^[A-Z]+$/.test(group) || /^\d{2,4}[A-Z]{2,3}\d{2}$/.test(group)) return group;
  const digits = (group.match(/\d/g) ?? []).length;
  if (group.length > 4) return group;
  return digits * 2 >= group.length ? asDigits(group) : asLetters(group);
}

/**
 * A vehicle identification number: exactly 17 characters, never I, O or Q (ISO 3779), the last four digits.
 * Longer or shorter readings are refused, not cut.
 */
export function parseVin(text: string): Parsed | null {
  const raw = text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (raw.length !== 17) return null;
  const letters = raw.replace(/[OQ]/g, '0').replace(/I/g, '1');
  const value = letters.slice(0, 13) + asDigits(letters.slice(13));
  if (!/^[A-HJ-NPR-Z0-9]{13}\d{4}$/.test(value) || (value.match(/\d/g) ?? []).length < 5) return null;
  return { value, trust: value.slice(13) === letters.slice(13) ? 1 : 0.8 };
}

/** Whether the ninth character is the check digit of ISO 3779's North American practice (J and 1 count alike there). */
export function hasVinCheckDigit(vin: string): boolean {
  const letters: Record<string, number> = {
    A: 1,
    B: 2,
    C: 3,
    D: 4,
    E: 5,
    F: 6,
    G: 7,
    H: 8,
    J: 1,
    K: 2,
    L: 3,
    M: 4,
    N: 5,
    P: 7,
    R: 9,
    S: 2,
    T: 3,
    U: 4,
    V: 5,
    W: 6,
    X: 7,
    Y: 8,
    Z: 9,
  };
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
  const sum = [...vin].reduce((total, c, i) => total + (letters[c] ?? Number(c)) * (weights[i] ?? 0), 0);
  const rest = sum % 11;
  return vin[8] === (rest === 10 ? 'X' : String(rest));
}

/** A date printed day first; answers ISO. */
export function parseDate(text: string, today: Date): Parsed | null {
  const compact = text.replace(/\s/g, '');
  const strict = /(\d{2})[/\-.](\d{2})[/\-.](\d{4})/.exec(compact);
  const loose =
    strict ?? /(\d{2})[/\-.|1lI]?(\d{2})[/\-.|1lI]?((?:19|2[0689])\d{2})/.exec(asDigits(compact.replace(/[/|]/g, '/')));
  if (!loose) return null;
  const [year, month, day] = [Number(loose[3]), Number(loose[2]), Number(loose[1])];
  const iso = isoDate(year, month, day, today);
  if (iso) return { value: iso, trust: strict ? 1 : 0.6 };
  // No month has sixty days: a 0 was read as 6, 8 or 9, the usual faults of a slashed or dotted zero.
  const zeroed = (number: number, most: number): number => (number > most && number >= 60 ? number % 10 : number);
  const century =
    /^2[689]\d\d$/.test(String(year)) || year > today.getUTCFullYear() ? 2000 + (year % (year >= 2100 ? 100 : 10)) : year;
  const repaired = isoDate(century, zeroed(month, 12), zeroed(day, 31), today);
  return repaired ? { value: repaired, trust: 0.6 } : null;
}

/** The ISO date, or null when there is no such day or it lies in the future. */
export function isoDate(year: number, month: number, day: number, today: Date): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || year < OLDEST_YEAR || date > today) return null;
  return date.toISOString().slice(0, 10);
}

const FUEL_WORDS: Readonly<Record<string, FuelCode>> = {
  essence: 'ES',
  super: 'ES',
  petrol: 'ES',
  gasoil: 'GO',
  gazole: 'GO',
  gasole: 'GO',
  gazoil: 'GO',
  diesel: 'GO',
  electrique: 'EL',
  electricite: 'EL',
  hybride: 'EH',
  hybrideessence: 'EH',
  essenceelectrique: 'EH',
  hybridediesel: 'GL',
  gpl: 'GP',
  gnv: 'GN',
  gaznaturel: 'GN',
  hybriderechargeable: 'EE',
};
const FUEL_CODES: readonly FuelCode[] = ['ES', 'GO', 'EL', 'EH', 'GL', 'GP', 'GN', 'EE'];
/** What the two letters of the usual codes are read as. */
const FUEL_MISREAD: Readonly<Record<string, FuelCode>> = {
  '60': 'GO',
  G0: 'GO',
  '6O': 'GO',
  CO: 'GO',
  C0: 'GO',
  GD: 'GO',
  GQ: 'GO',
  E5: 'ES',
  FS: 'ES',
  E8: 'ES',
  BS: 'ES',
  '6L': 'GL',
  '6P': 'GP',
  '6N': 'GN',
};

/** An energy word of a labelled card. */
export function parseFuelWord(text: string): Parsed | null {
  const word = plain(text);
  const exact = FUEL_WORDS[word];
  if (exact) return { value: exact, trust: 1 };
  const near = nearest(
    word,
    Object.keys(FUEL_WORDS).filter((w) => w.length >= 5),
  );
  const code = near ? FUEL_WORDS[near.entry] : undefined;
  return code ? { value: code, trust: 0.85 } : parseFuelCode(text);
}

/** An energy code of field P.3. */
export function parseFuelCode(text: string): Parsed | null {
  const code = text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  const exact = FUEL_CODES.find((c) => c === code);
  if (exact) return { value: exact, trust: 1 };
  const misread = FUEL_MISREAD[code];
  if (misread) return { value: misread, trust: 0.95 };
  if (/^[G6CS(]{1,2}[O0QDC]{1,2}$/i.test(code)) return { value: 'GO', trust: 0.7 };
  return /^[EFB]{1,2}[S58]{1,2}$/i.test(code) ? { value: 'ES', trust: 0.7 } : null;
}

/** A whole number within bounds; a unit after it (CV, kg) is dropped. */
export function parseInteger(text: string, least: number, most: number): Parsed | null {
  const bare = text.replace(/\s*(c\.?v\.?|kg|kgs|pl)\.?\s*$/i, '').replace(/[\s.]/g, '');
  const exact = /^\d{1,5}$/.test(bare);
  const digits = exact ? bare : asDigits(bare.replace(/[^A-Za-z0-9|!]/g, ''));
  if (!/^\d{1,5}$/.test(digits)) return null;
  const value = Number(digits);
  return value >= least && value <= most ? { value: String(value), trust: exact ? 1 : 0.6 } : null;
}

/** The first number of a text. @see parseInteger */
export function parseLeadingInteger(text: string, least: number, most: number): Parsed | null {
  return parseInteger(text, least, most) ?? parseInteger(text.trim().split(/\s+/)[0] ?? '', least, most);
}

/** A person's or company's name in capitals; digits and marks do not belong in it. */
export function parseName(text: string): Parsed | null {
  const value = text
    .toUpperCase()
    .replace(/[^\p{L}' \-.&]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s'.-]+|[\s'.-]+$/g, '');
  if (value.replace(/[^\p{L}]/gu, '').length < 3) return null;
  return { value, trust: /\d/.test(text) ? 0.7 : 1 };
}

/** A model or type in capitals. */
export function parseModel(text: string): Parsed | null {
  const value = text
    .toUpperCase()
    .replace(/[^\p{L}\d \-+./]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.\-+/]+|[\s.\-+/]+$/g, '');
  return value.length >= 1 && value.length <= 24 ? { value, trust: value.length === 1 ? 0.6 : 1 } : null;
}

const CATEGORIES = [
  'VP',
  'CTTE',
  'CAM',
  'TCP',
  'TM',
  'VASP',
  'MTL',
  'MTT1',
  'MTT2',
  'CL',
  'TRR',
  'REM',
  'SREM',
  'QM',
  'VTSU',
] as const;
const CATEGORY_WORDS: Readonly<Record<string, string>> = {
  voiture: 'VP',
  voitureparticuliere: 'VP',
  vehiculeparticulier: 'VP',
  camionnette: 'CTTE',
  camion: 'CAM',
  autocar: 'TCP',
  autobus: 'TCP',
  moto: 'MTL',
  motocyclette: 'MTL',
  remorque: 'REM',
  semiremorque: 'SREM',
};

/** A category code of field J.1; words of labelled cards are mapped to it. */
export function parseCategory(text: string): Parsed | null {
  const code = text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (CATEGORIES.some((c) => c === code)) return { value: code, trust: 1 };
  const near = nearest(plain(text), Object.keys(CATEGORY_WORDS));
  const value = near ? CATEGORY_WORDS[near.entry] : undefined;
  return near && value ? { value, trust: near.distance === 0 ? 1 : 0.85 } : null;
}
