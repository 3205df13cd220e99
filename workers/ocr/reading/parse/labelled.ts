import type { FieldName } from '#shared/contracts/documents.ts';
import type { Candidate } from './candidates.ts';
import { readLooseValues } from './loose.ts';
import { labelOf, type Label, type LabelTarget } from './labels.ts';
import { parseMake } from './makes.ts';
import {
  parseCategory,
  parseDate,
  parseFuelWord,
  parseLeadingInteger,
  parseModel,
  parseName,
  parsePlate,
  parseVin,
  type Parsed,
} from './values.ts';
import { boxAround, centreY, confidenceOf, heightOf, rowsOf, segmentsOf, textOf, type Segment, type Word } from './words.ts';

/** What a labelled page yields: readings, how many known labels it has, and the issue date for the cross-check. */
export interface LabelledPage {
  readonly candidates: Candidate[];
  readonly labels: number;
  readonly issueDate: string | null;
}

const TYPED: readonly LabelTarget[] = ['plate', 'vin', 'first_registration', 'fuel', 'fiscal_power', 'seats', 'max_mass'];

/** Reads a page on which words announce the values, beside them or under them. */
export function readLabelled(words: readonly Word[], today: Date): LabelledPage {
  const segments = segmentsOf(rowsOf(words));
  const labels = segments.map(labelOf).filter((label) => label !== null);
  const labelSegments = new Set(labels.map((label) => label.segment));
  const values = segments.filter((segment) => !labelSegments.has(segment));
  const preferRight = valuesStandRight(labels, values, segments, today);
  const candidates: Candidate[] = [];
  const taken = new Set<Word>();
  let makeWords: Word[] | null = null;
  let issueDate: string | null = null;
  for (const label of labels) {
    for (const [order, value] of valuesOf(label, values, segments, preferRight).entries()) {
      const text = textOf(value);
      if (label.target === 'issue_date') {
        const date = parseDate(text, today);
        if (!date) continue;
        issueDate ??= date.value;
        value.forEach((w) => taken.add(w));
        break;
      }
      if (label.target === 'other') continue;
      const parsed = parseField(label.target, text, today);
      if (!parsed) continue;
      value.forEach((w) => taken.add(w));
      if (label.target === 'make') makeWords = value;
      const doubt = (order === 0 ? 1 : 0.85) * (label.rank === 1 ? 0.97 : 1);
      candidates.push({
        name: label.target,
        value: parsed.value,
        confidence: confidenceOf(value) * parsed.trust * doubt,
        source: 'label',
        place: 'field',
        box: boxAround(value),
      });
      break;
    }
  }
  candidates.push(...readLooseValues(values, taken, today, makeWords));
  return { candidates: dropOutranked(candidates, labels), labels: labels.filter((l) => l.target !== 'other').length, issueDate };
}

/** The canonical form of a field's text on a labelled card. */
export function parseField(name: FieldName, text: string, today: Date): Parsed | null {
  switch (name) {
    case 'plate':
      return parsePlate(text);
    case 'vin':
      return parseVin(text) ?? parseVin(text.split(' ')[0] ?? '');
    case 'first_registration':
      return parseDate(text, today);
    case 'make':
      return parseMake(text);
    case 'model':
      return parseModel(text);
    case 'owner':
      return parseName(text);
    case 'fuel':
      return parseFuelWord(text) ?? parseFuelWord(text.split(' ')[0] ?? '');
    case 'fiscal_power':
      return parseLeadingInteger(text, 1, 99);
    case 'seats':
      return parseLeadingInteger(text, 1, 99);
    case 'max_mass':
      return parseLeadingInteger(text, 100, 60_000);
    case 'category':
      return parseCategory(text);
  }
}

/** The words that may be the label's value, likeliest first. */
function valuesOf(label: Label, values: Segment[], segments: Segment[], preferRight: boolean): Word[][] {
  const found: Word[][] = [];
  if (label.rest.length > 0) found.push(label.rest);
  const right = segmentRight(label, segments);
  const below = segmentBelow(label, values, segments);
  const sides = preferRight ? [right, below] : [below, right];
  for (const side of sides) if (side && values.includes(side)) found.push(side.words);
  return found;
}

/** The next segment of the same line, whatever it is: when it is a label, nothing stands right of this one. */
function segmentRight(label: Label, segments: Segment[]): Segment | null {
  const line = boxAround(label.words);
  const height = heightOf(line);
  return (
    segments
      .filter((s) => s.box.x0 > line.x1 && Math.abs(centreY(s.box) - centreY(line)) < 0.8 * height)
      .sort((a, b) => a.box.x0 - b.box.x0)
      .find((s) => s.words.some((w) => /[\p{L}\d]/u.test(w.text))) ?? null
  );
}

/** The next segment under the label that begins near its left edge; a label in between ends the search. */
function segmentBelow(label: Label, values: Segment[], segments: Segment[]): Segment | null {
  const line = boxAround(label.words);
  const height = heightOf(line);
  const under = segments
    .filter((s) => {
      const drop = centreY(s.box) - centreY(line);
      const aligned =
        s.box.x0 < line.x1 &&
        s.box.x1 > line.x0 &&
        Math.abs(s.box.x0 - line.x0) < Math.max(6 * height, 0.6 * (line.x1 - line.x0));
      return (
        s !== label.segment &&
        drop > 0.5 * height &&
        drop < 6.5 * height &&
        aligned &&
        s.words.some((w) => /[\p{L}\d]/u.test(w.text))
      );
    })
    .sort((a, b) => a.box.y0 - b.box.y0);
  const first = under[0];
  if (first && isContinuation(first)) return under.slice(1).find((s) => values.includes(s)) ?? null;
  return first ?? null;
}

/** The second line of a label (`date de 1ère mise en / circulation`). */
function isContinuation(segment: Segment): boolean {
  const found = labelOf(segment);
  return found?.target === 'other' && /^c?irculation/i.test(segment.words[0]?.text ?? '');
}

/** Whether this page prints values beside their labels rather than under them: its typed fields tell. */
function valuesStandRight(labels: Label[], values: Segment[], segments: Segment[], today: Date): boolean {
  let right = 0;
  let below = 0;
  for (const label of labels) {
    if (label.target === 'issue_date' || label.target === 'other' || !TYPED.includes(label.target)) continue;
    const fits = (side: Segment | null): boolean =>
      side !== null &&
      values.includes(side) &&
      label.target !== 'issue_date' &&
      label.target !== 'other' &&
      parseField(label.target, textOf(side.words), today) !== null;
    if (fits(segmentRight(label, segments))) right += 1;
    if (fits(segmentBelow(label, values, segments))) below += 1;
  }
  return right > below;
}

/** `Type` gives way to `Type commercial` when both are printed. */
function dropOutranked(candidates: Candidate[], labels: Label[]): Candidate[] {
  const best = labels.some((l) => l.target === 'model' && l.rank > 1);
  if (!best) return candidates;
  const weak = labels.filter((l) => l.target === 'model' && l.rank === 1);
  return candidates.filter(
    (c) => c.name !== 'model' || !weak.some((l) => Math.abs(centreY(boxAround(l.words)) - centreY(c.box)) < 3 * heightOf(c.box)),
  );
}
