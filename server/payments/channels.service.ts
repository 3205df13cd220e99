import {
  callsSince,
  lockChannels,
  newestOrder,
  orderFigures,
  pruneCalls,
  readChannels,
  writeChannel,
  type ChannelRow,
} from '#db/channels.repository.ts';
import type { Db, Executor } from '#db/connect.ts';
import { appendOutbox, topicChange } from '#db/outbox.repository.ts';
import type { ChannelsView, ChannelView } from '#shared/contracts/channels.ts';
import { PROVIDERS } from '#shared/contracts/payments.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { MIN_ORDERS, nextChannelState, paidShare, type ChannelEvidence } from '#shared/domain/payments/channel-status.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { ObservedProviders } from './provider-calls.service.ts';

/** Of calls, which tell how the provider does now. Milliseconds. */
const CALLS_MS = 45_000;
/** Of orders, which tell how people fare. Milliseconds. */
const ORDERS_MS = 15 * 60_000;
const CALLS_KEPT_MS = 3600_000;
/** A provider that nobody has called for so long is asked about its newest order. Milliseconds. */
const QUIET_MS = 15_000;
/** One that does not do well is asked even if its newest order is so old. Milliseconds. */
const OLD_ORDER_MS = 24 * 3600_000;

/**
 * Figures that any payment moves are told in the first look of a minute: every open page hears of it, and 20,000 of them every few seconds
 * would cost more than all else that is told. A status is told at once. Milliseconds.
 */
const FIGURES_EVERY_MS = 60_000;

/** What everybody is told of the ways to pay. */
export async function readChannelsView(db: Executor): Promise<ChannelsView> {
  return viewOf(await readChannels(db));
}

function viewOf(rows: readonly ChannelRow[]): ChannelsView {
  const sorted = [...rows].sort((a, b) => PROVIDERS.indexOf(a.provider) - PROVIDERS.indexOf(b.provider));
  // As old as the oldest look: the page must not seem newer than any line of it.
  const checked = rows.map(({ checkedAt }) => checkedAt.getTime());
  return {
    channels: sorted.map(({ view }) => view),
    checkedAt: checked.length === 0 ? null : new Date(Math.min(...checked)).toISOString(),
  };
}

export interface ChannelsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  providers: ObservedProviders;
}

/**
 * Looks how each way to pay of this country does: asks those that nobody has called lately, judges, and tells when something changed. May
 * run anywhere, at once and again.
 */
export async function lookAtChannels(deps: ChannelsDeps): Promise<void> {
  const { db, notifier, clock, providers } = deps;
  await askTheQuiet(deps);
  const now = clock();
  const codes = providers.list().map(({ code }) => code);
  const calls = await callsSince(db, new Date(now.getTime() - CALLS_MS));
  const figures = await orderFigures(db, new Date(now.getTime() - ORDERS_MS));
  const changed = await db.transaction(async (tx) => {
    const rows = new Map((await lockChannels(tx)).map((row) => [row.provider, row]));
    let different = false;
    for (const code of codes) {
      const row = rows.get(code) ?? null;
      // Another process looked later than this one began.
      if (row && row.checkedAt > now) continue;
      const { paid = 0, ended = 0, seconds = null, lastPaidAt = null } = figures.get(code) ?? {};
      const confirmation = seconds === null || paid < MIN_ORDERS ? null : { seconds: Math.round(seconds), of: paid };
      const evidence: ChannelEvidence = { on: providers.offers(code), calls: callsOf(calls.get(code)), confirmation };
      const state = nextChannelState(stateOf(row), evidence, now.getTime());
      const found: ChannelView = {
        ...{ provider: code, status: state.status, since: new Date(state.since).toISOString() },
        ...{ paid: paidShare(paid, ended), confirmation, lastPaidAt: laterOf(lastPaidAt, row?.view.lastPaidAt ?? null) },
      };
      const isToldNow = !row || !sameStatus(row.view, found) || minuteOf(row.checkedAt) !== minuteOf(now);
      const view = isToldNow ? found : row.view;
      different ||= !row || !same(row.view, view);
      const betterSince = state.betterSince === null ? null : new Date(state.betterSince);
      await writeChannel(tx, code, { view, betterSince, checkedAt: now });
    }
    if (different)
      await appendOutbox(tx, 'channels.changed', {}, [
        topicChange('channels', topicOf('channels'), async (read) => ({ public: await readChannelsView(read) })),
      ]);
    return different;
  });
  await pruneCalls(db, new Date(now.getTime() - CALLS_KEPT_MS));
  if (changed) notifier.wake();
}

/** A status that is only as new as the last payer's luck would say "failing" for ever of a provider that is back. */
async function askTheQuiet({ db, clock, providers }: ChannelsDeps): Promise<void> {
  await providers.flush();
  const now = clock().getTime();
  const calls = await callsSince(db, new Date(now - CALLS_MS));
  const told = new Map((await readChannels(db)).map(({ provider, view }) => [provider, view.status]));
  const quiet = providers.list().filter(({ code, on }) => on && (calls.get(code)?.lastAt.getTime() ?? 0) < now - QUIET_MS);
  await Promise.all(
    quiet.map(async ({ code }) => {
      const since = new Date(now - (told.get(code) === 'working' ? ORDERS_MS : OLD_ORDER_MS));
      const order = await newestOrder(db, code, since);
      if (order) await providers.find(code)?.fetchStatus(order);
    }),
  );
  await providers.flush();
}

const callsOf = (sum?: { answered: number; failed: number; tookMs: number }): ChannelEvidence['calls'] => ({
  answered: sum?.answered ?? 0,
  failed: sum?.failed ?? 0,
  meanMs: sum && sum.answered > 0 ? sum.tookMs / sum.answered : 0,
});

const stateOf = (row: ChannelRow | null): Parameters<typeof nextChannelState>[0] =>
  row && {
    ...{ status: row.view.status, since: new Date(row.view.since).getTime() },
    betterSince: row.betterSince?.getTime() ?? null,
  };

const laterOf = (found: Date | null, known: string | null): string | null => {
  const text = found?.toISOString() ?? null;
  return text !== null && (known === null || text > known) ? text : known;
};

const minuteOf = (at: Date): number => Math.floor(at.getTime() / FIGURES_EVERY_MS);
const sameStatus = (a: ChannelView, b: ChannelView): boolean => a.status === b.status && a.since === b.since;

/** Columns of JSON come back in another order than they were written. */
const same = (a: ChannelView, b: ChannelView): boolean => canonical(a) === canonical(b);
const canonical = ({ provider, status, since, paid, confirmation, lastPaidAt }: ChannelView): string =>
  JSON.stringify([provider, status, since, paid?.percent, paid?.of, confirmation?.seconds, confirmation?.of, lastPaidAt]);
