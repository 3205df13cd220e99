import type { Candidate } from './candidates.ts';
import { asDigits, asLetters, LOOKALIKES } from './text.ts';
import { isoDate } from './values.ts';
import { parseMake } from './makes.ts';
import { boxAround, confidenceOf, rowsOf, type Box, type Word } from './words.ts';

/** Check digit of the machine-readable lines: weights 7-3-1, A = 10 … Z = 35, `<` = 0, modulo 10. */
export function checkDigit(text: string): number {
  const weights = [7, 3, 1];
  return [...text].reduce((sum, c, i) => sum + characterValue(c) * (weights[i % 3] ?? 0), 0) % 10;
}

function characterValue(c: string): number {
  if (c >= '0' && c <= '9') return Number(c);
  return c >= 'A' && c <= 'Z' ? c.charCodeAt(0) - 55 : 0;
}

/** One machine-readable line as recognised. */
export interface MrzLine {
  readonly text: string;
  readonly confidence: number;
  readonly box: Box;
}

/** The two lines, found by their look: long, dense, with fillers, the first beginning with CR and a country. */
export function findMrz(words: readonly Word[]): { first: MrzLine | null; second: MrzLine | null } {
  let first: MrzLine | null = null;
  let second: MrzLine | null = null;
  for (const row of rowsOf(words)) {
    const dense = row.words.filter((w) => w.text.length >= 6 || /[<«‹]/.test(w.text));
    if (dense.length === 0) continue;
    const text = normalise(dense.map((w) => w.text).join(''));
    if (text.length < 30 || text.length > 52) continue;
    const line = { text, confidence: confidenceOf(dense), box: boxAround(dense) };
    if (/^.?[C6G][RK][FEP][RK]A/.test(text)) first ??= { ...line, text: text.replace(/^.*?[C6G][RK][FEP][RK]A/, 'CRFRA') };
    else if ((text.match(/</g) ?? []).length >= 5) second ??= { ...line, text: fillersRestored(text) };
  }
  return { first, second };
}

/** Fillers are read as guillemets, brackets or pairs of them. */
function normalise(text: string): string {
  return text
    .toUpperCase()
    .replace(/[«»]/g, '<<')
    .replace(/[‹›({[€>]/g, '<')
    .replace(/[^A-Z0-9<]/g, '');
}

/** Runs of fillers are read as C, K or E between other fillers: the second line has them inside, where letters cannot stand. */
function fillersRestored(text: string): string {
  return text
    .replace(/<[CKEG]{1,2}(?=<)/g, (run) => '<'.repeat(run.length))
    .replace(/[CKEG]{2,4}(?=<{2})/g, (run) => '<'.repeat(run.length));
}

/** Readings of the two lines of the French document: 1 `CRFRA`, plate 7+1, VIN 17+1, date 6+1, category; 2 body 4, make 14, model 13. */
export function readMrz(words: readonly Word[], today: Date): Candidate[] {
  const { first, second } = findMrz(words);
  return [...(first ? readFirstLine(first, today) : []), ...(second ? readSecondLine(second) : [])];
}

function readFirstLine(line: MrzLine, today: Date): Candidate[] {
  const { text, box } = line;
  const candidates: Candidate[] = [];
  const add = (name: Candidate['name'], value: string, confidence: number) =>
    candidates.push({ name, value, confidence, source: 'mrz', place: 'mrz', box });
  const sure = 0.72 + 0.25 * line.confidence;

  const plate = platePart(text.slice(5, 12));
  const plateChecked = checkDigit(plate) === Number(asDigits(text[12] ?? ''));
  if (/^[A-Z]{2}\d{3}[A-Z]{2}$/.test(plate)) add('plate', plate, plateChecked ? sure : 0.35);

  const vin = vinPart(text.slice(13, 30));
  const vinCheck = Number(asDigits(text[30] ?? ''));
  if (vin && checkDigit(vin) === vinCheck) add('vin', vin, sure);
  else if (vin) {
    const repaired = repairs(vin).filter((v) => checkDigit(v) === vinCheck);
    for (const value of repaired.slice(0, 12)) add('vin', value, 0.2);
    add('vin', vin, 0.3);
  }

  const digits = asDigits(text.slice(31, 37));
  const dateChecked = /^\d{6}$/.test(digits) && checkDigit(digits) === Number(asDigits(text[37] ?? ''));
  const date = /^\d{6}$/.test(digits) ? twoDigitYear(digits, today) : null;
  if (date) add('first_registration', date, dateChecked ? sure : 0.35);

  const category = /^[A-Z0-9]{2,4}/.exec(text.slice(38))?.[0];
  if (category && /^(VP|CTTE|CAM|TCP|VASP|MTL|MTT1|MTT2|REM|SREM)$/.test(category))
    add('category', category, 0.8 * line.confidence + 0.15);
  return candidates;
}

/** Two letters, three digits, two letters. */
function platePart(text: string): string {
  return asLetters(text.slice(0, 2)) + asDigits(text.slice(2, 5)) + asLetters(text.slice(5, 7));
}

function vinPart(text: string): string | null {
  const vin = text.replace(/[OQ]/g, '0').replace(/I/g, '1');
  return /^[A-Z0-9]{17}$/.test(vin) ? vin.slice(0, 13) + asDigits(vin.slice(13)) : null;
}

/** Every text that differs from this one by one lookalike. */
function repairs(text: string): string[] {
  return [...text].flatMap((c, i) =>
    [...(LOOKALIKES[c] ?? '')]
      .filter((other) => !/[IOQ]/.test(other))
      .map((other) => text.slice(0, i) + other + text.slice(i + 1)),
  );
}

function twoDigitYear(yymmdd: string, today: Date): string | null {
  const yy = Number(yymmdd.slice(0, 2));
  const [month, day] = [Number(yymmdd.slice(2, 4)), Number(yymmdd.slice(4, 6))];
  return isoDate(2000 + yy, month, day, today) ?? isoDate(1900 + yy, month, day, today);
}

function readSecondLine({ text, confidence, box }: MrzLine): Candidate[] {
  const tail = /^(.{4})(.*)$/.exec(text)?.[2] ?? '';
  // The fillers between make and model may be miscounted: the fields are told apart by runs of them.
  const [make = '', model = ''] = text.length === 44 ? [text.slice(4, 18), text.slice(18, 31)] : tail.split(/<{2,}/);
  const candidates: Candidate[] = [];
  const clean = (part: string): string => part.replace(/</g, ' ').trim();
  const add = (name: 'make' | 'model', value: string, trust: number) =>
    candidates.push({ name, value, confidence: trust * (0.5 + 0.45 * confidence), source: 'mrz', place: 'mrz', box });
  const parsedMake = parseMake(clean(make));
  if (parsedMake) add('make', parsedMake.value, parsedMake.trust);
  // A model that fills its thirteen characters was cut.
  if (/^[A-Z0-9 ]{1,12}$/.test(clean(model)) && text.length === 44) add('model', clean(model), 0.9);
  return candidates;
}
