import { createStore, get, set } from 'idb-keyval';
import { z } from 'zod';
import { ReceiptScan, SCANS_AT_ONCE } from '#shared/contracts/anomalies.ts';

/** What a device keeps of it: the region that its inspector gives (null: none, nothing is told), and what was not sent yet. */
export const KeptReports = z.object({ place: z.string().nullable(), waiting: z.array(ReceiptScan).max(500) });
export type KeptReports = z.infer<typeof KeptReports>;

export interface ReportsStore {
  read(): Promise<KeptReports | null>;
  write(kept: KeptReports): Promise<void>;
}

export interface ScanReports {
  /** Null: the inspector tells nothing. */
  readonly place: string | null;
  readonly waiting: number;
  load(): Promise<void>;
  /** Choosing none forgets what was not sent yet. */
  choose(place: string | null): Promise<void>;
  /** A receipt with a good signature was looked at. Never rejects. */
  note(reference: string): Promise<void>;
  /** Sends what waits, when there is a network. Never rejects. */
  send(): Promise<void>;
}

/** One receipt that is held before the camera for long is one scan. Milliseconds. */
const SAME_MS = 60_000;
/** What waits for a network at most; the oldest are given up. */
const MOST_WAITING = 500;

/** Tells in which region receipts were checked, by those who allow it: now, or when there is a network again. */
export function createScanReports(deps: {
  store: ReportsStore;
  /** POST of our own server; rejects without a network. */
  post: (scans: readonly ReceiptScan[]) => Promise<unknown>;
  now: () => Date;
  newId: () => string;
}): ScanReports {
  const { store, post, now, newId } = deps;
  let kept = $state.raw<KeptReports>({ place: null, waiting: [] });
  let sending: Promise<void> | null = null;
  const keep = (next: KeptReports): Promise<void> => {
    kept = next;
    return store.write(next);
  };

  async function sendAll(): Promise<void> {
    while (kept.waiting.length > 0) {
      const batch = kept.waiting.slice(0, SCANS_AT_ONCE);
      await post(batch);
      // What came meanwhile stays.
      await keep({ ...kept, waiting: kept.waiting.filter((one) => !batch.includes(one)) });
    }
  }
  const send = (): Promise<void> => {
    sending ??= sendAll()
      .catch(() => undefined)
      .finally(() => (sending = null));
    return sending;
  };

  return {
    get place() {
      return kept.place;
    },
    get waiting() {
      return kept.waiting.length;
    },
    async load() {
      kept = (await store.read()) ?? kept;
    },
    choose: (place) => keep({ place, waiting: place === null ? [] : kept.waiting }),
    async note(reference) {
      const { place, waiting } = kept;
      if (place === null) return;
      const at = now();
      const again = waiting.some((one) => one.reference === reference && at.getTime() - Date.parse(one.scannedAt) < SAME_MS);
      if (again) return;
      const scan: ReceiptScan = { id: newId(), reference, place, scannedAt: at.toISOString() };
      await keep({ place, waiting: [...waiting, scan].slice(-MOST_WAITING) });
      await send();
    },
    send,
  };
}

/** In IndexedDB. A browser that keeps nothing tells of what it saw while the page is open. */
export function createReportsStore(): ReportsStore {
  const store = () => createStore('vignette-scans', 'kept');
  return {
    async read() {
      try {
        return KeptReports.safeParse(await get('kept', store())).data ?? null;
      } catch {
        return null;
      }
    },
    async write(kept) {
      try {
        await set('kept', kept, store());
      } catch {
        // Private windows, or a full disk.
      }
    },
  };
}
