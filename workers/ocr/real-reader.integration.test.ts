import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findDocumentView } from '#db/document-views.repository.ts';
import { readGarage } from '#db/vehicles.repository.ts';
import { createProgressStore } from '#server/documents/progress.service.ts';
import { connectCache, createDocumentsFixture, type DocumentsFixture } from '#server/documents/testing/documents-fixture.ts';
import type { BusMessage } from '#shared/contracts/bus.ts';
import { READING_STEPS, type ReadingProgress } from '#shared/contracts/documents.ts';
import type { JobContext } from '#shared/node/queues.ts';
import { silentLogger, testPrefix } from '#shared/node/testing/helpers.ts';
import { createImagesJob } from '../images/images.job.ts';
import { createOcrJob } from './ocr.job.ts';
import { createReader } from './reading/reader.ts';
import type { Reader } from './reading/reading.ts';

const fontfile = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
const PRINTED = [
  "CERTIFICAT D'IMMATRICULATION",
  "N° d'immatriculation : 1234 TAB",
  'Nom et prénoms : RABE SOLO JEAN',
  'Marque : TOYOTA',
  'Type commercial : YARIS',
  'Energie : Gasoil',
  'N° de série : JTE6A4NK28T058612',
  'Date de 1ère mise en circulation : 23/08/2007',
  'Nombre de places assises : 5',
];

/** A labelled card as plainly printed as can be: how well hard ones are read is the reader's own business. */
async function card(): Promise<Buffer> {
  const lines = PRINTED.map(async (text, i) => ({
    input: await sharp({ text: { text, fontfile, font: 'DejaVu Sans', dpi: 200, rgba: true } })
      .png()
      .toBuffer(),
    left: 120,
    top: 100 + i * 100,
  }));
  const paper = sharp({ create: { width: 1_600, height: 1_150, channels: 3, background: '#fff' } });
  return paper
    .composite(await Promise.all(lines))
    .jpeg()
    .toBuffer();
}

const logger = silentLogger();
let f: DocumentsFixture;
let cache: Redis;
let reader: Reader;
beforeAll(async () => {
  [f, cache, reader] = await Promise.all([createDocumentsFixture(), connectCache(), createReader({ logger, engines: 1 })]);
});
afterAll(async () => {
  await reader.close();
  cache.disconnect();
  await f.close();
});

it('goes from the photograph to the vehicle with nothing replaced', { timeout: 90_000 }, async () => {
  const user = await f.addUser();
  const id = await f.submit(user);
  const { originalKey } = await f.documents.findPage(user, id, 'recto');
  await f.store.put(originalKey, await card(), 'image/jpeg');

  const told: ReadingProgress[] = [];
  const bus = {
    publish: async (messages: readonly BusMessage[]) => {
      for (const message of messages) if (message.kind === 'live') told.push(message.message.state as ReadingProgress);
    },
  };
  const progress = createProgressStore({ redis: cache, bus, prefix: testPrefix(), clock: f.clock, logger });
  const deps = { db: f.database.db, store: f.store, notifier: { wake: () => undefined }, logger, clock: f.clock };
  const context: JobContext = { jobId: 'job-1', attempt: 1, logger, signal: new AbortController().signal };
  await createOcrJob({ ...deps, reader, progress })['document.ocr']({ documentId: id }, context);

  const view = await findDocumentView(f.database.db, id);
  expect(view).toMatchObject({ status: 'read', pages: [{ width: 1_600, height: 1_150, quality: { reasons: [] } }] });
  expect(Object.fromEntries(view!.fields.map(({ name, value }) => [name, value]))).toMatchObject({
    plate: '1234TAB',
    owner: 'RABE SOLO JEAN',
    vin: 'JTE6A4NK28T058612',
    first_registration: '2007-08-23',
    fuel: 'GO',
  });
  expect(told.length).toBeGreaterThanOrEqual(10);
  const steps = [...new Set(told.map(({ step }) => step))];
  expect(steps).toEqual(READING_STEPS.filter((step) => steps.includes(step)));
  expect(steps).toEqual(expect.arrayContaining(['first_pass', 'store']));
  expect(told.map(({ share }) => share)).toEqual(told.map(({ share }) => share).sort((a, b) => a - b));

  await createImagesJob(deps)['document.images']({ documentId: id }, context);
  await f.documents.correctField(user, id, 'fiscal_power', '7 CV');
  await f.documents.confirm(user, id, false);
  expect((await readGarage(f.database.db, user)).vehicles).toMatchObject([
    { plate: '1234TAB', fiscalPower: 7, fuel: 'GO', seats: 5 },
  ]);
});
