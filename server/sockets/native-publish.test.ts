import { EventEmitter } from 'node:events';
import { createAdapter } from '@socket.io/redis-adapter';
import { io as connect, type Socket as Client } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveMessage } from '#shared/contracts/topics.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';
import { createSocketEngine, type SocketEngine } from './engine.ts';

/** The adapter's line to other nodes, of which there are none. */
const noRedis = () => {
  const nothing = async () => 0;
  const commands = { publish: nothing, subscribe: nothing, psubscribe: nothing, unsubscribe: nothing, punsubscribe: nothing };
  return Object.assign(new EventEmitter(), commands);
};
const ORIGIN = 'http://natively.test';
const message = (seq: number): LiveMessage => ({
  topic: 'channels',
  seq,
  state: { 'é"\u2028': [seq, null] },
  at: '2026-01-01T00:00:00Z',
});

describe.each(['auto', 'ws'] as const)('what is emitted to this node’s own, engine %s', (wanted) => {
  let engine: SocketEngine;
  let port: number;
  let clients: Client[] = [];
  beforeEach(async () => {
    engine = await createSocketEngine({ wanted, origins: [ORIGIN], logger: silentLogger() });
    const { io } = engine;
    io.adapter(engine.adapted(createAdapter(noRedis(), noRedis())));
    io.on('connection', (socket) => socket.join('all'));
    port = await engine.listen('127.0.0.1', 0);
  });
  afterEach(async () => {
    clients.forEach((client) => client.close());
    clients = [];
    await engine.close();
  });

  async function enter(transports: ('websocket' | 'polling')[]): Promise<{ id: string; heard: LiveMessage[]; client: Client }> {
    const client = connect(`http://127.0.0.1:${port}`, { transports, forceNew: true, extraHeaders: { origin: ORIGIN } });
    clients.push(client);
    const heard: LiveMessage[] = [];
    client.on('live', (one: LiveMessage) => heard.push(one));
    await until(() => client.connected, { what: 'connected' });
    await until(() => engine.io.sockets.adapter.rooms.get('all')?.has(client.id ?? ''), { what: 'in the room' });
    return { id: client.id ?? '', heard, client };
  }
  /** Emits one more for all, after which everybody has heard what came before. */
  async function heardBy(everybody: { heard: LiveMessage[] }[]): Promise<number[][]> {
    engine.io.local.to('all').emit('live', message(99));
    await until(() => everybody.every(({ heard }) => heard.at(-1)?.seq === 99), { what: 'the last is heard' });
    return everybody.map(({ heard }) => heard.slice(0, -1).map(({ seq }) => seq));
  }

  it('reaches a room, once each, in its order, as it was: by WebSocket, by polling and after the change', async () => {
    const everybody = await Promise.all([enter(['websocket']), enter(['polling']), enter(['polling', 'websocket'])]);
    const changed = everybody[2]?.client;
    await until(() => changed?.io.engine.transport.name === 'websocket', { what: 'changed to a WebSocket' });
    for (const seq of [1, 2, 3]) engine.io.local.to('all').emit('live', message(seq));
    expect(await heardBy(everybody)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    for (const { heard } of everybody) expect(heard[0]).toEqual(message(1));
  });

  it('reaches sockets that are named, and nobody else', async () => {
    const everybody = await Promise.all([enter(['websocket']), enter(['polling']), enter(['websocket'])]);
    const [first, second] = everybody.map(({ id }) => id);
    engine.io.local.to([first ?? '', second ?? '']).emit('live', message(1));
    engine.io.local.to(second ?? '').emit('live', message(2));
    engine.io.local.to('nobody').emit('live', message(3));
    expect(await heardBy(everybody)).toEqual([[1], [1, 2], []]);
  });

  it('reaches nobody twice who is in two of its rooms, and not who is excepted', async () => {
    const everybody = await Promise.all([enter(['websocket']), enter(['websocket'])]);
    const [first, second] = everybody.map(({ id }) => id);
    engine.io.local.to(['all', first ?? '']).emit('live', message(1));
    engine.io.local
      .to('all')
      .except(second ?? '')
      .emit('live', message(2));
    expect(await heardBy(everybody)).toEqual([[1, 2], [1]]);
  });

  it('reaches who polls no more when they have left', async () => {
    const [stays, goes] = [await enter(['websocket']), await enter(['polling'])];
    goes.client.close();
    await until(() => engine.io.sockets.adapter.rooms.get('all')?.size === 1, { what: 'gone' });
    engine.io.local.to('all').emit('live', message(1));
    expect(await heardBy([stays])).toEqual([[1]]);
    expect(goes.heard).toEqual([]);
  });
});
