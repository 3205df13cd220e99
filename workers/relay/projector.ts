import { roomOf, type Audience, type BusMessage } from '#shared/contracts/bus.ts';
import type { EventName } from '#shared/contracts/events.ts';
import type { BusPublisher } from '#shared/node/live-bus.ts';
import type { Logger } from '#shared/node/logger.ts';

/** A topic that is computed from what others changed. */
export interface Projection {
  topic: string;
  audience: Audience;
  /** Which events change it. */
  concerns: (event: EventName) => boolean;
  /** Milliseconds between two publications at least. */
  everyMs: number;
  /** Raises the topic's number and reads its state, in one transaction of its own. */
  project: () => Promise<{ seq: number; state: unknown }>;
}

export interface Projector {
  concern(event: EventName): void;
  /** Publishes the projections that are due. A failure leaves them due. */
  run(): Promise<void>;
  /** Milliseconds until the next is due; Infinity when none waits. */
  dueInMs(): number;
}

/**
 * Publishes projections, coalesced. All of them count as changed at the start: the leader before may have died between marking
 * the events and publishing what they changed.
 */
export function createProjector(deps: {
  projections: readonly Projection[];
  bus: BusPublisher;
  logger: Logger;
  now?: () => number;
}): Projector {
  const now = deps.now ?? Date.now;
  const entries = deps.projections.map((projection) => ({ projection, changed: true, nextAt: 0 }));
  return {
    concern(event) {
      for (const entry of entries) if (entry.projection.concerns(event)) entry.changed = true;
    },
    async run() {
      for (const entry of entries) {
        if (!entry.changed || now() < entry.nextAt) continue;
        const { projection } = entry;
        entry.nextAt = now() + projection.everyMs;
        try {
          const { seq, state } = await projection.project();
          const message: BusMessage = {
            kind: 'live',
            room: roomOf(projection.topic, projection.audience),
            message: { topic: projection.topic, seq, state, at: new Date(now()).toISOString() },
          };
          await deps.bus.publish([message]);
          entry.changed = false;
        } catch (error) {
          deps.logger.warn({ err: error, topic: projection.topic }, 'not projected, tried again');
        }
      }
    },
    dueInMs: () =>
      Math.min(...entries.filter((entry) => entry.changed).map((entry) => Math.max(0, entry.nextAt - now())), Infinity),
  };
}
