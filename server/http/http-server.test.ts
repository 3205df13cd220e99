import { Agent, get } from 'node:http';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { HttpEnvironment } from './environment.ts';
import { startHttpServer } from './http-server.ts';

const ask = (port: number, path: string, agent?: Agent): Promise<{ text: string; connection: string | undefined }> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, ...(agent ? { agent } : {}) }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ text, connection: response.headers.connection }));
    }).on('error', reject);
  });

function slowApp() {
  let finish = (): void => undefined;
  let arrived = (): void => undefined;
  const running = new Promise<void>((resolve) => (arrived = resolve));
  const app = new Hono<HttpEnvironment>()
    .get('/quick', (c) => c.text('quick'))
    .get('/slow', async (c) => {
      arrived();
      await new Promise<void>((resolve) => (finish = resolve));
      return c.text('done');
    });
  return { app, running, finish: () => finish() };
}

describe('closing', () => {
  it('lets a running request finish, takes no new one, and closes connections kept alive', async () => {
    const { app, running, finish } = slowApp();
    const server = await startHttpServer(app, { host: '127.0.0.1', port: 0 });
    const agent = new Agent({ keepAlive: true });
    expect((await ask(server.port, '/quick', agent)).text).toBe('quick');
    const slow = ask(server.port, '/slow', agent);
    await running;
    const closed = server.close(10_000);
    await expect(ask(server.port, '/quick')).rejects.toThrow('ECONNREFUSED');
    finish();
    expect((await slow).text).toBe('done');
    await closed;
    agent.destroy();
  });

  it('waits no longer than it is told to', async () => {
    const { app, running } = slowApp();
    const server = await startHttpServer(app, { host: '127.0.0.1', port: 0 });
    const slow = ask(server.port, '/slow');
    await running;
    await Promise.all([server.close(50), expect(slow).rejects.toThrow()]);
  });

  it('refuses a port that is taken', async () => {
    const { app } = slowApp();
    const server = await startHttpServer(app, { host: '127.0.0.1', port: 0 });
    await expect(startHttpServer(app, { host: '127.0.0.1', port: server.port })).rejects.toThrow('EADDRINUSE');
    await server.close(100);
  });
});
