import type { Server, Socket } from 'socket.io';
import type { LiveServer } from './engine.ts';

type Adapter = LiveServer['sockets']['adapter'];
type MakeAdapter = Extract<NonNullable<ReturnType<Server['adapter']>>, (namespace: never) => unknown>;
type Broadcast = Parameters<Adapter['broadcast']>;
type Options = Broadcast[1];

/** Gives a text to all sockets that uWebSockets.js has subscribed to a topic. */
export type Publish = (topic: string, text: string) => void;

/** How Socket.IO names a room to uWebSockets.js (socket.io/dist/uws.js). */
const SEPARATOR = '\x1f';
/** An Engine.IO message that is a Socket.IO event of the namespace `/`. */
const EVENT = '42';

/**
 * An adapter whose `io.local.to(…).emit(…)` costs little more than the publication itself: one JSON text a message, nothing of a room that
 * nobody of this node is in, and no look at each socket of the room for those that poll; they are known. Socket.IO's own way costs a
 * person's message 10 µs more (`npm run bench:sockets`). What is emitted is JSON: no buffers, no acknowledgement.
 */
export function publishNatively(io: LiveServer, publish: Publish, make: MakeAdapter): MakeAdapter {
  const polling = watchPolling(io);
  return (namespace) => {
    const adapter: Adapter = make(namespace);
    const asSocketIo = adapter.broadcast.bind(adapter);
    adapter.broadcast = (packet: { data: unknown[] }, options: Options) => {
      if (namespace.name !== '/' || !options.flags?.local || !reachNobodyTwice(adapter, options))
        return asSocketIo(packet, options);
      const rooms = [...options.rooms].filter((room) => adapter.rooms.has(room));
      if (rooms.length === 0) return;
      if (rooms.some((room) => somebodyPolls(polling, room))) return asSocketIo(packet, options);
      const text = EVENT + JSON.stringify(packet.data);
      for (const room of rooms) publish(`/${SEPARATOR}${room}`, text);
    };
    return adapter;
  };
}

/** One room, or sockets by their own rooms. */
const reachNobodyTwice = ({ sids }: Adapter, { rooms, except }: Options): boolean =>
  (except?.size ?? 0) === 0 && (rooms.size === 1 || (rooms.size > 1 && [...rooms].every((room) => sids.has(room))));

const somebodyPolls = (polling: ReadonlySet<Socket>, room: string): boolean => {
  for (const socket of polling) if (socket.rooms.has(room)) return true;
  return false;
};

/** The sockets that uWebSockets.js does not know: they poll, until they change to a WebSocket. */
function watchPolling(io: LiveServer): ReadonlySet<Socket> {
  const polling = new Set<Socket>();
  io.on('connection', (socket) => {
    const { conn } = socket;
    if (conn.transport.name === 'websocket') return;
    polling.add(socket);
    const forget = (): void => void polling.delete(socket);
    conn.once('upgrade', forget);
    socket.once('disconnect', forget);
  });
  return polling;
}
