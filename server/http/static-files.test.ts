import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadStaticFiles } from './static-files.ts';
import { httpApp } from './testing/http-fixture.ts';

let directory: string;
let app: ReturnType<typeof httpApp>;

const CHUNK = 'export const a = 1;'.repeat(50);
const BUILD: Record<string, string | Buffer> = {
  'index.html': '<!doctype html>home',
  '200.html': '<!doctype html>shell',
  'sign-in.html': '<!doctype html>sign in',
  'help/index.html': '<!doctype html>help',
  '_app/version.json': '{"version":"1"}',
  '_app/immutable/chunks/a.Bc12.js': CHUNK,
  '_app/immutable/chunks/a.Bc12.js.br': brotliCompressSync(CHUNK),
  '_app/immutable/chunks/a.Bc12.js.gz': gzipSync(CHUNK),
  'été.txt': 'accents',
};

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'static-files-'));
  await writeFile(`${directory}-secret.txt`, 'outside');
  for (const [name, content] of Object.entries(BUILD)) {
    await mkdir(path.join(directory, path.dirname(name)), { recursive: true });
    await writeFile(path.join(directory, name), content);
  }
  app = httpApp({ files: await loadStaticFiles(directory) });
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  await rm(`${directory}-secret.txt`);
});

const CHUNK_PATH = '/_app/immutable/chunks/a.Bc12.js';
const get = (url: string, headers: Record<string, string> = {}) => app.request(url, { headers });

describe('pages', () => {
  it.each([
    ['/', 'home'],
    ['/sign-in', 'sign in'],
    ['/sign-in/', 'sign in'],
    ['/help', 'help'],
    ['/vehicles/123', 'shell'],
    ['/plate/1234TAB', 'shell'],
    ['/%C3%A9t%C3%A9.txt', 'accents'],
  ])('%s', async (url, text) => {
    const answer = await get(url);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain(text);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  it('of one person or one plate are no search engine’s business; those of everybody are', async () => {
    expect((await get('/plate/1234TAB')).headers.get('x-robots-tag')).toBe('noindex');
    expect((await get('/help')).headers.get('x-robots-tag')).toBeNull();
  });

  it('leave scripts to the policy that the build wrote into them', async () => {
    const policy = (await get('/')).headers.get('content-security-policy');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src|default-src/);
  });

  it('are asked for again, and answered with 304 while they are the same', async () => {
    const etag = (await get('/sign-in')).headers.get('etag') ?? '';
    const again = await get('/sign-in', { 'if-none-match': `"other", ${etag}` });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    expect((await get('/', { 'if-none-match': etag })).status).toBe(200);
  });

  it('answer HEAD without a body', async () => {
    const answer = await app.request('/sign-in', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
  });
});

describe('chunks', () => {
  it('are kept for a year', async () => {
    const answer = await get(CHUNK_PATH);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toMatch(/javascript/);
    expect(await answer.text()).toBe(CHUNK);
    expect((await get('/_app/version.json')).headers.get('cache-control')).toBe('no-cache');
  });

  it('come compressed as accepted', async () => {
    const br = await get(CHUNK_PATH, { 'accept-encoding': 'gzip, deflate, br' });
    expect(br.headers.get('content-encoding')).toBe('br');
    expect(br.headers.get('vary')).toBe('Accept-Encoding');
    expect(brotliDecompressSync(await br.arrayBuffer()).toString()).toBe(CHUNK);
    const gzip = await get(CHUNK_PATH, { 'accept-encoding': 'br;q=0, gzip' });
    expect(gzip.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(await gzip.arrayBuffer()).toString()).toBe(CHUNK);
    expect((await get(CHUNK_PATH)).headers.get('content-encoding')).toBeNull();
    expect((await get('/', { 'accept-encoding': 'br' })).headers.get('content-encoding')).toBeNull();
  });
});

describe('what is not there', () => {
  it.each(['/_app/immutable/chunks/gone.js', '/picture.png', '/..%2f..%2fetc/passwd.txt', '/%ff', '/a.Bc12.js.br'])(
    '%s is not a page',
    async (url) => expect((await get(url)).status).toBe(404),
  );

  it('is never a file outside the build', async () => {
    const name = path.basename(directory);
    for (const url of [`/../${name}-secret.txt`, `/%2e%2e/${name}-secret.txt`, `/..%2f${name}-secret.txt`]) {
      expect(await (await get(url)).text()).not.toContain('outside');
    }
  });

  it('changes nothing: only GET is a page', async () => {
    expect((await app.request('/', { method: 'POST', headers: { origin: 'https://vignette.example' } })).status).toBe(404);
  });
});
