import type { OrientationDetector, Recogniser } from './engine/recogniser.ts';
import type { EnginePool } from './engine/pool.ts';
import { turn, type GreyImage, type QuarterTurn } from './image/grey.ts';
import type { Word } from './parse/words.ts';

/** From this confidence on the detector is believed: over 42 photographs it was wrong at 2.1, never over 2.5. */
const TRUSTED = 4;
/** From this many well-read letters on, no other turn is tried: pages lying wrong gave 19 at most. */
const CONVINCING_LETTERS = 45;

export interface Orientation {
  readonly turn: QuarterTurn;
  /** Words read on the evened page while trying turns: they serve as its second pass. Null when the detector was sure. */
  readonly triedWords: Word[] | null;
}

export interface OrientDeps {
  readonly recognisers: EnginePool<Recogniser>;
  readonly detectors: EnginePool<OrientationDetector>;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Which way up the page is: the detector's word if it is sure, else all turns are read and the one that gives the most text is taken,
 * the detector's guess first.
 */
export async function orient(page: GreyImage, evened: () => GreyImage, deps: OrientDeps): Promise<Orientation> {
  const { limitMs, signal } = deps;
  const found = await deps.detectors.use((detector) => detector.detect(page), { limitMs, what: 'orientation', signal });
  if (found && found.confidence >= TRUSTED) return { turn: found.turn, triedWords: null };
  const order: QuarterTurn[] = [0, 180, 90, 270];
  const turns = found ? [found.turn, ...order.filter((t) => t !== found.turn)] : order;
  let best: { turn: QuarterTurn; words: Word[]; letters: number } | null = null;
  for (const candidate of turns) {
    const image = turn(evened(), candidate);
    const words = await deps.recognisers.use((r) => r.recognise(image, 'sparse', () => undefined), {
      limitMs,
      what: 'trial of a turn',
      signal,
    });
    const letters = wellReadLetters(words);
    if (!best || letters > best.letters) best = { turn: candidate, words, letters };
    if (letters >= CONVINCING_LETTERS) break;
  }
  return { turn: best?.turn ?? 0, triedWords: best?.words ?? null };
}

/**
 * Letters in words of three and more that were read with confidence: a page upside down has next to none.
 * The recogniser also reads lines that run upwards; such words are taller than wide and do not count.
 */
export function wellReadLetters(words: readonly Word[]): number {
  return words
    .filter((w) => w.confidence > 0.7 && w.box.x1 - w.box.x0 > w.box.y1 - w.box.y0 && /^[\p{L}\d'’.,/<-]{3,}$/u.test(w.text))
    .reduce((sum, w) => sum + w.text.length * w.confidence, 0);
}
