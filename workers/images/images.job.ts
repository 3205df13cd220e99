import type { Db } from '#db/connect.ts';
import { createReadingsService } from '#server/documents/readings.service.ts';
import { renderPhotograph } from '#server/documents/renditions.service.ts';
import { IMAGE_SIZES, type ImageSize } from '#shared/contracts/documents.ts';
import { imageKey, imagesPrefix, type StoredSize } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { JobHandlers } from '#shared/node/queues.ts';

export interface ImagesJobDeps {
  db: Db;
  store: ObjectStore;
  notifier: OutboxNotifier;
  clock: () => Date;
}

const SIZES: readonly StoredSize[] = ['full', ...(Object.keys(IMAGE_SIZES) as ImageSize[])];

/** Keeps WebP files of a document's photographs under `vehicle-documents/`. Running twice writes the same objects. */
export function createImagesJob(deps: ImagesJobDeps): JobHandlers<'images'> {
  const readings = createReadingsService(deps);
  return {
    async 'document.images'({ documentId }, { signal }) {
      const stored: { pageId: string; imagesKey: string }[] = [];
      for (const page of await readings.pagesWithoutImages(documentId)) {
        const original = await deps.store.getBytes(page.originalKey);
        // Moved by a reading that ended meanwhile: the next try finds it in its new place.
        if (!original) throw new Error(`the photograph ${page.id} is not where its row says`);
        const prefix = imagesPrefix(page.side, page.id);
        for (const size of SIZES) {
          signal.throwIfAborted();
          await deps.store.put(imageKey(prefix, size), await renderPhotograph(original, size), 'image/webp');
        }
        stored.push({ pageId: page.id, imagesKey: prefix });
      }
      if (stored.length > 0) await readings.imagesStored(documentId, stored);
    },
  };
}
