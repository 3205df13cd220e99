import { randomUUID } from 'node:crypto';
import type { Cluster } from 'ioredis';
import type { BusMessage } from '#shared/contracts/bus.ts';
import type { BusSubscriber, BusSubscription } from './live-bus.ts';

/**
 * The live bus on a cluster is this many channels of sharded publishing, so that all its masters carry a part: a room's messages are of one.
 * The same for all processes that run at the same time.
 */
const SHARDS = 12;

const shardName = (prefix: string, shard: number): string => `${prefix}live:{${shard}}`;

/** The channel of a message: all that is told to one room, and of one session, goes the same way and keeps its order. */
export function shardOf(prefix: string, message: BusMessage): string {
  const key = message.kind === 'live' ? message.room : message.sessionId;
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) hash = (hash * 31 + key.charCodeAt(at)) >>> 0;
  return shardName(prefix, hash % SHARDS);
}

/** Milliseconds between two pulses, and between two while one is missing. */
const PULSE_MS = 2_000;
const IMPATIENT_MS = 100;

/**
 * Hears all shards. Each has a pulse of the listener's own beside it, in the same slot and so on the same line: published by us, heard by us.
 * A line that broke (the client says so) or a pulse that did not come back means that messages may be lost, until a newer pulse of every
 * shard was heard.
 */
export async function subscribeShards(
  deps: BusSubscription<Cluster> & { onText: (text: string) => void },
): Promise<BusSubscriber> {
  const { redis, prefix, logger } = deps;
  const pulseMs = deps.pulseMs ?? PULSE_MS;
  const id = randomUUID();
  const shards = Array.from({ length: SHARDS }, (_, shard) => {
    const channel = shardName(prefix, shard);
    return { channel, pulse: `${channel}:pulse:${id}`, heard: 0 };
  });
  const byPulse = new Map(shards.map((shard) => [shard.pulse, shard]));
  let round = 0;
  /** The first round that counts: those before it may have come over a line that is gone. */
  let since = 0;
  let connected = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const lose = (): void => {
    since = round + 1;
    if (!connected || closed) return;
    connected = false;
    logger.warn('a shard of the live bus is away');
    schedule(IMPATIENT_MS);
  };
  const hear = (shard: (typeof shards)[number], text: string): void => {
    shard.heard = Math.max(shard.heard, Number(text));
    if (connected || closed || shards.some(({ heard }) => heard < since)) return;
    connected = true;
    if (since > 1) deps.onRestored();
  };
  function schedule(ms: number): void {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(beat, ms);
  }
  function beat(): void {
    if (connected && shards.some(({ heard }) => heard < round)) lose();
    round += 1;
    for (const { pulse } of shards) redis.spublish(pulse, String(round)).catch(() => undefined);
    // A subscription that was lost without a word; where it is there, this changes nothing.
    if (!connected && round % 10 === 0) void subscribe(shards.filter(({ heard }) => heard < since)).catch(() => undefined);
    schedule(connected ? pulseMs : IMPATIENT_MS);
  }
  const subscribe = (some: typeof shards): Promise<unknown> =>
    Promise.all(some.map(({ channel, pulse }) => redis.ssubscribe(channel, pulse)));

  redis.on('smessage', (channel: string, text: string) => {
    const shard = byPulse.get(channel);
    if (shard) hear(shard, text);
    else if (channel.startsWith(`${prefix}live:{`)) deps.onText(text);
  });
  redis.on('-subscriber', lose);
  redis.on('-node', lose);
  redis.on('close', lose);
  await subscribe(shards);
  since = 1;
  beat();
  return {
    get connected() {
      return connected;
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      redis.disconnect();
      return Promise.resolve();
    },
  };
}
