import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { checkout } from '#deploy/local/paths.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { launchBrowser, openContext } from './browser.ts';

/** The service worker of /verify in Chromium, before a server whose versions, slowness and faults the test decides. */
let server: Server;
let origin: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let version: number;
/** How the page is answered. `silent`: not at all. */
let mood: 'fine' | 'silent' | 'broken' | 'elsewhere';
/** A file that the server does not have (any more). */
let missing: string | null;

beforeAll(async () => {
  const bundle = await build({
    entryPoints: [path.join(checkout, 'client', 'src', 'service-worker.ts')],
    ...{ bundle: true, write: false, format: 'iife', target: 'es2022', define: { 'import.meta.env.DEV': 'false' } },
  });
  const worker = bundle.outputFiles[0]?.text ?? '';
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    const send = (type: string, body: string, status = 200) =>
      void response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    if (pathname === '/service-worker.js') return send('text/javascript', worker);
    if (pathname === missing) return send('text/plain', 'gone', 404);
    const [, asset] = /^\/_app\/immutable\/(v\d)(?:-lazy)?\.js$/.exec(pathname) ?? [];
    if (asset) return send('text/javascript', pathname.includes('lazy') ? `self.lazy='${asset}'` : `self.version='${asset}'`);
    if (pathname !== '/verify') return send('text/html', `<title>another page, v${version}</title>`);
    if (mood === 'silent') return;
    if (mood === 'broken') return send('text/html', 'no node is there', 503);
    if (mood === 'elsewhere') return void response.writeHead(302, { location: '/hotel' }).end();
    send('text/html', `<title>v${version}</title><script src="/_app/immutable/v${version}.js"></script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});
beforeEach(async () => {
  [version, mood, missing] = [1, 'fine', null];
  context = await openContext(browser);
  page = await context.newPage();
});
afterEach(() => context.close());

/** What the page of the client does once it has loaded all that it is made of. */
const keep = (files: readonly string[]): Promise<string> =>
  page.evaluate(`(async () => {
    const registration = await navigator.serviceWorker.register('/service-worker.js', { scope: '/verify' });
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    while (worker.state !== 'activated') await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
    const channel = new MessageChannel();
    const answer = new Promise((resolve) => (channel.port1.onmessage = ({ data }) => resolve(data)));
    worker.postMessage({ type: 'keep', assets: ${JSON.stringify(files)} }, [channel.port2]);
    return answer;
  })()`);
const files = (of: number): string[] => [`/_app/immutable/v${of}.js`, `/_app/immutable/v${of}-lazy.js`];
const kept = (): Promise<string[]> =>
  page.evaluate(`caches.keys().then(async (names) => (await Promise.all(names.map(async (name) =>
    (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat().sort())`);
async function opened(): Promise<unknown> {
  await page.goto(`${origin}/verify`);
  return page.evaluate('[document.title, self.version]');
}

it('keeps the page and its files; a new version takes their place once it is complete', async () => {
  expect(await opened()).toEqual(['v1', 'v1']);
  expect(await keep(files(1))).toBe('kept');
  const first = [...files(1), '/verify'].sort();
  expect(await kept()).toEqual(first);
  expect(await keep(files(1))).toBe('kept');
  version = 2;
  // The old page is still open in a tab: it must not mix itself with the new one.
  expect(await keep(files(1))).toBe('newer');
  expect(await kept()).toEqual(first);
  expect(await opened()).toEqual(['v2', 'v2']);
  missing = '/_app/immutable/v2-lazy.js';
  expect(await keep(files(2))).toBe('failed');
  expect(await kept()).toEqual(first);
  missing = null;
  expect(await keep(files(2))).toBe('kept');
  expect(await kept()).toEqual([...files(2), '/verify'].sort());
});

it.each(['silent', 'broken', 'elsewhere'] as const)(
  'opens what it kept when the network is %s, with its own files',
  async (how) => {
    await opened();
    await keep(files(1));
    version = 2;
    mood = how;
    missing = '/_app/immutable/v1.js';
    expect(await opened()).toEqual(['v1', 'v1']);
    // Nor is what it kept replaced by such an answer.
    if (how !== 'silent') expect(await keep(files(1))).toBe('failed');
    expect(await kept()).toEqual([...files(1), '/verify'].sort());
  },
);

it('takes nothing but the page and its own files', async () => {
  await opened();
  expect(await keep([...files(1), '/api/verify/keys', '/socket.io/', '/connexion', 'https://exemple.mg/x'])).toBe('kept');
  expect(await kept()).toEqual([...files(1), '/verify'].sort());
  await page.goto(`${origin}/verify`);
  await until(() => page.evaluate('Boolean(navigator.serviceWorker.controller)'), { what: 'the service worker' });
  const asked: string[] = await page.evaluate(`Promise.all(['/api/verify/keys', '/socket.io/', '/connexion'].map((path) =>
    fetch(path).then((answer) => answer.text())))`);
  expect(asked).toEqual(Array.from({ length: 3 }, () => '<title>another page, v1</title>'));
  version = 2;
  await page.goto(`${origin}/connexion`);
  expect(await page.title()).toBe('another page, v2');
  await context.setOffline(true);
  expect(await page.goto(`${origin}/verify`).then(() => page.title())).toBe('v1');
});
