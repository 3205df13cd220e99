import { Worker as Thread } from 'node:worker_threads';
import { createWorker, OEM, PSM } from 'tesseract.js';
import type { Word } from '../parse/words.ts';
import { toPgm, type GreyImage, type QuarterTurn } from '../image/grey.ts';
import { languageFolder } from './language-data.ts';
import { withLimit } from './time-limit.ts';

/** `auto` finds columns and paragraphs; `sparse` takes text wherever it stands. */
export type PassMode = 'auto' | 'sparse';

/** One thread of the recogniser; does one thing at a time. */
export interface Recogniser {
  /** Rejects when the image is refused or the thread dies. `onShare` gets 0..1 as the recogniser itself counts. */
  recognise(image: GreyImage, mode: PassMode, onShare: (share: number) => void): Promise<Word[]>;
  terminate(): void;
}

/** One thread that tells which way up a page is. */
export interface OrientationDetector {
  /** The turn that brings the page upright and how sure it is (2 and more can be trusted); null when it found too little text. */
  detect(image: GreyImage): Promise<{ turn: QuarterTurn; confidence: number } | null>;
  terminate(): void;
}

/** The recogniser counts the reading of characters up to here, then jumps to 1 (facts/carte-grise). */
const COUNTED_SHARE = 0.7;

type TesseractWorker = Awaited<ReturnType<typeof createWorker>>;

interface Engine {
  readonly worker: TesseractWorker;
  /** Rejects when the thread dies; never resolves. */
  readonly death: Promise<never>;
  terminate(): void;
}

/** Starts a reading thread. @param startLimitMs a wrong data path leaves the start pending for ever */
export async function startRecogniser(startLimitMs: number): Promise<Recogniser> {
  let listener: (share: number) => void = () => undefined;
  const engine = await startEngine('fra', startLimitMs, (share) => listener(share));
  return {
    async recognise(image, mode, onShare) {
      listener = onShare;
      try {
        await Promise.race([
          engine.worker.setParameters({ tessedit_pageseg_mode: mode === 'sparse' ? PSM.SPARSE_TEXT : PSM.AUTO }),
          engine.death,
        ]);
        const page = await Promise.race([engine.worker.recognize(toPgm(image), {}, { text: false, blocks: true }), engine.death]);
        return wordsOf(page.data.blocks ?? []);
      } finally {
        listener = () => undefined;
      }
    },
    terminate: () => engine.terminate(),
  };
}

/** Starts an orientation thread (the older engine's core and data). */
export async function startOrientationDetector(startLimitMs: number): Promise<OrientationDetector> {
  const engine = await startEngine('osd', startLimitMs, () => undefined);
  return {
    async detect(image) {
      const { data } = await Promise.race([engine.worker.detect(toPgm(image)), engine.death]);
      const { orientation_degrees: degrees, orientation_confidence: confidence } = data;
      if (degrees === null || confidence === null) return null;
      return { turn: asTurn(degrees), confidence };
    },
    terminate: () => engine.terminate(),
  };
}

async function startEngine(language: 'fra' | 'osd', startLimitMs: number, onShare: (share: number) => void): Promise<Engine> {
  const osd = language === 'osd';
  const starting = createWorker(language, osd ? OEM.TESSERACT_ONLY : OEM.LSTM_ONLY, {
    langPath: languageFolder(language),
    gzip: true,
    cacheMethod: 'none',
    legacyCore: osd,
    legacyLang: osd,
    logger: (message) => {
      if (message.status === 'recognizing text') onShare(Math.min(1, message.progress / COUNTED_SHARE));
    },
    // Without it a refused image is thrown from a message handler, where nobody can catch it; the job's promise rejects as well.
    errorHandler: () => undefined,
  });
  // A start that comes after its time limit must not leave a thread behind.
  let givenUp = false;
  starting.then(
    (worker) => {
      if (givenUp) void worker.terminate();
    },
    () => undefined,
  );
  const worker = await withLimit(starting, startLimitMs, `start of the ${language} recogniser`).catch((error: unknown) => {
    givenUp = true;
    throw error;
  });
  await withLimit(
    worker.setParameters({ user_defined_dpi: '300', debug_file: '/dev/null' }),
    startLimitMs,
    'setting the recogniser up',
  );
  const death = new Promise<never>((_, reject) => {
    const thread: unknown = 'worker' in worker ? worker.worker : null;
    if (!(thread instanceof Thread)) return;
    thread.on('error', (error) => reject(new Error(`the recogniser's thread failed: ${error.message}`)));
    thread.on('exit', () => reject(new Error("the recogniser's thread ended")));
  });
  death.catch(() => undefined);
  return { worker, death, terminate: () => void worker.terminate() };
}

function asTurn(degrees: number): QuarterTurn {
  const turn = ((Math.round(degrees / 90) * 90) % 360) + 0;
  return turn === 90 || turn === 180 || turn === 270 ? turn : 0;
}

interface WordTree {
  paragraphs: { lines: { words: { text: string; confidence: number; bbox: Word['box'] }[] }[] }[];
}

function wordsOf(blocks: WordTree[]): Word[] {
  return blocks.flatMap((block) =>
    block.paragraphs.flatMap((paragraph) =>
      paragraph.lines.flatMap((line) =>
        line.words
          .filter(({ text }) => text.trim() !== '')
          .map(({ text, confidence, bbox }) => ({
            text: text.trim(),
            confidence: Math.min(1, Math.max(0, confidence / 100)),
            box: { x0: bbox.x0, y0: bbox.y0, x1: bbox.x1, y1: bbox.y1 },
          })),
      ),
    ),
  );
}
