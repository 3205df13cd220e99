import type { PageSide, Quad, ReadField, ReadingStep } from '#shared/contracts/documents.ts';
import type { ProgressUpdate } from './reading.ts';

/** Part of the whole that each step takes, from measured times; those of a page are divided among the pages. */
const STEP_WEIGHTS = {
  gate: 0.06,
  find_paper: 0.08,
  straighten: 0.03,
  orient: 0.17,
  first_pass: 0.34,
  second_pass: 0.3,
  cross_check: 0.02,
} as const;
type CountedStep = keyof typeof STEP_WEIGHTS;

/** Keeps what has been found so far and tells it; the share of the whole never goes back. */
export interface ProgressTracker {
  /** A step begins on a page; `stepShare` stays null where the step has no measure. */
  begin(step: CountedStep, pageIndex: number): void;
  /** The running step's share as its engine counts it, 0..1. */
  advance(stepShare: number): void;
  /** What was read so far, and the country that issued the document where it said. */
  fields(fields: ReadField[], country: string | null): void;
  paper(page: PageSide, quad: Quad): void;
  /** The last update once more: sent every second while this process waits for an engine that has a time limit. */
  repeat(): void;
}

export function createProgressTracker(sides: readonly PageSide[], send: (update: ProgressUpdate) => void): ProgressTracker {
  const papers: { page: PageSide; quad: Quad }[] = [];
  let fields: ReadField[] = [];
  let country: string | null = null;
  let step: CountedStep = 'gate';
  let pageIndex = 0;
  let stepShare: number | null = null;
  let share = 0;

  const tell = (): void => {
    share = Math.max(share, shareOf(step, pageIndex, stepShare ?? 0, sides.length));
    const page = sides[pageIndex];
    if (page)
      send({
        page,
        pageIndex,
        pageCount: sides.length,
        step: step satisfies ReadingStep,
        stepShare,
        share,
        fields,
        country,
        papers: [...papers],
      });
  };
  return {
    begin(nextStep, nextPage) {
      step = nextStep;
      pageIndex = nextPage;
      stepShare = null;
      tell();
    },
    advance(value) {
      stepShare = Math.max(stepShare ?? 0, Math.min(1, value));
      tell();
    },
    fields(found, issuer) {
      fields = found;
      country = issuer;
      tell();
    },
    paper(page, quad) {
      papers.push({ page, quad });
      tell();
    },
    repeat: tell,
  };
}

/** Gate of all pages, then every page up to its first pass, then second passes, then the cross-check. */
export function shareOf(step: CountedStep, pageIndex: number, stepShare: number, pageCount: number): number {
  const w = STEP_WEIGHTS;
  const each = 1 / pageCount;
  const perPage = w.find_paper + w.straighten + w.orient + w.first_pass;
  const beforeStep = {
    gate: 0,
    find_paper: 0,
    straighten: w.find_paper,
    orient: w.find_paper + w.straighten,
    first_pass: w.find_paper + w.straighten + w.orient,
    second_pass: 0,
    cross_check: 0,
  };
  const done = w[step] * stepShare * each;
  if (step === 'gate') return w.gate * pageIndex * each + done;
  if (step === 'second_pass') return w.gate + perPage + w.second_pass * pageIndex * each + done;
  if (step === 'cross_check') return w.gate + perPage + w.second_pass;
  return w.gate + perPage * pageIndex * each + beforeStep[step] * each + done;
}
