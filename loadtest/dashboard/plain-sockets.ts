import { randomBytes, randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import type { Db } from '#db/connect.ts';
import { sessions, users } from '#db/schema/identity.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { createSessionCookie } from '#server/identity/session-cookie.ts';
import { send, type TestSocket } from '#server/testing/node-fixture.ts';
import { DashboardView, NATIONAL } from '#shared/contracts/dashboards.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { deriveKey } from '#shared/node/keys.ts';
import type { Received } from './watched-pages.ts';

const TOPIC = topicOf('dashboard', NATIONAL);

/** The cookie of an administrator who has signed in with both steps, as a browser has it. */
export async function administrator(stack: RunningStack, db: Db): Promise<{ name: string; value: string }> {
  const [userId, sessionId] = [randomUUID(), randomUUID()];
  const token = `${sessionId}${randomBytes(24).toString('base64url')}`;
  await db.insert(users).values({ id: userId, name: 'Voahangy Rasoa', email: `${userId}@example.mg`, role: 'administrator' });
  const expiresAt = new Date(Date.now() + 3_600_000);
  await db.insert(sessions).values({ id: sessionId, userId, token, expiresAt, secondFactorAt: new Date() });
  const key = deriveKey(stack.env['AUTH_SECRET'] ?? '', 'session-cookie').toString('base64url');
  const [pair = ''] = createSessionCookie({ publicOrigin: stack.origin, key }).issue(token).split(';', 1);
  return { name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1) };
}

/** A socket without a page, through the balancer; with every state that came. */
export interface PlainSocket {
  received: Received[];
  /** Asks for the state, as a page does that comes. Milliseconds that it took. */
  ask(): Promise<number>;
  close(): void;
}

export async function plainSocket(stack: RunningStack, cookie: { name: string; value: string }): Promise<PlainSocket> {
  const sticky = (await fetch(`${stack.origin}/readyz`)).headers.getSetCookie().map((one) => one.split(';', 1)[0]);
  const headers = { cookie: [`${cookie.name}=${cookie.value}`, ...sticky].join('; '), origin: stack.origin };
  const socket: TestSocket = io(stack.origin, { forceNew: true, transports: ['websocket'], extraHeaders: headers });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const received: Received[] = [];
  socket.on('live', ({ topic, state }) => {
    const at = Date.now();
    if (topic !== TOPIC) return;
    const { periods, asOf } = state as DashboardView;
    received.push({ at, count: periods.year.collected.count, asOf: Date.parse(asOf), bytes: 0 });
  });
  const ask = async (): Promise<number> => {
    const began = performance.now();
    const answer = await send(socket, 'live:subscribe', { topic: TOPIC });
    if ('error' in answer) throw new Error(`not subscribed: ${answer.error.code}`);
    const ms = performance.now() - began;
    DashboardView.parse(answer.data.state);
    return ms;
  };
  await ask();
  return { received, ask, close: () => socket.disconnect() };
}
