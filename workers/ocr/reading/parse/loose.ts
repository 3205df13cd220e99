import type { Candidate } from './candidates.ts';
import { MAKES } from './makes.ts';
import { plain } from './text.ts';
import { parseDate, parseFuelWord, parseInteger, parseModel, parsePlate, parseVin } from './values.ts';
import { boxAround, confidenceOf, heightOf, textOf, type Segment, type Word } from './words.ts';

/** Readings of a labelled page whose labels were lost: values that their own form or a list gives away. Never trusted by themselves. */
export function readLooseValues(
  segments: readonly Segment[],
  taken: ReadonlySet<Word>,
  today: Date,
  makeWords: readonly Word[] | null = null,
): Candidate[] {
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
    const make = MAKES.find(
      (m) =>
        m.length > 2 &&
        m ===
          text
            .toUpperCase()
            .replace(/[^A-Z -]/g, '')
            .trim(),
    );
    if (make) add('make', make, words, confidence * 0.8);
    const plate =
      /^([A-Z]{2}[- ]\d{4}[- ][A-Z]{1,2}|\d{4} [A-Z]{2,3}|\d{2} [A-Z]{2} \d{4}|[A-Z]{2} \d{4} R[A-Z]|\d{4}[A-Z]{2}\d{2}|[A-Z]{2}-\d{3}-[A-Z]{2})$/.test(
        text,
      )
        ? parsePlate(text)
        : null;
    if (plate) add('plate', plate.value, words, confidence * 0.8);
  }
  const underMake = makeWords && modelUnder(makeWords, segments, taken);
  if (underMake) add('model', underMake.value, underMake.words, underMake.confidence);
  // A card bears the first registration and its own date of issue, which is not earlier.
  const [first] = dates.sort((a, b) => a.value.localeCompare(b.value));
  if (first && dates.length >= 2) add('first_registration', first.value, first.words, first.confidence * 0.5);
  return candidates;
}

/** Where the label `Type` was lost: the model is printed next below the make, in the same column. */
function modelUnder(
  make: readonly Word[],
  segments: readonly Segment[],
  taken: ReadonlySet<Word>,
): { value: string; words: Word[]; confidence: number } | null {
  const box = boxAround(make);
  const height = heightOf(box);
  const next = segments
    .filter((s) => s.box.y0 > box.y1 - height * 0.2 && s.box.y0 - box.y1 < 2.2 * height && Math.abs(s.box.x0 - box.x0) < height)
    .sort((a, b) => a.box.y0 - b.box.y0)[0];
  if (!next || next.words.some((w) => taken.has(w)) || textOf(next.words).length > 14) return null;
  const parsed = parseModel(textOf(next.words));
  return parsed ? { value: parsed.value, words: next.words, confidence: confidenceOf(next.words) * 0.65 } : null;
}
