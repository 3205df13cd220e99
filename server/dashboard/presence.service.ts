import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Logger } from '#shared/node/logger.ts';
import type { RedisConnection } from '#shared/node/redis.ts';

/** What a node says of who is connected to it, and which dashboards are looked at there. */
export const NodePresence = z.object({
  people: z.number().int().nonnegative(),
  connections: z.number().int().nonnegative(),
  dashboards: z.array(z.string()),
});
export type NodePresence = z.infer<typeof NodePresence>;

/** Of all nodes that have spoken lately. */
export interface PresenceTotals {
  people: number;
  connections: number;
  nodes: number;
}

/** Milliseconds between two words of a node. */
const SAY_EVERY_MS = 1_000;
/** A node that has said nothing for so long is not there, nor who was connected to it. Milliseconds. */
const EXPIRES_MS = 5_000;

/** In braces, what is read together and must be on one server of a cluster. */
const keysOf = (prefix: string) => ({ nodes: `${prefix}{presence}`, node: (id: string): string => `${prefix}{presence}:${id}` });

/**
 * Has a node say who is connected, again and again, so that a node that is killed is forgotten by itself. Answers how to stop, which takes the
 * node off the list at once.
 */
export function sayPresence(deps: {
  redis: RedisConnection;
  prefix: string;
  logger: Logger;
  read: () => NodePresence;
  everyMs?: number;
  expiresMs?: number;
}): () => Promise<void> {
  const { redis, logger, expiresMs = EXPIRES_MS } = deps;
  const keys = keysOf(deps.prefix);
  const id = randomUUID();
  let failed = false;
  async function say(): Promise<void> {
    try {
      await redis
        .pipeline()
        .set(keys.node(id), JSON.stringify(deps.read()), 'PX', expiresMs)
        .zadd(keys.nodes, Date.now() + expiresMs, id)
        .exec();
      failed = false;
    } catch (error) {
      if (!failed) logger.warn({ err: error }, 'who is connected could not be said');
      failed = true;
    }
  }
  void say();
  const timer = setInterval(() => void say(), deps.everyMs ?? SAY_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await redis
      .pipeline()
      .del(keys.node(id))
      .zrem(keys.nodes, id)
      .exec()
      .catch(() => undefined);
  };
}

export interface Presence extends PresenceTotals {
  /** Dashboards that somebody looks at. */
  dashboards: Set<string>;
}

/** What the nodes say; null: they could not be asked. */
export async function readPresence(redis: RedisConnection, prefix: string): Promise<Presence | null> {
  const keys = keysOf(prefix);
  try {
    const ids = await redis.zrange(keys.nodes, 0, -1);
    const texts = ids.length > 0 ? await redis.mget(ids.map(keys.node)) : [];
    const gone = ids.filter((_, index) => texts[index] === null || texts[index] === undefined);
    if (gone.length > 0) await redis.zrem(keys.nodes, ...gone);
    const said = texts.flatMap((text) => {
      const parsed = text ? NodePresence.safeParse(JSON.parse(text)) : null;
      return parsed?.success ? [parsed.data] : [];
    });
    return {
      people: said.reduce((sum, { people }) => sum + people, 0),
      connections: said.reduce((sum, { connections }) => sum + connections, 0),
      nodes: said.length,
      dashboards: new Set(said.flatMap(({ dashboards }) => dashboards)),
    };
  } catch {
    return null;
  }
}
