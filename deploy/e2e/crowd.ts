import { randomBytes, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { io } from 'socket.io-client';
import { createLiveClient, type LiveClient, type LiveSocket } from '#client/src/lib/live/live-client.ts';
import type { TopicEntry } from '#client/src/lib/live/topic-entry.ts';
import type { Database } from '#db/connect.ts';
import { documentPages, documents } from '#db/schema/documents.ts';
import { sessions, users } from '#db/schema/identity.ts';
import { readGarage } from '#db/vehicles.repository.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { documentView } from '#server/documents/document-events.ts';
import { createSessionCookie } from '#server/identity/session-cookie.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { deriveKey } from '#shared/node/keys.ts';

/** People with a page each, as their browsers have it: the real client store over the balancer, with the balancer's cookie. */
export interface Crowd {
  people: Page[];
  /** Commands that were answered, and the errors that somebody would have seen. */
  answered: number;
  errors: string[];
  /** Everybody corrects something in their document, now and then, until it is stopped. */
  work(everyMs: number): () => Promise<void>;
  /** Whose screens do not show what the database has. */
  wrong(): Promise<string[]>;
  close(): void;
}

export interface Page {
  userId: string;
  documentId: string;
  cookie: string;
  client: LiveClient;
  socket: LiveSocket;
  entries: Map<string, TopicEntry>;
  /** How often the page was seen offline, which is what people see. */
  offline: number;
}

/** `through`: where they connect to, when it is not the balancer itself. */
export type CrowdStack = Pick<RunningStack, 'origin' | 'env'> & { through?: string };

export async function gatherCrowd(stack: CrowdStack, database: Database, size: number): Promise<Crowd> {
  const key = deriveKey(stack.env['AUTH_SECRET'] ?? '', 'session-cookie').toString('base64url');
  const cookies = createSessionCookie({ publicOrigin: stack.origin, key });
  const people = await Promise.all(
    Array.from({ length: size }, async () => {
      const { userId, documentId, token } = await register(database);
      // As a browser has it: the balancer's cookie too, which leads back to the same node.
      const sticky = (await fetch(`${stack.origin}/readyz`)).headers.getSetCookie();
      const cookie = [cookies.issue(token), ...sticky].map((one) => one.split(';', 1)[0]).join('; ');
      return openPage(stack, userId, documentId, cookie);
    }),
  );
  const crowd: Crowd = {
    people,
    answered: 0,
    errors: [],
    work(everyMs) {
      let stopped = false;
      const each = people.map(async ({ client, documentId }, index) => {
        for (let turn = 0; !stopped; turn += 1) {
          await pause(everyMs * (0.5 + Math.random()));
          if (stopped) return;
          await client.command('document:correct-field', { documentId, name: 'make', value: `MARQUE ${index} ${turn}` }).then(
            () => (crowd.answered += 1),
            (error: unknown) => crowd.errors.push(error instanceof AppError ? error.code : String(error)),
          );
        }
      });
      return async () => {
        stopped = true;
        await Promise.all(each);
      };
    },
    async wrong() {
      const faults = await Promise.all(
        people.map(async ({ userId, documentId, entries }) => {
          const truth: [string, unknown][] = [
            [topicOf('document', documentId), await documentView(database.db, documentId)],
            [topicOf('garage', userId), await readGarage(database.db, userId)],
          ];
          return truth.flatMap(([topic, state]) =>
            isDeepStrictEqual(entries.get(topic)?.state, JSON.parse(JSON.stringify(state))) ? [] : [topic],
          );
        }),
      );
      return faults.flat();
    },
    close: () => people.forEach(({ client }) => client.close()),
  };
  return crowd;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A person with a session and a document that was read and may be corrected. */
async function register({ db }: Database): Promise<{ userId: string; documentId: string; token: string }> {
  const [userId, sessionId] = [randomUUID(), randomUUID()];
  const token = `${sessionId}${randomBytes(24).toString('base64url')}`;
  await db.insert(users).values({ id: userId, name: 'Rakoto', email: `${userId}@example.mg` });
  const expiresAt = new Date(Date.now() + 3_600_000);
  await db.insert(sessions).values({ id: sessionId, userId, token, expiresAt, secondFactorAt: new Date() });
  const [document] = await db.insert(documents).values({ userId, status: 'read' }).returning();
  if (!document) throw new Error('no document');
  await db.insert(documentPages).values({
    ...{ documentId: document.id, userId, clientId: document.id, side: 'recto', contentType: 'image/jpeg', bytes: 1 },
    ...{ sha256: '0'.repeat(64), width: 100, height: 100, originalKey: 'ocr-uploads/processed/none.jpg' },
  });
  return { userId, documentId: document.id, token };
}

function openPage(stack: CrowdStack, userId: string, documentId: string, cookie: string): Page {
  const headers = { cookie, origin: stack.origin };
  const socket: LiveSocket = io(stack.through ?? stack.origin, {
    ...{ autoConnect: false, forceNew: true, transports: ['websocket'], extraHeaders: headers },
    ...{ reconnectionDelay: 100, reconnectionDelayMax: 1_000, timeout: 5_000 },
  });
  const client = createLiveClient({ socket, onSessionEnded: () => undefined, checkEveryMs: 2_000 });
  const topics = [topicOf('document', documentId), topicOf('garage', userId)];
  const entries = new Map(topics.map((topic) => [topic, client.watch(topic, () => undefined).entry]));
  const page: Page = { userId, documentId, cookie, client, socket, entries, offline: 0 };
  let before = client.status;
  client.onConnection(() => {
    if (client.status === 'offline' && before !== 'offline') page.offline += 1;
    before = client.status;
  });
  return page;
}

/** Sends a photograph slowly, as over a bad line, and again, as a page does, when it is told to come back; the status of the answer. */
export async function uploadSlowly(stack: RunningStack, page: Page, photograph: Buffer, seconds: number): Promise<number> {
  const clientId = randomUUID();
  const status = await uploadOnce(stack, page, photograph, seconds, clientId);
  return status === 503 ? uploadOnce(stack, page, photograph, seconds, clientId) : status;
}

function uploadOnce(stack: RunningStack, page: Page, photograph: Buffer, seconds: number, clientId: string): Promise<number> {
  const { hostname, port } = new URL(stack.origin);
  const agent = new Agent({ keepAlive: false });
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ hostname, port, method: 'POST', agent, path: `/api/documents?clientId=${clientId}&side=recto` },
      headers: {
        ...{ cookie: page.cookie, origin: stack.origin, 'content-type': 'image/jpeg' },
        'content-length': photograph.length,
      },
    });
    sent.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.once('error', reject);
    void (async () => {
      const parts = 20;
      const size = Math.ceil(photograph.length / parts);
      for (let part = 0; part < parts && !sent.destroyed; part += 1) {
        sent.write(photograph.subarray(part * size, (part + 1) * size));
        await pause((seconds * 1_000) / parts);
      }
      sent.end();
    })();
  });
}
