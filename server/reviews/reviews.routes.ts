import { Readable } from 'node:stream';
import { Hono, type MiddlewareHandler } from 'hono';
import { PageImageQuery } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import { createPageImages } from '../documents/page-images.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { requireAction } from '../http/require-action.ts';
import type { LeasesService } from './leases.service.ts';

export interface ReviewRoutesDeps {
  leases: LeasesService;
  store: ObjectStore;
  /** Sets `viewer`, or refuses. */
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/** Photographs for the agent who has the document before them; mounted at `/api/reviews`. Each that is sent is in the audit log. */
export function createReviewRoutes({ leases, store, requireSession }: ReviewRoutesDeps): Hono<HttpEnvironment> {
  const images = createPageImages({ store });
  return new Hono<HttpEnvironment>()
    .use(requireSession, requireAction('document.review'))
    .get('/:id/pages/:side/image', async (c) => {
      const asked = PageImageQuery.safeParse({ ...c.req.query(), side: c.req.param('side') });
      if (!asked.success) throw new AppError('INVALID_INPUT', { fields: asked.error.issues.map(({ path }) => path.join('.')) });
      const documentId = c.req.param('id');
      if (!Id.safeParse(documentId).success) throw new AppError('DOCUMENT_NOT_FOUND');
      const { userId } = c.get('viewer');
      const page = await leases.findPage(userId, documentId, asked.data.side);
      // Asked for again each time: who has given the document back does not see it any more.
      c.header('Cache-Control', 'private, no-cache');
      const etag = images.etag(page, asked.data.size);
      c.header('ETag', etag);
      if (c.req.header('if-none-match') === etag) return c.body(null, 304);
      const image = await images.open(page, asked.data.size);
      await leases.noteShown(userId, documentId, page);
      c.header('Content-Type', 'image/webp');
      c.header('X-Content-Type-Options', 'nosniff');
      return Buffer.isBuffer(image) ? c.body(new Uint8Array(image)) : c.body(Readable.toWeb(image) as ReadableStream);
    });
}
