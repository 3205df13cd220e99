import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from 'hono';
import { getMimeType } from 'hono/utils/mime';
import type { HttpEnvironment } from './environment.ts';

/** A file of the build, with what the build compressed of it. Kept in memory: a few megabytes in all. */
interface StaticFile {
  contentType: string;
  etag: string;
  immutable: boolean;
  bodies: { plain: Uint8Array<ArrayBuffer>; br?: Uint8Array<ArrayBuffer>; gzip?: Uint8Array<ArrayBuffer> };
}

export interface StaticFiles {
  /** Answers with a file of the build, a prerendered page or the shell; null when the path is none of them. */
  answer(c: Context<HttpEnvironment>): Response | null;
}

/** Names with a hash in them: their content never changes. */
const IMMUTABLE = '/_app/immutable/';
const YEAR = 'public, max-age=31536000, immutable';
const SUFFIX = { br: '.br', gzip: '.gz' } as const;

/**
 * Reads a client build (SvelteKit, adapter-static, `precompress`) into memory. Only what is in it can be asked for: no path is ever
 * made from a request. `shell` is the page given for addresses that have no prerendered page of their own.
 */
export async function loadStaticFiles(directory: string, shell = '200.html'): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const known = new Set(paths);
  for (const file of paths) {
    const original = file.replace(/\.(br|gz)$/, '');
    if (original !== file && known.has(original)) continue;
    const url = `/${path.relative(directory, file).split(path.sep).join('/')}`;
    files.set(url, await load(file, url, known));
  }

  function find(urlPath: string): StaticFile | undefined {
    const bare = urlPath.length > 1 ? urlPath.replace(/\/+$/, '') : urlPath;
    return files.get(urlPath) ?? files.get(`${bare}.html`) ?? files.get(bare === '/' ? '/index.html' : `${bare}/index.html`);
  }

  return {
    answer(c) {
      const urlPath = decoded(c.req.path);
      if (urlPath === null) return null;
      const found = find(urlPath);
      if (found) return send(c, found);
      // A chunk or an image that is gone must not be answered with a page.
      if (urlPath.startsWith('/_app/') || /\.[a-z0-9]+$/i.test(urlPath)) return null;
      const page = files.get(`/${shell}`);
      // A page of one person or of one plate: it is made in the browser, and no search engine's business.
      if (page) c.header('X-Robots-Tag', 'noindex');
      return page ? send(c, page) : null;
    },
  };
}

function decoded(urlPath: string): string | null {
  try {
    return decodeURIComponent(urlPath);
  } catch {
    return null;
  }
}

async function load(file: string, url: string, known: ReadonlySet<string>): Promise<StaticFile> {
  const plain = new Uint8Array(await readFile(file));
  const bodies: StaticFile['bodies'] = { plain };
  for (const encoding of ['br', 'gzip'] as const) {
    const compressed = file + SUFFIX[encoding];
    if (known.has(compressed)) bodies[encoding] = new Uint8Array(await readFile(compressed));
  }
  return {
    contentType: getMimeType(url) ?? 'application/octet-stream',
    etag: createHash('sha256').update(plain).digest('base64url').slice(0, 22),
    immutable: url.startsWith(IMMUTABLE),
    bodies,
  };
}

function send(c: Context<HttpEnvironment>, file: StaticFile): Response {
  const accepted = acceptedEncodings(c.req.header('accept-encoding'));
  const encoding = (['br', 'gzip'] as const).find((name) => accepted.has(name) && file.bodies[name]);
  // Weak: the same content, differently compressed.
  const etag = `W/"${file.etag}"`;
  const headers = {
    'Content-Type': file.contentType,
    'Cache-Control': file.immutable ? YEAR : 'no-cache',
    ETag: etag,
    Vary: 'Accept-Encoding',
    ...(encoding ? { 'Content-Encoding': encoding } : {}),
  };
  const held = c.req.header('if-none-match');
  if (held?.split(',').some((tag) => tag.trim() === etag || tag.trim() === '*')) {
    return c.body(null, 304, { 'Cache-Control': headers['Cache-Control'], ETag: etag, Vary: headers.Vary });
  }
  const body = (encoding && file.bodies[encoding]) ?? file.bodies.plain;
  return c.body(body, 200, { ...headers, 'Content-Length': String(body.byteLength) });
}

/** The encodings of an Accept-Encoding header that are not refused with `q=0`. */
function acceptedEncodings(header: string | undefined): Set<string> {
  const accepted = new Set<string>();
  for (const part of header?.split(',') ?? []) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) accepted.add(name);
  }
  return accepted;
}
