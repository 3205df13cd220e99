/// <reference types="@sveltejs/kit" />
/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
import { isAsset, type KeepAnswer, type KeepOrder } from './lib/verify/keep-offline.ts';

/**
 * Keeps the page /verify for when there is no network, and nothing else: it is registered for that address alone, takes no request but
 * for the page and for its own files, and never one of the API or the sockets. Fresh from the network whenever that answers in time.
 */
const self = globalThis.self as unknown as ServiceWorkerGlobalScope;

const PAGE = '/verify';
const PREFIX = 'verify-';
/** The page is waited for so long before the kept one is shown, milliseconds: a network that is nearly none. */
const PAGE_WAIT_MS = 2_500;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('message', (event) => {
  const order = event.data as KeepOrder;
  if (order?.type !== 'keep') return;
  const kept = keep(order.assets).catch((): KeepAnswer => 'failed');
  event.waitUntil(kept.then((answer) => event.ports[0]?.postMessage(answer)));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (url.pathname === PAGE) event.respondWith(page(request));
  } else if (url.pathname.startsWith('/_app/immutable/')) {
    event.respondWith(keptOf(url.pathname).then((found) => found ?? fetch(request)));
  } else if (isAsset(url.pathname)) {
    event.respondWith(fetch(request).catch(async () => (await keptOf(url.pathname)) ?? Response.error()));
  }
});

async function keptOf(path: string): Promise<Response | undefined> {
  for (const name of (await caches.keys()).filter((one) => one.startsWith(PREFIX))) {
    const found = await (await caches.open(name)).match(path);
    if (found) return found;
  }
  return undefined;
}

async function page(request: Request): Promise<Response> {
  const kept = await keptOf(PAGE);
  if (!kept) return fetch(request);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Response>((resolve) => {
    timer = setTimeout(() => resolve(kept), PAGE_WAIT_MS);
  });
  // A balancer without nodes, or a hotel's network, is no network.
  const fresh = fetch(request).then(
    (response) => (response.ok && !response.redirected ? response : kept),
    () => kept,
  );
  return Promise.race([fresh, late]).finally(() => clearTimeout(timer));
}

/** The page and its files as one: a cache of their own that is complete before the earlier ones go. */
async function keep(assets: string[]): Promise<KeepAnswer> {
  const response = await fetch(PAGE, { cache: 'no-store', credentials: 'omit' });
  if (!response.ok || response.redirected) return 'failed';
  const html = await response.clone().text();
  const named = [...html.matchAll(/["'(]([^"'()\s]*\/_app\/immutable\/[^"'()\s]+)/g)].map(
    ([, path]) => new URL(path ?? '', self.location.origin + PAGE).pathname,
  );
  const wanted = new Set(assets.filter(isAsset));
  // Made of other files than the page that asks: a version that came out meanwhile, whose lazy parts nobody has named yet.
  if (named.length === 0 || named.some((path) => !wanted.has(path))) return 'newer';
  const earlier = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  const [newest] = earlier;
  if (newest && earlier.length === 1) {
    const cache = await caches.open(newest);
    if ((await (await cache.match(PAGE))?.text()) === html) {
      const missing = [];
      for (const path of wanted) if (!(await cache.match(path))) missing.push(path);
      await cache.addAll(missing);
      return 'kept';
    }
  }
  const name = `${PREFIX}${Date.now()}`;
  const cache = await caches.open(name);
  try {
    await cache.addAll([...wanted]);
    await cache.put(PAGE, response);
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
  await Promise.all(earlier.map((one) => caches.delete(one)));
  return 'kept';
}
