import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDocumentView } from '#db/document-views.repository.ts';
import { createPageImages } from '#server/documents/page-images.ts';
import {
  NEEDED,
  createDocumentsFixture,
  photograph,
  type DocumentsFixture,
} from '#server/documents/testing/documents-fixture.ts';
import type { JobContext } from '#shared/node/queues.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createImagesJob } from './images.job.ts';

let f: DocumentsFixture;
beforeAll(async () => {
  f = await createDocumentsFixture();
});
afterAll(() => f.close());

const context: JobContext = { jobId: 'job-1', attempt: 1, logger: silentLogger(), signal: new AbortController().signal };
const job = () => createImagesJob({ db: f.database.db, store: f.store, notifier: { wake: () => undefined }, clock: f.clock });

describe('the images of a document', () => {
  it('are stored in the four sizes and whole, upright, without EXIF, never enlarged, once', async () => {
    const user = await f.addUser();
    const id = await f.read(user, NEEDED);
    const page = await f.receive(id, { side: 'verso' });
    const sideways = sharp(await photograph(1_000, 800)).withExif({ IFD0: { Copyright: 'secret place' } });
    await f.store.put(page.originalKey, await sideways.withMetadata({ orientation: 6 }).jpeg().toBuffer(), 'image/jpeg');
    await f.documents.addPage(user, id, page);

    await job()['document.images']({ documentId: id }, context);
    const view = await findDocumentView(f.database.db, id);
    expect(view?.pages.map(({ imagesReady }) => imagesReady)).toEqual([true, true]);
    const sizes = await Promise.all(
      ['320x240', '640x480', '1280x960', '1920x1080', 'full'].map(async (size) => {
        const image = await f.store.getBytes(`vehicle-documents/verso/${page.id}/${size}.webp`);
        const { format, width, height, exif, orientation } = await sharp(image!).metadata();
        expect([format, exif, orientation]).toEqual(['webp', undefined, undefined]);
        return `${width}x${height}`;
      }),
    );
    expect(sizes).toEqual(['192x240', '384x480', '768x960', '800x1000', '800x1000']);
    const events = await f.events();
    expect(events.at(-1)).toBe('document.images_stored');
    await job()['document.images']({ documentId: id }, context);
    expect(await f.events()).toEqual(events);

    const row = await f.documents.findPage(user, id, 'verso');
    const images = createPageImages({ store: f.store });
    expect(images.etag(row, 'original')).toContain('stored');
    expect(Buffer.isBuffer(await images.open(row, 'original'))).toBe(false);
  });

  it('of a document that is no more, or discarded, are not made', async () => {
    const user = await f.addUser();
    const id = await f.submit(user);
    await f.documents.discard(user, id);
    await job()['document.images']({ documentId: id }, context);
    await job()['document.images']({ documentId: randomUUID() }, context);
    expect((await findDocumentView(f.database.db, id))?.pages[0]?.imagesReady).toBe(false);
  });

  it('whose original is not to be found are tried again later', async () => {
    const user = await f.addUser();
    const id = await f.submit(user);
    await f.store.delete((await f.documents.findPage(user, id, 'recto')).originalKey);
    await expect(job()['document.images']({ documentId: id }, context)).rejects.toThrow('not where its row says');
  });
});
