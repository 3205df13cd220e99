/** What the page asks its service worker: to keep the page with these files. */
export interface KeepOrder {
  type: 'keep';
  assets: string[];
}
/** `newer`: another version is out; this one stays kept until that one has been opened. */
export type KeepAnswer = 'kept' | 'newer' | 'failed';

const SCOPE = '/verify';

/** Files with a hash in their names, fonts and the icon: what this page was made of. */
export const isAsset = (path: string): boolean => /^\/(_app\/immutable\/|fonts\/|icon\.svg$)/.test(path);

/**
 * Makes this page open without a network, with everything that it has loaded by now: call it once that is all. The service worker's
 * reach is this page; other pages never meet it.
 */
export async function keepOffline(): Promise<KeepAnswer> {
  if (!('serviceWorker' in navigator)) return 'failed';
  const registration = await navigator.serviceWorker.register('/service-worker.js', {
    scope: SCOPE,
    type: import.meta.env.DEV ? 'module' : 'classic',
  });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (!worker) return 'failed';
  const assets = performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ origin, pathname }) => origin === location.origin && isAsset(pathname))
    .map(({ pathname }) => pathname);
  await activated(worker);
  const channel = new MessageChannel();
  const answer = new Promise<KeepAnswer>((resolve) => {
    channel.port1.onmessage = ({ data }: MessageEvent<KeepAnswer>) => resolve(data);
  });
  worker.postMessage({ type: 'keep', assets: [...new Set(assets)] } satisfies KeepOrder, [channel.port2]);
  return answer;
}

function activated(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (worker.state === 'activated') resolve();
      else if (worker.state === 'redundant') reject(new Error('the service worker was not taken'));
    };
    worker.addEventListener('statechange', look);
    look();
  });
}

/** Whether an earlier visit kept the page. */
export const isKept = async (): Promise<boolean> =>
  'caches' in globalThis && (await caches.keys().catch(() => [])).some((name) => name.startsWith('verify-'));
