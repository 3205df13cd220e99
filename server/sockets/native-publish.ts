import type { Namespace } from 'socket.io';
import type { LiveServer } from './engine.ts';

type Adapter = Namespace['adapter'];
type Options = Parameters<Adapter['broadcast']>[1];
export type MakeAdapter = (namespace: Namespace) => Adapter;

/** Gives a text to all sockets that uWebSockets.js has subscribed to a topic; false when there is none. */
export type Publish = (topic: string, text: string) => boolean;

/** How Socket.IO names a room to uWebSockets.js (socket.io/dist/uws.js). */
const SEPARATOR = '\x1f';
/** An Engine.IO message that is a Socket.IO event of the namespace `/`. */
const EVENT = '42';

/**
 * An adapter whose `io.local.to(…).emit(…)` costs little more than the publication itself: one JSON text a message, nothing for a room that
 * nobody of this node is in, and no look at each socket of a room for those that poll, since they are known. Sockets that are named one by
 * one are told natively too. What is emitted is JSON: no buffers.
 */
export function publishNatively(io: LiveServer, publish: Publish, make: MakeAdapter): MakeAdapter {
  const polling = watchPolling(io);
  // No arrow: Socket.IO calls it with `new`.
  return function makeNative(namespace) {
    const adapter = make(namespace);
    const asSocketIo = adapter.broadcast.bind(adapter);
    adapter.broadcast = (packet: { data: unknown[] }, options: Options) => {
      if (namespace.name !== '/' || !options.flags?.local || !tellsNobodyTwice(adapter, options))
        return asSocketIo(packet, options);
      let text: string | null = null;
      for (const room of options.rooms) {
        const people = adapter.rooms.get(room);
        if (!people) continue;
        // Not subscribed although they are in the room: another server of this process was closed, and Socket.IO took its patch back.
        const told = !overlap(people, polling) && publish(`/${SEPARATOR}${room}`, (text ??= EVENT + JSON.stringify(packet.data)));
        if (!told) asSocketIo(packet, { ...options, rooms: new Set([room]) });
      }
    };
    return adapter;
  };
}

/** One room, or sockets by their own rooms. */
function tellsNobodyTwice({ sids }: Adapter, { rooms, except }: Options): boolean {
  if (except && except.size > 0) return false;
  if (rooms.size === 1) return true;
  for (const room of rooms) if (!sids.has(room)) return false;
  return rooms.size > 0;
}

function overlap(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  const [few, many] = some.size < others.size ? [some, others] : [others, some];
  for (const one of few) if (many.has(one)) return true;
  return false;
}

/** The ids of sockets that uWebSockets.js does not know: they poll, until they change to a WebSocket. */
function watchPolling(io: LiveServer): ReadonlySet<string> {
  const polling = new Set<string>();
  io.on('connection', (socket) => {
    const { conn, id } = socket;
    if (conn.transport.name === 'websocket') return;
    polling.add(id);
    const forget = (): void => void polling.delete(id);
    conn.once('upgrade', forget);
    socket.once('disconnect', forget);
  });
  return polling;
}
