import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import {
  IMAGE_SIZES,
  PageSide,
  UPLOAD_MAX_BYTES,
  UploadQuery,
  type DocumentView,
  type ImageSize,
} from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import { pendingKey } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import type { RateLimit } from '../http/rate-limits.ts';
import type { DocumentsService, ReceivedPage, Submission } from './documents.service.ts';
import { createPageImages } from './page-images.ts';
import { createPhotographReceiver, tooLarge } from './photograph-upload.ts';

export interface DocumentRoutesDeps {
  documents: DocumentsService;
  store: ObjectStore;
  /** Sets `viewer`, or refuses. */
  requireSession: MiddlewareHandler<HttpEnvironment>;
  /** By user. */
  uploadLimit: RateLimit;
}

/** 10 photographs a minute a user (MISSION.md). */
export const UPLOAD_LIMIT = { points: 10, seconds: 60 };
/** Photographs of one user under way on one node: each holds a connection to the store for as long as its sender takes. */
export const UPLOADS_UNDER_WAY = UPLOAD_LIMIT.points;

const Size = z.union([z.literal('original'), z.enum(Object.keys(IMAGE_SIZES) as [ImageSize, ...ImageSize[]])]);

type HttpContext = Context<HttpEnvironment>;

/** Uploads and photographs; mounted at `/api/documents`. The Origin is checked before, errors become answers after. */
export function createDocumentRoutes({
  documents,
  store,
  requireSession,
  uploadLimit,
}: DocumentRoutesDeps): Hono<HttpEnvironment> {
  const receiver = createPhotographReceiver({ store });
  const images = createPageImages({ store });
  const underWay = new Map<string, number>();

  /** Does the work of an upload unless the user has too many under way. @throws AppError RATE_LIMITED */
  async function oneOfFew<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const others = underWay.get(userId) ?? 0;
    if (others >= UPLOADS_UNDER_WAY) throw new AppError('RATE_LIMITED', { retryAfterSeconds: 10 });
    underWay.set(userId, others + 1);
    try {
      return await work();
    } finally {
      const left = (underWay.get(userId) ?? 1) - 1;
      if (left > 0) underWay.set(userId, left);
      else underWay.delete(userId);
    }
  }

  /** What may be refused before the body is looked at. */
  async function admit(c: HttpContext): Promise<{ userId: string; query: UploadQuery; declaredBytes: number | null }> {
    const { userId } = c.get('viewer');
    await uploadLimit.consume(userId);
    const header = c.req.header('content-length');
    const declaredBytes = header !== undefined && /^\d+$/.test(header) ? Number(header) : null;
    if (declaredBytes !== null && declaredBytes > UPLOAD_MAX_BYTES) throw tooLarge();
    const query = UploadQuery.safeParse(c.req.query());
    if (!query.success) throw new AppError('INVALID_INPUT', { fields: query.error.issues.map((issue) => issue.path.join('.')) });
    return { userId, query: query.data, declaredBytes };
  }

  /** Receives the photograph, has it taken by a use-case, and deletes it again when that does not want it. */
  async function take(
    c: HttpContext,
    admitted: { query: UploadQuery; declaredBytes: number | null },
    documentId: string,
    use: (page: ReceivedPage) => Promise<Submission>,
  ): Promise<Submission> {
    const { query, declaredBytes } = admitted;
    const body = c.req.raw.body;
    if (!body) throw new AppError('FILE_EMPTY');
    const id = randomUUID();
    const keyOf = (extension: string): string => pendingKey(documentId, id, extension);
    const { key, ...photograph } = await receiver.receive({ body, declaredBytes, keyOf }).catch((error: unknown) => {
      // The rest of the body may still be on its way: no further request on this connection.
      c.header('Connection', 'close');
      throw error;
    });
    const drop = () =>
      store.delete(key).catch((err: unknown) => c.get('logger').warn({ err, key }, 'an unused photograph stays'));
    try {
      const submission = await use({ id, clientId: query.clientId, side: query.side, originalKey: key, ...photograph });
      if (!submission.created) await drop();
      return submission;
    } catch (error) {
      // After a fault it is not known whether the commit took place: upkeep deletes what no row points to.
      if (error instanceof AppError) await drop();
      throw error;
    }
  }

  const answer = (c: HttpContext, { created, view }: Submission) => c.json<DocumentView>(view, created ? 201 : 200);

  return new Hono<HttpEnvironment>()
    .use(requireSession)
    .post('/', async (c) => {
      const admitted = await admit(c);
      const { userId, query } = admitted;
      const before = await documents.findSubmission(userId, query.clientId);
      if (before) return answer(c, { created: false, view: before });
      const documentId = randomUUID();
      const submit = (page: ReceivedPage) => documents.submit(userId, documentId, page);
      return answer(c, await oneOfFew(userId, () => take(c, admitted, documentId, submit)));
    })
    .post('/:id/pages', async (c) => {
      const admitted = await admit(c);
      const { userId, query } = admitted;
      const documentId = idOf(c.req.param('id'));
      const before = await documents.findSubmission(userId, query.clientId);
      if (before) return answer(c, { created: false, view: before });
      await documents.assertTakesPages(userId, documentId);
      const add = (page: ReceivedPage) => documents.addPage(userId, documentId, page);
      return answer(c, await oneOfFew(userId, () => take(c, admitted, documentId, add)));
    })
    .get('/:id/pages/:side/image', async (c) => {
      const side = PageSide.safeParse(c.req.param('side'));
      const size = Size.safeParse(c.req.query('size') ?? 'original');
      if (!side.success || !size.success) throw new AppError('INVALID_INPUT', { fields: [side.success ? 'size' : 'side'] });
      const page = await documents.findPage(c.get('viewer').userId, idOf(c.req.param('id')), side.data);
      // Asked for again each time, so that who may not see it any more does not: an unchanged one costs a 304.
      c.header('Cache-Control', 'private, no-cache');
      const etag = images.etag(page, size.data);
      c.header('ETag', etag);
      if (c.req.header('if-none-match') === etag) return c.body(null, 304);
      const image = await images.open(page, size.data);
      c.header('Content-Type', 'image/webp');
      c.header('X-Content-Type-Options', 'nosniff');
      return Buffer.isBuffer(image) ? c.body(new Uint8Array(image)) : c.body(Readable.toWeb(image) as ReadableStream);
    });
}

/** An id that is none names no document. */
function idOf(text: string): string {
  if (!Id.safeParse(text).success) throw new AppError('DOCUMENT_NOT_FOUND');
  return text;
}
