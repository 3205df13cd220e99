import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBundledFonts } from './fonts.ts';
import { createRandom } from './random.ts';
import { makeSample, makeSampleOf, type Sample } from './samples.ts';

/**
 * Writes samples with their truth.
 *   tsx loadtest/ocr/make-samples.ts --demo            the few of deploy/samples/ (demo and end-to-end test)
 *   tsx loadtest/ocr/make-samples.ts FOLDER SEED COUNT  a set
 */
async function main(args: readonly string[]): Promise<void> {
  useBundledFonts();
  if (args[0] === '--demo') {
    const demo = [
      await makeSampleOf('malagasy', 'mild', 1, createRandom(11)),
      await makeSampleOf('card', 'mild', 2, createRandom(23)),
      await makeSampleOf('french', 'mild', 3, createRandom(35)),
    ];
    write('deploy/samples', demo);
    return;
  }
  const [folder, seed = '1', count = '12'] = args;
  if (!folder) throw new Error('usage: make-samples.ts --demo | FOLDER [SEED] [COUNT]');
  const samples: Sample[] = [];
  for (let id = 0; id < Number(count); id += 1) samples.push(await makeSample(Number(seed), id));
  write(folder, samples);
}

function write(folder: string, samples: readonly Sample[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { files } of samples) for (const { name, jpeg } of files) writeFileSync(join(folder, name), jpeg);
  writeFileSync(
    join(folder, 'truth.json'),
    `${JSON.stringify(
      samples.map((s) => s.truth),
      null,
      1,
    )}\n`,
  );
}

await main(process.argv.slice(2));
