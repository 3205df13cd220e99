import { ACCEPT_CONFIDENCE, KEY_FIELDS, type GateReason, type PageSide, type ReadField } from '#shared/contracts/documents.ts';
import type { EnginePool } from './engine/pool.ts';
import type { OrientationDetector, Recogniser } from './engine/recogniser.ts';
import { withLimit } from './engine/time-limit.ts';
import { decodePhotograph, type Photograph } from './image/decode.ts';
import { measureQuality } from './image/gate.ts';
import { mapCorners } from './image/geometry.ts';
import { divideIllumination, type GreyImage } from './image/grey.ts';
import { findPaper } from './image/paper.ts';
import { quadOnPhotograph, straighten, turnPage, type StraightPage } from './image/straighten.ts';
import { orient } from './orientation.ts';
import { crossCheck } from './parse/cross-check.ts';
import { readPass } from './parse/page-candidates.ts';
import { pool, type PooledCandidate } from './parse/pool.ts';
import type { Word } from './parse/words.ts';
import { createProgressTracker, type ProgressTracker } from './progress.ts';
import type { PageInput, PageReading, ProgressUpdate, ReaderLimits, Reading } from './reading.ts';

/** Long side of a straightened page in pixels: enough for 16-pixel capitals on a whole A4, no more than pays. */
const PAGE_SIZE = { minLongSide: 1900, maxLongSide: 2200 };
/**
 * How a doubtful page is read again, until nothing is doubtful: with the light evened and text sought anywhere (what two passes of
 * facts/carte-grise are), then the two other combinations, which help photographs with glare.
 */
const SECOND_PASSES = [
  { evened: true, mode: 'sparse' },
  { evened: false, mode: 'sparse' },
  { evened: true, mode: 'auto' },
] as const;
/** With fewer known labels than this and neither plate nor VIN the paper is no carte grise. */
const LEAST_MARKS = 3;

export interface ReadPagesDeps {
  readonly insist: boolean;
  onProgress(update: ProgressUpdate): void;
  onTracker(tracker: ProgressTracker): void;
  /** Filled as pages are measured, so that a failed reading still tells what was seen of them. */
  readonly pagesFound: PageReading[];
  readonly signal: AbortSignal;
  readonly recognisers: EnginePool<Recogniser>;
  readonly detectors: EnginePool<OrientationDetector>;
  readonly limits: ReaderLimits;
  now(): Date;
}

/** A page made ready, with the way back to its photograph. */
interface ReadyPage {
  readonly side: PageSide;
  readonly straight: StraightPage;
  readonly triedWords: Word[] | null;
  /** The upright page with its light evened; made once, when first asked for. */
  evened(): GreyImage;
}

/** What all passes have found so far. */
interface Findings {
  readonly candidates: PooledCandidate[];
  readonly issueDates: string[];
  marks: number;
  /** Of the first page and pass that said: a second look does not move a vehicle to another country. */
  issuer: string | null;
}

/** Reads all pages of one document from the gate to the cross-check. */
export async function readPages(inputs: readonly PageInput[], deps: ReadPagesDeps): Promise<Reading> {
  const { signal, limits } = deps;
  const tracker = createProgressTracker(
    inputs.map((p) => p.side),
    (update) => deps.onProgress(update),
  );
  deps.onTracker(tracker);

  const photographs: Photograph[] = [];
  const gate: { page: PageSide; reason: GateReason }[] = [];
  for (const [index, input] of inputs.entries()) {
    tracker.begin('gate', index);
    const photograph = await withLimit(decodePhotograph(input.bytes), limits.decodeMs, 'decoding', signal);
    const quality = measureQuality(photograph.gateGrey, Math.max(photograph.width, photograph.height));
    photographs.push(photograph);
    deps.pagesFound.push({ side: input.side, width: photograph.width, height: photograph.height, quality, paper: null });
    for (const reason of quality.reasons) gate.push({ page: input.side, reason });
  }
  if (gate.length > 0 && !deps.insist) return { outcome: 'needs_photo', gate, pages: deps.pagesFound };

  const findings: Findings = { candidates: [], issueDates: [], marks: 0, issuer: null };
  const ready: ReadyPage[] = [];
  for (const [index, photograph] of photographs.entries()) {
    const page = await makeReady(photograph, index, tracker, deps);
    ready.push(page);
    tracker.begin('first_pass', index);
    await runPass({ page, index, pass: 1, image: page.straight.image, mode: 'auto' }, findings, tracker, deps);
    tracker.fields(fieldsOf(findings, ready), findings.issuer);
  }

  let passes = 1;
  for (const [round, variant] of SECOND_PASSES.entries()) {
    const again = pagesToReadAgain(fieldsOf(findings, ready), ready);
    if (again.length === 0) break;
    passes += 1;
    for (const index of again) {
      const page = ready[index];
      if (!page) continue;
      tracker.begin('second_pass', index);
      const pass = { page, index, pass: passes };
      if (round === 0 && page.triedWords) take(page.triedWords, pass, findings, deps.now());
      else
        await runPass(
          { ...pass, image: variant.evened ? page.evened() : page.straight.image, mode: variant.mode },
          findings,
          tracker,
          deps,
          (share) => (round + share) / SECOND_PASSES.length,
        );
      tracker.fields(fieldsOf(findings, ready), findings.issuer);
    }
  }

  tracker.begin('cross_check', ready.length - 1);
  const fields = fieldsOf(findings, ready, true);
  tracker.fields(fields, findings.issuer);
  const recognisable = findings.marks >= LEAST_MARKS || fields.some((f) => f.name === 'vin' || f.name === 'plate');
  if (!recognisable || fields.length === 0) return { outcome: 'failed', reason: 'not_a_carte_grise', pages: deps.pagesFound };
  return { outcome: 'read', fields, country: findings.issuer, pages: deps.pagesFound, passes };
}

async function makeReady(
  photograph: Photograph,
  index: number,
  tracker: ProgressTracker,
  deps: ReadPagesDeps,
): Promise<ReadyPage> {
  const measured = deps.pagesFound[index];
  const side = measured?.side ?? 'recto';
  tracker.begin('find_paper', index);
  await breathe();
  const paper = findPaper(photograph.small);
  if (paper && measured) {
    measured.paper = paper.corners.map(([x, y]) => [clamp(x), clamp(y)]);
    tracker.paper(side, measured.paper);
  }
  tracker.begin('straighten', index);
  await breathe();
  const { grey } = photograph;
  const corners = paper ? mapCorners(paper.corners, ([x, y]) => [x * grey.width, y * grey.height]) : null;
  const lying = straighten(grey, corners, paper?.share ?? 1, PAGE_SIZE);
  tracker.begin('orient', index);
  let evened: GreyImage | null = null;
  const orientation = await orient(lying.image, () => (evened ??= divideIllumination(lying.image)), {
    ...deps,
    limitMs: deps.limits.orientMs,
  });
  const straight = turnPage(lying, orientation.turn);
  let upright: GreyImage | null = null;
  return { side, straight, triedWords: orientation.triedWords, evened: () => (upright ??= divideIllumination(straight.image)) };
}

interface Pass {
  readonly page: ReadyPage;
  readonly index: number;
  readonly pass: number;
}

async function runPass(
  pass: Pass & { image: GreyImage; mode: 'auto' | 'sparse' },
  findings: Findings,
  tracker: ProgressTracker,
  deps: ReadPagesDeps,
  ofStep = (share: number) => share,
): Promise<void> {
  const words = await deps.recognisers.use(
    (recogniser) => recogniser.recognise(pass.image, pass.mode, (share) => tracker.advance(ofStep(share))),
    {
      limitMs: deps.limits.passMs,
      what: `pass ${pass.pass}`,
      signal: deps.signal,
    },
  );
  take(words, pass, findings, deps.now());
}

function take(words: readonly Word[], { page, index, pass }: Pass, findings: Findings, now: Date): void {
  const found = readPass(words, now);
  findings.candidates.push(...found.candidates.map((c) => ({ ...c, page: page.side, pageIndex: index, pass })));
  if (found.issueDate) findings.issueDates.push(found.issueDate);
  findings.marks = Math.max(findings.marks, found.marks);
  findings.issuer ??= found.issuer;
}

function fieldsOf(findings: Findings, ready: readonly ReadyPage[], checked = false): ReadField[] {
  const chosen = pool(findings.candidates);
  return (checked ? crossCheck(chosen, findings) : chosen).map(({ name, value, confidence, best }) => {
    const page = ready[best.pageIndex];
    return {
      name,
      value,
      confidence,
      source: best.source,
      page: best.page,
      box: page ? quadOnPhotograph(page.straight, best.box) : null,
    };
  });
}

/** Pages of doubtful key fields; all pages when a key field was not found anywhere. */
function pagesToReadAgain(fields: readonly ReadField[], ready: readonly ReadyPage[]): number[] {
  const all = ready.map((_, index) => index);
  const keys = KEY_FIELDS.map((name) => fields.find((f) => f.name === name));
  if (keys.some((field) => !field)) return all;
  const doubtful = new Set(keys.filter((f) => f && f.confidence < ACCEPT_CONFIDENCE).map((f) => f?.page));
  return all.filter((index) => doubtful.has(ready[index]?.side));
}

/** Lets timers and messages through before work that holds the thread. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, Math.round(value * 10_000) / 10_000));
}
