import { createHash, randomUUID } from 'node:crypto';
import { request, type ClientRequest } from 'node:http';
import net from 'node:net';
import { deflateSync } from 'node:zlib';
import { Redis } from 'ioredis';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentPages, documents } from '#db/schema/documents.ts';
import { DocumentView } from '#shared/contracts/documents.ts';
import type { ErrorBody } from '#shared/contracts/errors.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import { redisReady } from '#shared/node/redis.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { createHttpApp } from '../http/create-http-app.ts';
import { requireSession } from '../http/guards.ts';
import { startHttpServer, type HttpServer } from '../http/http-server.ts';
import { createRateLimits, type RateLimit } from '../http/rate-limits.ts';
import { UPLOADS_UNDER_WAY, UPLOAD_LIMIT, createDocumentRoutes } from './documents.routes.ts';
import { createPhotographReceiver } from './photograph-upload.ts';
import { createDocumentsFixture, env, photograph, type DocumentsFixture } from './testing/documents-fixture.ts';

const ORIGIN = 'http://127.0.0.1:8080';
const prefix = testPrefix();
let f: DocumentsFixture;
let redis: Redis;
let server: HttpServer;
let jpeg: Buffer;
let unlimited: HttpServer;

beforeAll(async () => {
  f = await createDocumentsFixture();
  redis = new Redis(env('REDIS_QUEUES_URL'), { enableOfflineQueue: false });
  await redisReady(redis);
  const logger = silentLogger();
  const limits = createRateLimits({ redis, prefix, key: deriveKey('a secret of the tests', 'limit-keys') });
  // The cookie is the user's id: identity has its own tests.
  const guard = requireSession({
    authenticate: async (cookie) =>
      cookie ? { viewer: { userId: cookie, sessionId: cookie, role: 'citizen', officeId: null }, expiresAt: new Date() } : null,
    authenticatePending: async () => null,
    stillValid: async (ids) => new Set(ids),
  });
  const routes = (uploadLimit: RateLimit) =>
    createDocumentRoutes({ documents: f.documents, store: f.store, requireSession: guard, uploadLimit });
  const app = (uploadLimit: RateLimit) =>
    createHttpApp({
      logger,
      metrics: createMetrics({ process: 'test', defaults: false }),
      publicOrigin: ORIGIN,
      addressSource: 'connection',
      probes: {},
      isDraining: () => false,
      publicConfig: { country: 'MG', currency: 'MGA', timeZone: 'Indian/Antananarivo', locales: ['fr'], demo: null },
      files: null,
      routers: [{ path: '/api/documents', app: routes(uploadLimit) }],
    });
  server = await startHttpServer(app(limits.limit('upload', UPLOAD_LIMIT)), { host: '127.0.0.1', port: 0 });
  const none: RateLimit = { consume: () => Promise.resolve(), reset: () => Promise.resolve() };
  unlimited = await startHttpServer(app(none), { host: '127.0.0.1', port: 0 });
  jpeg = await photograph();
});
afterAll(async () => {
  await Promise.all([server.close(100), unlimited.close(100)]);
  redis.disconnect();
  await f.close();
});

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

interface Sent {
  status: number;
  code: string | undefined;
  details: ErrorBody['details'];
  view: DocumentView | null;
  ms: number;
}

async function send(
  body: Body,
  options: {
    user?: string | null;
    origin?: string | null;
    clientId?: string;
    path?: string;
    side?: string;
    type?: string;
    port?: number;
  } = {},
): Promise<Sent> {
  const user = options.user === undefined ? await f.addUser() : options.user;
  const query = new URLSearchParams({ clientId: options.clientId ?? randomUUID(), side: options.side ?? 'recto' });
  const headers = new Headers({ 'content-type': options.type ?? 'image/jpeg' });
  if (user) headers.set('cookie', user);
  if (options.origin !== null) headers.set('origin', options.origin ?? ORIGIN);
  const started = performance.now();
  const answer = await fetch(
    `http://127.0.0.1:${options.port ?? server.port}/api/documents${options.path ?? ''}?${query.toString()}`,
    {
      method: 'POST',
      headers,
      body,
      ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
    },
  );
  const json = (await answer.json()) as { error?: ErrorBody };
  const view = answer.ok ? DocumentView.parse(json) : null;
  return { status: answer.status, code: json.error?.code, details: json.error?.details, view, ms: performance.now() - started };
}

const stored = async (documentId: string) => f.store.list(`ocr-uploads/pending/${documentId}/`);
const countRows = async () => f.database.db.$count(documentPages);
const allPending = async () => (await f.store.list('ocr-uploads/pending/')).length;
/** Nothing may be left of what `work` had refused: no row, no object. */
async function leavesNothing<T>(work: () => Promise<T>): Promise<T> {
  const [rows, objects] = [await countRows(), await allPending()];
  const result = await work();
  await until(async () => (await allPending()) === objects, { what: 'the refused photograph is deleted' });
  expect(await countRows()).toBe(rows);
  return result;
}

/** A valid PNG of so many pixels in a few kilobytes. */
function pixelBomb(side: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const content = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(content.length + 8);
    frame.writeUInt32BE(data.length, 0);
    content.copy(frame, 4);
    frame.writeUInt32BE(crc(content), content.length + 4);
    return frame;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * side), { level: 9 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}
function crc(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480"/></svg>';
const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(5_000)]);
const filler = (head: Buffer, length: number): Buffer => Buffer.concat([head, Buffer.alloc(length - head.length, 7)]);

describe('bad input and its answer', () => {
  it.each<[string, () => Promise<Body> | Body, number, string]>([
    ['nothing', () => new Uint8Array(0), 400, 'FILE_EMPTY'],
    ['a text', () => 'carte grise', 415, 'FILE_TYPE_REFUSED'],
    ['an SVG', () => svg, 415, 'FILE_TYPE_REFUSED'],
    ['an SVG with an XML declaration', () => `<?xml version="1.0"?>${svg}`, 415, 'FILE_TYPE_REFUSED'],
    ['a GIF', async () => new Uint8Array(await sharp(jpeg).gif().toBuffer()), 415, 'FILE_TYPE_REFUSED'],
    ['a TIFF', async () => new Uint8Array(await sharp(jpeg).tiff().toBuffer()), 415, 'FILE_TYPE_REFUSED'],
    [
      'an AVIF',
      async () => new Uint8Array(await sharp(jpeg).resize(64).avif({ effort: 0 }).toBuffer()),
      415,
      'FILE_TYPE_REFUSED',
    ],
    ['a HEIC', () => new Uint8Array(heic), 415, 'FILE_TYPE_REFUSED'],
    ['a PDF', () => '%PDF-1.7\n1 0 obj\n', 415, 'FILE_TYPE_REFUSED'],
    ['a PNG of 256 megapixels', () => new Uint8Array(pixelBomb(16_000)), 422, 'FILE_TOO_MANY_PIXELS'],
    ['a JPEG cut off in its header', () => new Uint8Array(jpeg.subarray(0, 40)), 422, 'FILE_UNREADABLE'],
    ['a JPEG signature and rubbish', () => new Uint8Array(filler(jpeg.subarray(0, 4), 20_000)), 422, 'FILE_UNREADABLE'],
    ['a JPEG signature and much rubbish', () => new Uint8Array(filler(jpeg.subarray(0, 4), 900_000)), 422, 'FILE_UNREADABLE'],
    [
      'a WebP cut off',
      async () => new Uint8Array((await photograph(2_000, 1_500, 'webp')).subarray(0, 30_000)),
      422,
      'FILE_UNREADABLE',
    ],
    ['13 MB', () => new Uint8Array(filler(jpeg, 13 * 1024 * 1024)), 413, 'FILE_TOO_LARGE'],
    ['13 MB without a length', () => new Blob([new Uint8Array(filler(jpeg, 13 * 1024 * 1024))]).stream(), 413, 'FILE_TOO_LARGE'],
  ])('%s', async (_what, body, status, code) => {
    const answer = await leavesNothing(async () => send(await body()));
    expect([answer.status, answer.code]).toEqual([status, code]);
  });

  it('no session, and another Origin or none', async () => {
    const body = new Uint8Array(jpeg);
    await leavesNothing(async () => {
      expect(await send(body, { user: null })).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
      expect(await send(body, { origin: 'http://127.0.0.1:8081' })).toMatchObject({ status: 403, code: 'ORIGIN_REFUSED' });
      expect(await send(body, { origin: null })).toMatchObject({ status: 403, code: 'ORIGIN_REFUSED' });
    });
  });

  it('no client id, a side that is none, a document that is none or somebody else’s', async () => {
    const body = new Uint8Array(jpeg);
    const [mine, other] = [await f.addUser(), await f.addUser()];
    const id = await f.submit(other);
    await leavesNothing(async () => {
      expect(await send(body, { clientId: 'one' })).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
      expect(await send(body, { side: 'edge' })).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
      for (const path of [`/${id}/pages`, `/${randomUUID()}/pages`, '/1/pages']) {
        expect(await send(body, { user: mine, path })).toMatchObject({ status: 404, code: 'DOCUMENT_NOT_FOUND' });
      }
    });
    for (const [user, path] of [
      [mine, id],
      [mine, randomUUID()],
    ] as const) {
      const image = await fetch(`http://127.0.0.1:${server.port}/api/documents/${path}/pages/recto/image`, {
        headers: { cookie: user },
      });
      expect([image.status, await image.json()]).toEqual([404, { error: { code: 'DOCUMENT_NOT_FOUND' } }]);
    }
  });

  it('cut off on the way', async () => {
    const user = await f.addUser();
    const big = await photograph(2_400, 1_800);
    expect(big.length).toBeGreaterThan(600_000);
    for (const sent of [1_000, 500_000]) {
      await leavesNothing(
        () =>
          new Promise<void>((resolve) => {
            const socket = net.connect(server.port, '127.0.0.1', () => {
              socket.write(
                `POST /api/documents?clientId=${randomUUID()} HTTP/1.1\r\nHost: x\r\nOrigin: ${ORIGIN}\r\nCookie: ${user}\r\nContent-Length: ${big.length}\r\n\r\n`,
              );
              socket.write(big.subarray(0, sent), () => setTimeout(() => socket.destroy(), 100));
            });
            socket.on('error', () => undefined).on('close', () => resolve());
          }),
      );
    }
    expect(await f.database.db.$count(documents)).toBeGreaterThan(0);
  });

  it('the eleventh in a minute', async () => {
    const user = await f.addUser();
    for (let i = 0; i < 10; i += 1) expect((await send('x', { user })).status).toBe(415);
    const eleventh = await send(new Uint8Array(jpeg), { user });
    expect(eleventh).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(eleventh.details?.['retryAfterSeconds']).toBeGreaterThan(0);
  });
});

describe('good input', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('a %s is taken, whatever type it says it is', async (type) => {
    const body = await photograph(1_200, 900, type);
    const answer = await send(new Uint8Array(body), { type: 'text/plain' });
    expect(answer).toMatchObject({
      status: 201,
      view: { status: 'queued', pages: [{ side: 'recto', width: 1_200, height: 900 }] },
    });
    const keys = await stored(answer.view!.id);
    expect(keys).toEqual([
      `ocr-uploads/pending/${answer.view!.id}/${answer.view!.pages[0]!.id}.${type === 'jpeg' ? 'jpg' : type}`,
    ]);
    expect((await f.store.getBytes(keys[0]!))?.equals(body)).toBe(true);
    const [row] = await f.database.db
      .select()
      .from(documentPages)
      .orderBy(documentPages.createdAt)
      .then((rows) => rows.slice(-1));
    expect(row).toMatchObject({
      bytes: body.length,
      sha256: createHash('sha256').update(body).digest('hex'),
      contentType: `image/${type}`,
    });
  });

  it('without a length, and sideways', async () => {
    const sideways = await sharp(jpeg).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await send(new Blob([new Uint8Array(sideways)]).stream())).toMatchObject({
      status: 201,
      view: { pages: [{ width: 480, height: 640 }] },
    });
  });

  it('of 12 MB to the byte is taken', async () => {
    expect((await send(new Uint8Array(filler(jpeg, 12 * 1024 * 1024)))).status).toBe(201);
  });

  it('sent twice, one after the other and at once, is one document with one object', async () => {
    const user = await f.addUser();
    const clientId = randomUUID();
    const body = new Uint8Array(jpeg);
    const answers = await Promise.all([send(body, { user, clientId }), send(body, { user, clientId })]);
    answers.push(await send(body, { user, clientId }));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    const ids = new Set(answers.map(({ view }) => view!.id));
    expect(ids.size).toBe(1);
    expect(await stored([...ids][0]!)).toHaveLength(1);
    const verso = { user, clientId: randomUUID(), side: 'verso', path: `/${[...ids][0]}/pages` };
    expect((await send(body, verso)).status).toBe(201);
    expect(await send(body, verso)).toMatchObject({ status: 200, view: { pages: [{ side: 'recto' }, { side: 'verso' }] } });
    expect(await stored([...ids][0]!)).toHaveLength(2);
  });

  it('fifty at once are fifty documents, quickly and in little memory', async () => {
    const users = await Promise.all(Array.from({ length: 5 }, () => f.addUser()));
    // About what a browser sends after scaling a photograph down.
    const body = new Uint8Array(await photograph(1_200, 900));
    let peak = 0;
    const buffers = (): number => process.memoryUsage().arrayBuffers / 2 ** 20;
    const before = buffers();
    const watch = setInterval(() => (peak = Math.max(peak, buffers() - before)), 5);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => send(body, { user: users[i % 5]! })));
    clearInterval(watch);
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(new Set(answers.map(({ view }) => view!.id)).size).toBe(50);
    const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b);
    console.log(
      `50 uploads of ${Math.round(body.length / 1024)} KB at once: median ${Math.round(sorted[25]!)} ms, slowest ${Math.round(sorted[49]!)} ms, buffers +${Math.round(peak)} MB (server and client together)`,
    );
  });
});

describe('photographs that dawdle', () => {
  /** Sends the first half and then nothing, until it is destroyed. */
  function dawdle(port: number, user: string, body: Uint8Array): { request: ClientRequest; answered: Promise<number> } {
    const headers = { origin: ORIGIN, cookie: user, 'content-length': String(body.length) };
    const path = `/api/documents?clientId=${randomUUID()}&side=recto`;
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', agent: false, headers });
    const answered = new Promise<number>((resolve) => {
      sent.once('response', (answer) => {
        resolve(answer.statusCode ?? 0);
        answer.resume();
      });
      sent.once('error', () => resolve(0));
    });
    sent.write(body.subarray(0, Math.floor(body.length / 2)));
    return { request: sent, answered };
  }

  it('of a few people do not keep out another’s', { timeout: 60_000 }, async () => {
    const body = await photograph(2_000, 1_500);
    expect(body.length).toBeGreaterThan(600 * 1024);
    const before = await allPending();
    const users = await Promise.all(Array.from({ length: 6 }, () => f.addUser()));
    const slow = users.flatMap((user) => Array.from({ length: 10 }, () => dawdle(server.port, user, body)));
    // All of them have been let in: each has passed its user's limit.
    await until(async () => (await redis.keys(`${prefix}limit:upload:*`)).length >= users.length, { what: 'all have begun' });
    const first = await Promise.race([send(new Uint8Array(jpeg)), ...slow.map(({ answered }) => answered)]);
    expect(first).toMatchObject({ status: 201 });
    for (const { request } of slow) request.destroy();
    const gone = async (): Promise<boolean> => (await allPending()) === before + 1;
    await until(gone, { what: 'what was broken off is deleted', timeoutMs: 40_000 });
  });

  it('are refused when one person has too many under way, and taken again when they have gone', async () => {
    const user = await f.addUser();
    const body = await photograph(2_000, 1_500);
    const slow = Array.from({ length: UPLOADS_UNDER_WAY + 1 }, () => dawdle(unlimited.port, user, body));
    expect(await Promise.race(slow.map(({ answered }) => answered))).toBe(429);
    for (const { request } of slow) request.destroy();
    await until(async () => (await send(new Uint8Array(jpeg), { user, port: unlimited.port })).status === 201, {
      what: 'taken again',
    });
  });

  it('so long that nothing comes any more are given up', async () => {
    const receiver = createPhotographReceiver({ store: f.store, stalledMs: 100 });
    const body = await photograph(2_000, 1_500);
    async function* half(): AsyncGenerator<Uint8Array> {
      yield body.subarray(0, Math.floor(body.length / 2));
      await new Promise(() => undefined);
    }
    const before = await allPending();
    const keyOf = (extension: string): string => `ocr-uploads/pending/${randomUUID()}/${randomUUID()}.${extension}`;
    for (const declaredBytes of [body.length, null]) {
      await expect(receiver.receive({ body: half(), declaredBytes, keyOf })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    }
    expect(await allPending()).toBe(before);
  });
});

describe('the photograph', () => {
  it('is shown upright, without EXIF, to its owner, and not sent again while it is the same', async () => {
    const user = await f.addUser();
    const body = await sharp(jpeg)
      .withExif({ IFD0: { Copyright: 'secret place' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { view } = await send(new Uint8Array(body), { user });
    const url = `http://127.0.0.1:${server.port}/api/documents/${view!.id}/pages/recto/image`;
    const answer = await fetch(`${url}?size=320x240`, { headers: { cookie: user } });
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'image/webp',
      'private, no-cache',
    ]);
    const image = Buffer.from(await answer.arrayBuffer());
    expect(await sharp(image).metadata()).toMatchObject({ format: 'webp', width: 180, height: 240 });
    expect((await sharp(image).metadata()).exif).toBeUndefined();
    const again = await fetch(`${url}?size=320x240`, { headers: { cookie: user, 'if-none-match': answer.headers.get('etag')! } });
    expect(again.status).toBe(304);
    const whole = await fetch(url, { headers: { cookie: user } });
    expect(await sharp(Buffer.from(await whole.arrayBuffer())).metadata()).toMatchObject({
      format: 'webp',
      width: 480,
      height: 640,
    });
    expect((await fetch(`${url}?size=9x9`, { headers: { cookie: user } })).status).toBe(400);
    expect((await fetch(url.replace('recto', 'verso'), { headers: { cookie: user } })).status).toBe(404);
    expect((await fetch(url)).status).toBe(401);
  });
});
