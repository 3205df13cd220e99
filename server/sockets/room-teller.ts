import type { LiveMessage } from '#shared/contracts/topics.ts';
import type { LiveServer } from './engine.ts';

/** A room of more people is told bit by bit. */
export const AT_ONCE = 500;
/** In how long all of such a room are told, and in how many steps: milliseconds. */
export const SPREAD_MS = 600;
const STEPS = 40;

/**
 * Tells rooms of this node. A small room is told at once, natively. A word for thousands at the same instant would keep everybody else's
 * waiting behind it, in this process, in the balancers and in the network's queues; it is spread over half a second. Each socket hears
 * what a room was told in its order; who comes into the room meanwhile reads a state that includes it.
 */
export function createRoomTeller(io: Pick<LiveServer, 'local' | 'sockets'>): (room: string, message: LiveMessage) => void {
  /** What waits behind the message that is being told, by room. */
  const waiting = new Map<string, LiveMessage[]>();
  const sizeOf = (room: string): number => io.sockets.adapter.rooms.get(room)?.size ?? 0;

  async function spread(room: string, message: LiveMessage): Promise<void> {
    const people = [...(io.sockets.adapter.rooms.get(room) ?? [])];
    const step = Math.ceil(people.length / STEPS);
    for (let start = 0; start < people.length; start += step) {
      if (start > 0) await new Promise((resolve) => setTimeout(resolve, SPREAD_MS / STEPS));
      // A socket is in the room of its own id.
      io.local.to(people.slice(start, start + step)).emit('live', message);
    }
  }
  async function tellInTurn(room: string, first: LiveMessage): Promise<void> {
    const queue = [first];
    waiting.set(room, queue);
    for (let message = queue[0]; message; message = queue[0]) {
      if (sizeOf(room) > AT_ONCE) await spread(room, message);
      else io.local.to(room).emit('live', message);
      queue.shift();
    }
    waiting.delete(room);
  }

  return (room, message) => {
    const queue = waiting.get(room);
    // A whole state takes the place of an older one that nobody was told yet: a room that is told more often than it can be keeps up.
    if (queue && queue.length > 1 && queue.at(-1)?.event === undefined && message.event === undefined) queue.pop();
    if (queue) queue.push(message);
    else if (sizeOf(room) > AT_ONCE) void tellInTurn(room, message);
    else io.local.to(room).emit('live', message);
  };
}
