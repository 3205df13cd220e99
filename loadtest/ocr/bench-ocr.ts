import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createReader } from '#workers/ocr/reading/reader.ts';
import type { PageInput, Reader } from '#workers/ocr/reading/reading.ts';
import { useBundledFonts } from './fonts.ts';
import { SAMPLE_CLASSES } from './photograph.ts';
import { makeSample, type SampleTruth } from './samples.ts';
import { compareFields, sumUp, tableOf, type ClassScore, type DocumentScore } from './score.ts';

/**
 * Reads whole sets of photographs, one document at a time, and prints by class how many fields are right and what it costs.
 *   npm run bench:ocr -- [--set given|own|both] [--limit N] [--seed S] [--verbose]
 * The given set lies beside the checkout or where CARTES_GRISES says; the own one is made from the seed.
 */
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const RESULT = join(ROOT, 'loadtest/results/ocr.json');
const OWN_SET_SIZE = 36;

interface Document {
  readonly truth: SampleTruth;
  readonly pages: PageInput[];
}

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      set: { type: 'string', default: 'both' },
      limit: { type: 'string' },
      seed: { type: 'string', default: '1' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const limit = options.limit ? Number(options.limit) : Infinity;
  const reader = await createReader({
    engines: 1,
    logger: {
      info: () => undefined,
      warn: (details, message) => console.warn(message, details),
      error: (details, message) => console.error(message, details),
    },
  });
  const results: Record<string, { classes: ClassScore[]; documents: DocumentScore[] }> = {};
  try {
    for (const set of options.set === 'both' ? ['given', 'own'] : [options.set]) {
      const documents = set === 'given' ? givenDocuments() : ownDocuments(Number(options.seed));
      if (!documents) {
        console.log('given set: not found (set CARTES_GRISES to its folder); left out\n');
        continue;
      }
      const scores: DocumentScore[] = [];
      for await (const document of documents) {
        if (scores.length >= limit) break;
        const score = await scoreOf(reader, document);
        scores.push(score);
        if (options.verbose) console.log(lineOf(score));
      }
      const classes = [
        ...SAMPLE_CLASSES.map((cls) =>
          sumUp(
            cls,
            scores.filter((s) => s.cls === cls),
          ),
        ),
        sumUp('all', scores),
      ];
      console.log(`${tableOf(`${set} set`, classes)}\n`);
      results[set] = { classes, documents: scores };
    }
  } finally {
    await reader.close();
  }
  mkdirSync(dirname(RESULT), { recursive: true });
  const conditions = {
    at: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    engines: 1,
    seed: Number(options.seed),
  };
  writeFileSync(RESULT, `${JSON.stringify({ conditions, results }, null, 1)}\n`);
  console.log('written to loadtest/results/ocr.json');
}

/** The documents of the given set; null when it is not there. */
function givenDocuments(): Iterable<Document> | null {
  const folder = process.env.CARTES_GRISES ?? join(ROOT, '../shared/data/cartes-grises');
  if (!existsSync(join(folder, 'truth.json'))) return null;
  const truths = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as SampleTruth[];
  return truths.map((truth) => ({
    truth,
    pages: truth.images.map((image) => ({ side: sideOf(image.layout), bytes: readFileSync(join(folder, image.file)) })),
  }));
}

async function* ownDocuments(seed: number): AsyncGenerator<Document> {
  useBundledFonts();
  for (let id = 0; id < OWN_SET_SIZE; id += 1) {
    const { truth, files } = await makeSample(seed, id);
    yield {
      truth,
      pages: truth.images.map((image, i) => ({ side: sideOf(image.layout), bytes: files[i]?.jpeg ?? Buffer.alloc(0) })),
    };
  }
}

function sideOf(layout: string): 'recto' | 'verso' {
  return layout.endsWith('verso') ? 'verso' : 'recto';
}

async function scoreOf(reader: Reader, { truth, pages }: Document): Promise<DocumentScore> {
  const wallBefore = performance.now();
  const cpuBefore = process.cpuUsage();
  const reading = await reader.read(pages, { insist: true, onProgress: () => undefined, signal: new AbortController().signal });
  const cpu = process.cpuUsage(cpuBefore);
  const read = reading.outcome === 'read';
  return {
    document: truth.images[0]?.file ?? String(truth.id),
    cls: truth.cls,
    outcome: reading.outcome === 'failed' ? reading.reason : reading.outcome,
    passes: read ? reading.passes : 0,
    ...compareFields(read ? reading.fields : [], truth.fields),
    cpuSeconds: Math.round((cpu.user + cpu.system) / 1e4) / 100,
    wallSeconds: Math.round((performance.now() - wallBefore) / 10) / 100,
  };
}

function lineOf(score: DocumentScore): string {
  const wrong = score.wrong.map((w) => `${w.field} ${w.read ?? '–'} (${w.confidence ?? '–'}) for ${w.printed}`).join(', ');
  return `${score.document.padEnd(32)} ${score.right}/8  ${score.outcome}, ${score.passes} passes, ${score.wallSeconds} s  ${wrong}`;
}

await main();
