import { addCalls, type CallCount } from '#db/channels.repository.ts';
import type { Db } from '#db/connect.ts';
import type { ProviderCode } from '#shared/contracts/payments.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { PaymentProvider } from './providers/provider.ts';
import type { Providers } from './providers/providers.service.ts';

export interface ProviderCallsDeps {
  db: Db;
  clock: () => Date;
  logger: Logger;
}

/** Width of a slot in which calls are counted, milliseconds. */
export const SLOT_MS = 10_000;
/** Counts are written together, so that a payment costs no write of its own. What a killed process had not written is of no matter. */
const WRITE_AFTER_MS = 1_000;

/** How a call went: `null`: the provider was not called at all. */
type Outcome = 'answered' | 'failed' | null;
const OUTCOMES: Readonly<Record<string, Outcome>> = { busy: 'failed', unclear: 'failed', unavailable: 'failed', no_handle: null };

export interface ObservedProviders extends Providers {
  /** Writes what was counted so far. */
  flush(): Promise<void>;
}

/** The same providers, counting how their calls go, for all to see how each way to pay does. */
export function observeProviders(providers: Providers, { db, clock, logger }: ProviderCallsDeps): ObservedProviders {
  const counts = new Map<string, CallCount>();
  const observed = new Map<ProviderCode, PaymentProvider>();
  let timer: NodeJS.Timeout | null = null;

  async function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    const written = [...counts.values()];
    counts.clear();
    await addCalls(db, written).catch((error: unknown) => logger.warn({ err: error }, 'calls of providers were not counted'));
  }

  function count(provider: ProviderCode, outcome: Outcome, tookMs: number): void {
    if (outcome === null) return;
    const slot = new Date(Math.floor(clock().getTime() / SLOT_MS) * SLOT_MS);
    const key = `${provider} ${slot.getTime()}`;
    const sum = counts.get(key) ?? { provider, slot, answered: 0, failed: 0, tookMs: 0 };
    sum[outcome] += 1;
    if (outcome === 'answered') sum.tookMs += Math.round(tookMs);
    counts.set(key, sum);
    timer ??= setTimeout(() => void flush(), WRITE_AFTER_MS).unref();
  }

  async function call<T extends { kind: string }>(provider: ProviderCode, work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const answer = await work();
    count(provider, OUTCOMES[answer.kind] ?? (answer.kind in OUTCOMES ? null : 'answered'), performance.now() - from);
    return answer;
  }

  function observe(provider: PaymentProvider): PaymentProvider {
    const { code } = provider;
    return {
      ...provider,
      initiate: (request) => call(code, () => provider.initiate(request)),
      fetchStatus: (order) => call(code, () => provider.fetchStatus(order)),
    };
  }

  return {
    ...providers,
    flush,
    find(code) {
      const provider = providers.find(code);
      if (!provider) return null;
      const known = observed.get(code) ?? observe(provider);
      observed.set(code, known);
      return known;
    },
  };
}
