import type { Candidate } from './candidates.ts';
import { MAKES } from './makes.ts';
import { plain } from './text.ts';
import { parseDate, parseFuelWord, parseInteger, parsePlate, parseVin } from './values.ts';
import { boxAround, confidenceOf, textOf, type Segment, type Word } from './words.ts';

/** Readings of a labelled page whose labels were lost: values that their own form or a list gives away. Never trusted by themselves. */
export function readLooseValues(segments: readonly Segment[], taken: ReadonlySet<Word>, today: Date): Candidate[] {
  const candidates: Candidate[] = [];
  const dates: { value: string; words: Word[]; confidence: number }[] = [];
  const add = (name: Candidate['name'], value: string, words: Word[], confidence: number) =>
    candidates.push({ name, value, confidence, source: 'label', place: 'loose', box: boxAround(words) });

  for (const { words } of segments) {
    if (words.some((w) => taken.has(w))) continue;
    const text = textOf(words);
    const confidence = confidenceOf(words);
    for (const word of words) {
      const vin = word.text.length >= 17 ? parseVin(word.text) : null;
      if (vin) add('vin', vin.value, [word], word.confidence * vin.trust * 0.9);
      const date = parseDate(word.text, today);
      if (date && date.trust === 1) dates.push({ value: date.value, words: [word], confidence: word.confidence });
    }
    const fuel = words.length <= 2 && plain(text).length >= 5 ? parseFuelWord(text) : null;
    if (fuel) add('fuel', fuel.value, words, confidence * fuel.trust * 0.8);
    const power = /^\d{1,2}\s?C\.?V\.?$/i.test(text) ? parseInteger(text, 1, 99) : null;
    if (power) add('fiscal_power', power.value, words, confidence * 0.8);
    const make = MAKES.find((m) => m.length > 2 && m === text.toUpperCase().replace(/[^A-Z -]/g, '').trim());
    if (make) add('make', make, words, confidence * 0.8);
    const plate = /^([A-Z]{2}[- ]\d{4}[- ][A-Z]{1,2}|\d{4} [A-Z]{2,3}|\d{2} [A-Z]{2} \d{4}|[A-Z]{2} \d{4} R[A-Z]|\d{4}[A-Z]{2}\d{2}|[A-Z]{2}-\d{3}-[A-Z]{2})$/.test(text) ? parsePlate(text) : null;
    if (plate) add('plate', plate.value, words, confidence * 0.8);
  }
  // A card bears the first registration and its own date of issue, which is not earlier.
  const [first] = dates.sort((a, b) => a.value.localeCompare(b.value));
  if (first && dates.length >= 2) add('first_registration', first.value, first.words, first.confidence * 0.5);
  return candidates;
}
