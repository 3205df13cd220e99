import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { READING_STEPS } from '#shared/contracts/documents.ts';
import { useBundledFonts, SANS } from '#loadtest/ocr/fonts.ts';
import { compareFields } from '#loadtest/ocr/score.ts';
import type { SampleTruth } from '#loadtest/ocr/samples.ts';
import { createReader } from './reader.ts';
import type { PageInput, ProgressUpdate, Reader, Reading } from './reading.ts';

/** The real recogniser on the samples of deploy/samples. */
const FOLDER = new URL('../../../deploy/samples/', import.meta.url);
const truths = JSON.parse(readFileSync(new URL('truth.json', FOLDER), 'utf8')) as SampleTruth[];
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let reader: Reader;
beforeAll(async () => {
  useBundledFonts();
  reader = await createReader({ engines: 1, logger: silent });
});
afterAll(() => reader.close());

const pagesOf = (truth: SampleTruth): PageInput[] =>
  truth.images.map((image) => ({
    side: image.layout.endsWith('verso') ? 'verso' : 'recto',
    bytes: readFileSync(fileURLToPath(new URL(image.file, FOLDER))),
  }));
const read = (
  pages: PageInput[],
  onProgress: (update: ProgressUpdate) => void = () => undefined,
  insist = false,
): Promise<Reading> => reader.read(pages, { insist, onProgress, signal: new AbortController().signal });

describe('reading the samples', () => {
  let accepted = 0;
  let acceptedRight = 0;
  it.each(truths.map((truth) => [truth.kind, truth] as const))('%s', { timeout: 120_000 }, async (_, truth) => {
    const updates: ProgressUpdate[] = [];
    const reading = await read(pagesOf(truth), (update) => updates.push(update));
    if (reading.outcome !== 'read') throw new Error(JSON.stringify(reading));
    const score = compareFields(reading.fields, truth.fields);
    accepted += score.accepted;
    acceptedRight += score.acceptedRight;
    expect(score.wrong).toEqual([]);

    const shares = updates.map((u) => u.share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(new Set(updates.map((u) => u.step)).size).toBeGreaterThanOrEqual(6);
    expect(updates.every((u) => READING_STEPS.includes(u.step))).toBe(true);
    // The recogniser's own events, not a clock: many different shares of a pass, and fields that were there before the end.
    expect(new Set(updates.filter((u) => u.step === 'first_pass').map((u) => u.stepShare)).size).toBeGreaterThan(8);
    expect(updates.filter((u) => u.step !== 'cross_check').some((u) => u.fields.length >= 4)).toBe(true);
    expect(updates.at(-1)?.papers).toHaveLength(truth.images.length);
    expectBoxInPlace(reading, truth);
  });

  it('is right wherever it would accept by itself', () => {
    console.log(`fields at 0.9 and over: ${acceptedRight} right of ${accepted}`);
    expect(accepted).toBeGreaterThan(8);
    expect(acceptedRight).toBe(accepted);
  });
});

/** The VIN's box lies within 3 % of where the sample was printed, mapped through its own corners (bilinear is near enough). */
function expectBoxInPlace(reading: Extract<Reading, { outcome: 'read' }>, truth: SampleTruth): void {
  const image = truth.images.find((i) => i.boxes.make) ?? truth.images[0];
  const field = reading.fields.find((f) => f.name === 'make');
  const printed = image?.boxes.make;
  const [a, b, c, d] = image?.quad ?? [];
  if (!image || !field?.box || !printed || !a || !b || !c || !d) throw new Error('nothing to compare');
  const size = { french: [1240, 2300], card: [1040, 656], malagasy: [1480, 1050] }[truth.kind] ?? [1, 1];
  const [u, v] = [(printed.x + printed.w / 2) / (size[0] ?? 1), (printed.y + printed.h / 2) / (size[1] ?? 1)];
  const mix = (k: 0 | 1): number => a[k] * (1 - u) * (1 - v) + b[k] * u * (1 - v) + c[k] * u * v + d[k] * (1 - u) * v;
  const centre = (k: 0 | 1): number => (field.box ? field.box.reduce((sum, corner) => sum + corner[k], 0) / 4 : NaN);
  expect(Math.abs(centre(0) - mix(0) / image.w)).toBeLessThan(0.03);
  expect(Math.abs(centre(1) - mix(1) / image.h)).toBeLessThan(0.03);
}

describe('what cannot be read', () => {
  it('says so for a truncated image, and the reader lives', async () => {
    const [page] = truths[0] ? pagesOf(truths[0]) : [];
    if (!page) throw new Error('no sample');
    const reading = await read([{ ...page, bytes: page.bytes.subarray(0, page.bytes.length / 2) }]);
    expect(reading).toMatchObject({ outcome: 'failed', reason: 'unreadable_image' });
  });

  it('says so for SVG and for nothing at all', async () => {
    for (const bytes of [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), Buffer.alloc(0)])
      expect(await read([{ side: 'recto', bytes }])).toMatchObject({ outcome: 'failed', reason: 'unreadable_image' });
  });

  it('asks for another photograph of a blank sheet, and reads it on insistence as no carte grise', async () => {
    const bytes = await sharp({ create: { width: 1200, height: 900, channels: 3, background: '#bbbbbb' } })
      .jpeg()
      .toBuffer();
    expect(await read([{ side: 'recto', bytes }])).toMatchObject({
      outcome: 'needs_photo',
      gate: [{ page: 'recto', reason: 'no_text' }],
    });
    expect(await read([{ side: 'recto', bytes }], undefined, true)).toMatchObject({
      outcome: 'failed',
      reason: 'not_a_carte_grise',
    });
  });

  it('knows another paper from a carte grise', async () => {
    const lines = [
      'Recette du jour',
      'Deux oignons, une carotte, un litre de bouillon',
      'Faire revenir à feu doux pendant dix minutes',
      'Servir chaud avec du pain grillé',
    ];
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1400" height="1000"><rect width="1400" height="1000" fill="#fff"/>${lines.map((line, i) => `<text x="90" y="${180 + i * 120}" font-family="${SANS}" font-size="46">${line}</text>`).join('')}</svg>`;
    const bytes = await sharp(Buffer.from(svg)).jpeg().toBuffer();
    expect(await read([{ side: 'recto', bytes }], undefined, true)).toMatchObject({
      outcome: 'failed',
      reason: 'not_a_carte_grise',
    });
  });

  it('stops at once when aborted, and reads the next document', async () => {
    const [truth] = truths;
    if (!truth) throw new Error('no sample');
    const aborting = new AbortController();
    let abortedAt = 0;
    const reading = reader.read(pagesOf(truth), {
      insist: false,
      signal: aborting.signal,
      onProgress: ({ step, stepShare }) => {
        if (step !== 'first_pass' || stepShare === null || abortedAt) return;
        abortedAt = performance.now();
        aborting.abort();
      },
    });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(performance.now() - abortedAt).toBeLessThan(300);
    expect(await read(pagesOf(truth))).toMatchObject({ outcome: 'read' });
  });
});
