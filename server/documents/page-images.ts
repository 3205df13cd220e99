import type { Readable } from 'node:stream';
import type { PageRow } from '#db/documents.repository.ts';
import type { ImageSize } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { imageKey } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import { createConcurrencyLimit } from './concurrency-limit.ts';
import { renderPhotograph } from './renditions.service.ts';

/** Photographs rendered by this node at once: a node's CPU belongs to its sockets. */
const RENDERED_AT_ONCE = 2;

/** A photograph of a page as WebP, upright and without EXIF, in one of the sizes or (`original`) whole. */
export interface PageImages {
  /** Names what `open` would give; changes when the stored sizes replace the rendered ones. */
  etag(page: PageRow, size: ImageSize | 'original'): string;
  /** The stored size, or while there is none a rendition made now (`original`: at most 1920 × 1080). @throws AppError FILE_UNREADABLE, DOCUMENT_NOT_FOUND */
  open(page: PageRow, size: ImageSize | 'original'): Promise<Buffer | Readable>;
}

export function createPageImages({ store }: { store: ObjectStore }): PageImages {
  const limit = createConcurrencyLimit(RENDERED_AT_ONCE);
  return {
    etag: (page, size) => `"${page.id}-${size}-${page.imagesKey ? 'stored' : 'rendered'}"`,
    async open(page, size) {
      if (page.imagesKey) {
        const object = await store.get(imageKey(page.imagesKey, size === 'original' ? 'full' : size));
        if (object) return object.body;
      }
      return limit.run(async () => {
        const original = await store.getBytes(page.originalKey);
        if (!original) throw new AppError('DOCUMENT_NOT_FOUND');
        return renderPhotograph(original, size === 'original' ? '1920x1080' : size, { lenient: true }).catch((error: unknown) => {
          throw new AppError('FILE_UNREADABLE', undefined, { cause: error });
        });
      });
    },
  };
}
