import { AppError } from '#shared/contracts/errors.ts';
import { RegisterAnswer, SignedText, VerificationKeys } from '#shared/contracts/receipts.ts';
import { countryOf, type CountryCode } from '#shared/domain/countries/countries.ts';
import type { RevocationList } from '#shared/domain/payments/revocation-list.ts';
import { judgeReceipt, openRevocationList, type ReceiptCrypto, type Verdict } from '#shared/domain/payments/verdict.ts';
import type { Kept, VerifierStore } from './verifier-store.ts';

export interface VerifierDeps {
  crypto: ReceiptCrypto;
  store: VerifierStore;
  /** GET of our own server; throws AppError, UNAVAILABLE without a network. */
  get: (path: string) => Promise<unknown>;
  country: () => Promise<string>;
  /** While the platform's own country is not known. */
  defaultCountry: string;
  now: () => Date;
}

/** How the last try to bring keys and list up to date ended. `untrusted`: a list came that no known key signed. */
export type Refreshed = 'never' | 'fine' | 'failed' | 'untrusted';

export interface Verifier {
  readonly kept: Kept | null;
  readonly list: RevocationList | null;
  readonly refreshing: boolean;
  readonly refreshed: Refreshed;
  /** Takes what the device has kept. */
  load(): Promise<void>;
  /** Brings keys and list up to date; never rejects. */
  refresh(): Promise<void>;
  /** Without a network. */
  judge(qr: string): Promise<Verdict>;
  /** What the register has; null: nothing. Throws AppError. */
  ask(reference: string): Promise<RegisterAnswer | null>;
}

/** Judges receipts with what the device has kept, and keeps that up to date. */
export function createVerifier({ crypto, store, get, country, defaultCountry, now }: VerifierDeps): Verifier {
  let kept = $state.raw<Kept | null>(null);
  let list = $state.raw<RevocationList | null>(null);
  let refreshing = $state(false);
  let refreshed = $state<Refreshed>('never');
  /** One at a time: who asks meanwhile waits for it. */
  let running: Promise<void> | null = null;

  async function load(): Promise<void> {
    const found = await store.read();
    if (!found || kept) return;
    list = found.list && (await openRevocationList(found.list, found.keys, crypto));
    kept = found;
  }

  async function bringUpToDate(): Promise<Refreshed> {
    const [keys, code] = await Promise.all([get('/api/verify/keys').then((data) => VerificationKeys.parse(data)), country()]);
    // The keys at once: a list that does not come must not keep them out.
    const next: Kept = { keys: keys.keys, keysAsOf: keys.asOf, list: kept?.list ?? null, country: code };
    // A list of a key that was revoked meanwhile is none any more.
    list = next.list && (await openRevocationList(next.list, next.keys, crypto));
    kept = next;
    await store.write(next);
    const signed = SignedText.parse(await get('/api/verify/revocations'));
    const opened = await openRevocationList(signed, next.keys, crypto);
    if (!opened) return 'untrusted';
    // An older one than we have is somebody's attempt to forget, or a node that lags.
    if (list && opened.issuedAt < list.issuedAt) return 'fine';
    list = opened;
    kept = { ...next, list: signed };
    await store.write(kept);
    return 'fine';
  }

  return {
    get kept() {
      return kept;
    },
    get list() {
      return list;
    },
    get refreshing() {
      return refreshing;
    },
    get refreshed() {
      return refreshed;
    },
    load,
    refresh() {
      running ??= (async () => {
        refreshing = true;
        refreshed = await bringUpToDate().catch(() => 'failed' as const);
        refreshing = false;
        running = null;
      })();
      return running;
    },
    judge(qr) {
      const { timeZone } = countryOf((kept?.country ?? defaultCountry) as CountryCode);
      return judgeReceipt(qr, { keys: kept?.keys ?? [], list, now: now(), timeZone }, crypto);
    },
    async ask(reference) {
      try {
        return RegisterAnswer.parse(await get(`/api/verify/receipts/${reference}`));
      } catch (error) {
        if (error instanceof AppError && error.code === 'RECEIPT_NOT_FOUND') return null;
        throw error;
      }
    },
  };
}
