import type { Candidate } from './candidates.ts';
import { parseMake } from './makes.ts';
import { plain, similarity } from './text.ts';
import {
  parseCategory,
  parseDate,
  parseFuelCode,
  parseInteger,
  parseModel,
  parseName,
  parsePlate,
  parseVin,
  type Parsed,
} from './values.ts';
import { boxAround, confidenceOf, heightOf, rowsOf, textOf, type Row, type Word } from './words.ts';

/** What a page with the harmonised codes yields. */
export interface CodedPage {
  readonly candidates: Candidate[];
  /** How many different codes were found. */
  readonly codes: number;
  readonly issueDate: string | null;
}

const KNOWN = new Set([
  'A',
  'B',
  'C1',
  'C3',
  'C4A',
  'C41',
  'D1',
  'D2',
  'D21',
  'D3',
  'E',
  'F1',
  'F2',
  'F3',
  'G',
  'G1',
  'H',
  'I',
  'J',
  'J1',
  'J2',
  'J3',
  'K',
  'P1',
  'P2',
  'P3',
  'P6',
  'Q',
  'S1',
  'S2',
  'U1',
  'U2',
  'V7',
  'V9',
  'X1',
  'Y1',
  'Y2',
  'Y3',
  'Y4',
  'Y5',
  'Y6',
]);

/** The code a word stands for (`P.3`, `P3`, `p.3.`, `Pi` for P.1), or null. Single letters count only where a dot or place confirms them. */
export function codeOf(text: string): string | null {
  if (text.length > 6) return null;
  const bare = text.toUpperCase().replace(/[^A-Z0-9|!]/g, '');
  if (bare.length === 0 || bare.length > 3) return null;
  const head = bare.slice(0, 1).replace('0', 'D').replace('5', 'S').replace('8', 'B');
  const tail = bare
    .slice(1)
    .replace(/[IL|!T]/g, '1')
    .replace(/Z/g, '2')
    .replace(/S/g, '5')
    .replace(/G/g, '6')
    .replace(/(?<!4)A(?!$)/g, '4');
  const code = head + tail;
  return KNOWN.has(code) ? code : null;
}

interface CodedValue {
  readonly code: string;
  readonly codeWord: Word;
  readonly words: Word[];
  readonly row: number;
}

/** Reads fields announced by codes, the detachable coupon at the foot, and loose values whose form alone gives them away. */
export function readCoded(words: readonly Word[], today: Date): CodedPage {
  const rows = rowsOf(words);
  const coded = rows.flatMap((row, index) => codedValues(row, index));
  const candidates: Candidate[] = [];
  const take = (
    name: Candidate['name'],
    found: Word[],
    parsed: Parsed | null,
    place: Candidate['place'] = 'field',
    doubt = 1,
  ) => {
    if (parsed)
      candidates.push({
        name,
        value: parsed.value,
        confidence: confidenceOf(found) * parsed.trust * doubt,
        source: 'label',
        place,
        box: boxAround(found),
      });
  };
  for (const { code, words: value, row } of coded) {
    const text = textOf(value);
    if (code === 'A') take('plate', value, frenchPlate(text));
    else if (code === 'B') take('first_registration', value, parseDate(text, today));
    else if (code === 'E') take('vin', value, parseVin(text));
    else if (code === 'D1') take('make', value, parseMake(text));
    else if (code === 'D3') take('model', value, parseModel(text));
    else if (code === 'P3') take('fuel', value, parseFuelCode(text));
    else if (code === 'P6') take('fiscal_power', value, parseInteger(text, 1, 99));
    else if (code === 'S1') take('seats', value, parseInteger(text, 1, 99));
    else if (code === 'F2') take('max_mass', value, parseInteger(text, 100, 60_000));
    else if (code === 'J1') take('category', value, parseCategory(text));
    else if (code === 'C1') {
      const name = holderWords(rows, row, value);
      take('owner', name, parseName(textOf(name)));
    }
  }
  const distinct = new Set(coded.map((c) => c.code)).size;
  if (distinct >= 4) {
    const coupon = couponRow(rows);
    for (const loose of looseValues(rows, coupon)) take(loose.name, loose.words, loose.parsed, loose.place, loose.doubt);
    if (coupon !== null) readCoupon(rows, coupon, (name, found, parsed) => take(name, found, parsed, 'coupon'));
    powerRow(rows, coded, take);
  }
  const issue = coded.find((c) => c.code === 'I');
  return { candidates, codes: distinct, issueDate: issue ? (parseDate(textOf(issue.words), today)?.value ?? null) : null };
}

/** Codes of a row with the words that follow each up to the next code or a wide gap. */
function codedValues(row: Row, index: number): CodedValue[] {
  const found: CodedValue[] = [];
  row.words.forEach((word, i) => {
    const code = codeOf(word.text);
    if (!code || !standsAsCode(row, i, code)) return;
    const value: Word[] = [];
    let last = word;
    for (const next of row.words.slice(i + 1)) {
      const gap = next.box.x0 - last.box.x1;
      const height = Math.max(heightOf(next.box), heightOf(word.box));
      if (gap > (value.length === 0 ? 7 : 2.2) * height) break;
      const nextCode = codeOf(next.text);
      if (nextCode && value.length > 0 && nextCode.length > 1 && gap > height) break;
      if (nextCode && value.length > 0 && standsAlone(next) && gap > 1.5 * height) break;
      value.push(next);
      last = next;
    }
    if (value.length > 0) found.push({ code, codeWord: word, words: value, row: index });
  });
  return found;
}

/** A single letter is a code only at the head of its row or with a dot; `Y1` in a name of a street is none either. */
function standsAsCode(row: Row, i: number, code: string): boolean {
  const word = row.words[i];
  if (!word) return false;
  const before = row.words[i - 1];
  const wide = !before || word.box.x0 - before.box.x1 > heightOf(word.box);
  return code.length > 1 ? wide : wide && (i === 0 || /\./.test(word.text) || code === 'B' || code === 'E');
}

function standsAlone(word: Word): boolean {
  return word.text.replace(/[^A-Za-z0-9]/g, '').length === 1;
}

function frenchPlate(text: string): Parsed | null {
  const parsed = parsePlate(text) ?? parsePlate(text.split(' ')[0] ?? '');
  if (!parsed) return null;
  return /^[A-Z]{2}\d{3}[A-Z]{2}$|^\d{1,4}[A-Z]{2,3}\d{2}$/.test(parsed.value)
    ? parsed
    : { value: parsed.value, trust: parsed.trust * 0.5 };
}

/** The holder's name runs over two lines: surname beside C.1, first names under it, until the next code. */
function holderWords(rows: Row[], index: number, surname: Word[]): Word[] {
  const left = surname[0]?.box.x0 ?? 0;
  const height = heightOf(boxAround(surname));
  const next = rows[index + 1];
  const after = next?.words[0];
  if (!next || !after || codeOf(after.text) || next.box.y0 - boxAround(surname).y1 > 3.5 * height) return surname;
  if (Math.abs(after.box.x0 - left) > 1.5 * height || !/^[\p{L}' -]+$/u.test(textOf(next.words))) return surname;
  return [...surname, ...next.words];
}

/** Index of the second heading `Certificat d'immatriculation`, where the coupon begins. */
function couponRow(rows: Row[]): number | null {
  const headings = rows.flatMap((row, i) =>
    similarity(plain(textOf(row.words)).slice(0, 26), 'certificatdimmatriculation') > 0.75 ? [i] : [],
  );
  const last = headings.at(-1);
  return last !== undefined && last > rows.length * 0.5 ? last : null;
}

/** On the coupon the lines follow each other: plate, form number, VIN, make, surname, first names. */
function readCoupon(
  rows: Row[],
  heading: number,
  take: (name: 'make' | 'owner', words: Word[], parsed: Parsed | null) => void,
): void {
  const left = rows[heading]?.box.x0 ?? 0;
  const height = heightOf(rows[heading]?.box ?? { x0: 0, y0: 0, x1: 0, y1: 20 });
  const lines = rows
    .slice(heading + 1)
    .map((row) => row.words.filter((w) => w.box.x0 - left < 22 * height))
    .filter((line) => line.length > 0);
  const vinLine = lines.findIndex((line) => line.some((w) => parseVin(w.text) !== null || /^[A-Z0-9]{16,18}$/.test(w.text)));
  if (vinLine < 0) return;
  const make = lines[vinLine + 1];
  const names = lines.slice(vinLine + 2, vinLine + 4).filter((line) => /^[\p{L}' -]+$/u.test(textOf(line)));
  if (make) take('make', make, parseMake(textOf(make)));
  if (names.length === 2) take('owner', names.flat(), parseName(textOf(names.flat())));
}

interface Loose {
  readonly name: Candidate['name'];
  readonly words: Word[];
  readonly parsed: Parsed | null;
  readonly place: Candidate['place'];
  readonly doubt: number;
}

/** Plates and VINs are known by their form wherever they stand. */
function looseValues(rows: Row[], coupon: number | null): Loose[] {
  return rows.flatMap((row, index) =>
    row.words.flatMap((word): Loose[] => {
      const place = coupon !== null && index > coupon ? 'coupon' : 'loose';
      const doubt = place === 'coupon' ? 1 : 0.9;
      if (/^[A-Z]{2}[-–—][0-9A-Z]{3}[-–—][A-Z]{2}$/.test(word.text))
        return [{ name: 'plate', words: [word], parsed: parsePlate(word.text), place, doubt }];
      if (/^[A-Z0-9]{17}$/.test(word.text)) return [{ name: 'vin', words: [word], parsed: parseVin(word.text), place, doubt }];
      return [];
    }),
  );
}

/** The row of P.1, P.2, P.3, P.6 when its codes were lost: a fuel code is unmistakable there, and a number after it is the power. */
function powerRow(
  rows: Row[],
  coded: CodedValue[],
  take: (name: 'fuel' | 'fiscal_power', words: Word[], parsed: Parsed | null, place: 'loose', doubt: number) => void,
): void {
  const known = coded.filter((c) => /^P\d$/.test(c.code)).map((c) => c.row);
  for (const index of new Set(known)) {
    const words = rows[index]?.words ?? [];
    const at = words.findIndex((w) => parseFuelCode(w.text) !== null);
    const fuel = words[at];
    if (!fuel) continue;
    take('fuel', [fuel], parseFuelCode(fuel.text), 'loose', 0.85);
    const last = words.at(-1);
    if (last && words.length - 1 > at) take('fiscal_power', [last], parseInteger(last.text, 1, 99), 'loose', 0.8);
  }
}
