import type { Redis } from 'ioredis';
import type { BusMessage } from '#shared/contracts/bus.ts';
import { shardOf, subscribeShards } from './live-shards.ts';
import type { Logger } from './logger.ts';
import { isCluster, type RedisConnection } from './redis.ts';

const channelOf = (prefix: string): string => `${prefix}live`;

export interface BusPublisher {
  /** Publishes in one round trip, in order. Rejects when Redis is away: the caller keeps what it has and tries again. */
  publish(messages: readonly BusMessage[]): Promise<void>;
}

/** The publishing end of the live bus: the relay's and the workers'. `redis` must be fail-fast. */
export function createBusPublisher(redis: RedisConnection, prefix: string): BusPublisher {
  const channel = channelOf(prefix);
  if (isCluster(redis))
    return {
      // In the order of each room: its messages are of one shard, whose line keeps their order.
      async publish(messages) {
        await Promise.all(messages.map((message) => redis.spublish(shardOf(prefix, message), JSON.stringify(message))));
      },
    };
  return {
    async publish(messages) {
      if (messages.length === 0) return;
      const pipeline = redis.pipeline();
      for (const message of messages) pipeline.publish(channel, JSON.stringify(message));
      const results = await pipeline.exec();
      const failed = results?.find(([error]) => error);
      if (!results || failed) throw failed?.[0] ?? new Error('the live bus took nothing');
    },
  };
}

const PULSE_MS = 5_000;

export interface BusSubscriber {
  /** Whether messages arrive now. */
  readonly connected: boolean;
  close(): Promise<void>;
}

export interface BusSubscription<R extends RedisConnection = RedisConnection> {
  redis: R;
  prefix: string;
  logger: Logger;
  onMessage: (message: BusMessage) => void;
  onRestored: () => void;
  /** Milliseconds between two questions whether the line is there: who only listens does not notice that it is not. */
  pulseMs?: number;
}

/**
 * The receiving end, one for each node. `onRestored` is called when the subscription is there again after it was lost:
 * what was published meanwhile is gone, so the node asks its clients to read again.
 */
export async function subscribeBus(deps: BusSubscription): Promise<BusSubscriber> {
  const { redis, logger } = deps;
  const onText = (text: string): void => {
    let message: BusMessage;
    try {
      message = JSON.parse(text) as BusMessage;
    } catch (error) {
      logger.error({ err: error }, 'a message on the live bus is not JSON');
      return;
    }
    deps.onMessage(message);
  };
  return isCluster(redis) ? subscribeShards({ ...deps, redis, onText }) : subscribeOne({ ...deps, redis }, onText);
}

async function subscribeOne(deps: BusSubscription<Redis>, onText: (text: string) => void): Promise<BusSubscriber> {
  const { redis, logger } = deps;
  let connected = false;
  let lost = false;
  redis.on('message', (_channel: string, text: string) => onText(text));
  redis.on('close', () => {
    connected = false;
    lost = true;
  });
  // ioredis subscribes again by itself after a reconnect, before `ready` handlers that ask run; a command of our own on the
  // subscriber connection (SUBSCRIBE again, idempotent) tells when it is done.
  redis.on('ready', () => {
    if (!lost) return;
    redis
      .subscribe(channelOf(deps.prefix))
      .then(() => {
        connected = true;
        lost = false;
        deps.onRestored();
      })
      .catch((error: unknown) => logger.warn({ err: error }, 'the live bus could not be subscribed to again'));
  });
  await redis.subscribe(channelOf(deps.prefix));
  connected = true;
  // What is not answered ends the connection (redis.ts); what fails meanwhile says nothing new.
  const pulse = setInterval(() => {
    if (connected) redis.ping().catch(() => undefined);
  }, deps.pulseMs ?? PULSE_MS);
  return {
    get connected() {
      return connected;
    },
    close: async () => {
      clearInterval(pulse);
      await redis.quit().catch(() => redis.disconnect());
    },
  };
}
