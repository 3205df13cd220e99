import { Readable } from 'node:stream';
import { Hono, type MiddlewareHandler } from 'hono';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db } from '#db/connect.ts';
import { currentPages } from '#db/documents.repository.ts';
import { isFiled } from '#db/vehicle-file.repository.ts';
import { PageImageQuery } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import { createPageImages } from '../documents/page-images.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { requireAction } from '../http/require-action.ts';

export interface VehicleFileRoutesDeps {
  db: Db;
  store: ObjectStore;
  /** Sets `viewer`, or refuses. */
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/**
 * Photographs of documents that are in the file of a vehicle, for the staff; mounted at `/api/vehicle-files`. One that nobody made a vehicle
 * or a claim of is its sender's alone. Each that is sent is in the audit log.
 */
export function createVehicleFileRoutes({ db, store, requireSession }: VehicleFileRoutesDeps): Hono<HttpEnvironment> {
  const images = createPageImages({ store });
  return new Hono<HttpEnvironment>()
    .use(requireSession, requireAction('document.read_any'))
    .get('/documents/:id/pages/:side/image', async (c) => {
      const asked = PageImageQuery.safeParse({ ...c.req.query(), side: c.req.param('side') });
      if (!asked.success) throw new AppError('INVALID_INPUT', { fields: asked.error.issues.map(({ path }) => path.join('.')) });
      const { side, size } = asked.data;
      const documentId = c.req.param('id');
      if (!Id.safeParse(documentId).success || !(await isFiled(db, documentId))) throw new AppError('DOCUMENT_NOT_FOUND');
      const page = (await currentPages(db, documentId)).find((one) => one.side === side);
      if (!page) throw new AppError('DOCUMENT_NOT_FOUND');
      c.header('Cache-Control', 'private, no-cache');
      const etag = images.etag(page, size);
      c.header('ETag', etag);
      if (c.req.header('if-none-match') === etag) return c.body(null, 304);
      const image = await images.open(page, size);
      const { userId } = c.get('viewer');
      const shown = { action: 'document.shown', entity: 'document', entityId: documentId };
      await appendAudit(db, { actorId: userId, ...shown, details: { side, size } });
      c.header('Content-Type', 'image/webp');
      c.header('X-Content-Type-Options', 'nosniff');
      return Buffer.isBuffer(image) ? c.body(new Uint8Array(image)) : c.body(Readable.toWeb(image) as ReadableStream);
    });
}
