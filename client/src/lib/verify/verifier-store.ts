import { createStore, get, set } from 'idb-keyval';
import { z } from 'zod';
import { Instant } from '#shared/contracts/ids.ts';
import { SignedText, VerificationKey } from '#shared/contracts/receipts.ts';

/** What a device keeps to judge receipts without a network. */
export const Kept = z.object({
  keys: z.array(VerificationKey),
  /** When the platform gave the keys, by its own clock. */
  keysAsOf: Instant,
  list: SignedText.nullable(),
  /** Of the platform: its days and its money. */
  country: z.string(),
});
export type Kept = z.infer<typeof Kept>;

export interface VerifierStore {
  /** Null: nothing, or nothing that is understood. */
  read(): Promise<Kept | null>;
  write(kept: Kept): Promise<void>;
}

/** In IndexedDB. A browser that keeps nothing still checks receipts while the page is open. */
export function createVerifierStore(): VerifierStore {
  const store = () => createStore('vignette-verify', 'kept');
  return {
    async read() {
      try {
        return Kept.safeParse(await get('kept', store())).data ?? null;
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
