import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { createObjectStore, prepareWhenThere } from './object-store.ts';
import { silentLogger, until } from './testing/helpers.ts';

const open: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A store that takes connections and answers with `text`, then says nothing more. */
async function silentStore(text: string) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => void (text && socket.write(text)));
    socket.resume();
  });
  open.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createObjectStore({ endpoint, region: 'us-east-1', bucket: 'any', accessKeyId: 'x', secretAccessKey: 'x', idleMs: 200 });
}

it('gives up a store that takes connections and never answers', async () => {
  const store = await silentStore('');
  await expect(store.getBytes('some/key')).rejects.toThrow();
  await expect(store.put('some/key', Buffer.from('x'), 'text/plain')).rejects.toThrow();
  await expect(store.put('some/key', Readable.from([Buffer.from('x')]), 'text/plain', { bytes: 1 })).rejects.toThrow();
  store.close();
});

it('gives up an object that stops in the middle', async () => {
  const store = await silentStore('HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: text/plain\r\n\r\nhalf');
  await expect(store.getBytes('some/key')).rejects.toThrow();
  store.close();
});

it('lets a process start while the store is away, and prepares it when it is there', async () => {
  let tries = 0;
  const away = { prepare: () => ((tries += 1) < 3 ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve()) };
  const stop = await prepareWhenThere(away, silentLogger(), 10);
  expect(tries).toBe(1);
  await until(() => tries === 3, { what: 'prepared' });
  stop();
});
