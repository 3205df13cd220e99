import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { eq } from 'drizzle-orm';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLiveClient, type LiveClient, type LiveSocket } from '#client/src/lib/live/live-client.ts';
import type { TopicEntry } from '#client/src/lib/live/topic-entry.ts';
import { connectDatabase, type Database } from '#db/connect.ts';
import { documentPages, documents } from '#db/schema/documents.ts';
import { users } from '#db/schema/identity.ts';
import { readReadingQueue } from '#db/document-views.repository.ts';
import { readGarage } from '#db/vehicles.repository.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { documentView } from '#server/documents/document-events.ts';
import { createDocumentsService, type DocumentsService } from '#server/documents/documents.service.ts';
import { createVehiclesService } from '#server/vehicles/vehicles.service.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';
import { createOutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { lossyLine, type Fault, type LossyLine } from './lossy-socket.ts';
import { startTestStack } from './test-stack.ts';

/**
 * The promise of the live mechanism: whatever is lost on the way, the screen ends equal to the database. Real client store, real nodes
 * behind the balancer, real relay, real Redis; messages dropped, doubled and delayed by a generator, processes killed with -9.
 */
const RUNS = Number(process.env['CONVERGENCE_RUNS'] ?? 12);
const SCREENS = 2;
const DOCUMENTS = 3;
const CHECK_EVERY_MS = 500;

let stack: RunningStack;
let database: Database;
let service: DocumentsService;
let cookie: string;
let userId: string;
let documentIds: string[];
const took: number[] = [];
const fates = { passed: 0, dropped: 0, duplicated: 0, delayed: 0, kills: 0, changes: 0 };

beforeAll(async () => {
  stack = await startTestStack('convergence');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', max: 5, applicationName: 'convergence' });
  const deps = {
    db: database.db,
    clock: () => new Date(),
    // Nobody wakes the relay here: the polling alone carries this test.
    notifier: createOutboxNotifier({ notify: () => Promise.resolve(), logger: silentLogger() }),
  };
  service = createDocumentsService({
    ...deps,
    vehicles: createVehiclesService(deps),
    country: 'MG',
    timeZone: 'Indian/Antananarivo',
  });
  await signIn();
  documentIds = await Promise.all(Array.from({ length: DOCUMENTS }, readDocument));
});
afterAll(async () => {
  await database?.close();
  await stack?.stop();
});

async function signIn(): Promise<void> {
  const citizen = stack.signIns.find(({ role }) => role === 'citizen');
  if (!citizen) throw new Error('the seed names no citizen');
  const answer = await fetch(`${stack.origin}/api/auth/sign-in`, {
    method: 'POST',
    headers: { origin: stack.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ identifier: citizen.identifier, password: citizen.password }),
  });
  expect(answer.status).toBe(200);
  cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';', 1)[0])
    .join('; ');
  const [user] = await database.db.select().from(users).where(eq(users.email, citizen.identifier));
  if (!user) throw new Error('the citizen is not in the database');
  userId = user.id;
}

/** A document that has been read and may be corrected. */
async function readDocument(): Promise<string> {
  const [document] = await database.db.insert(documents).values({ userId, status: 'read' }).returning();
  if (!document) throw new Error('no document');
  await database.db.insert(documentPages).values({
    documentId: document.id,
    userId,
    clientId: document.id,
    side: 'recto',
    contentType: 'image/jpeg',
    bytes: 1,
    sha256: '0'.repeat(64),
    width: 100,
    height: 100,
    originalKey: 'ocr-uploads/processed/none.jpg',
  });
  return document.id;
}

interface Screen {
  line: LossyLine;
  client: LiveClient;
  entries: Map<string, TopicEntry>;
}

const topics = (): string[] => [
  ...documentIds.map((id) => topicOf('document', id)),
  topicOf('garage', userId),
  topicOf('reading-queue'),
];

function openScreen(faults: readonly Fault[]): Screen {
  const socket: LiveSocket = io(stack.origin, {
    autoConnect: false,
    forceNew: true,
    transports: ['websocket'],
    extraHeaders: { cookie, origin: stack.origin },
    reconnectionDelay: 50,
    reconnectionDelayMax: 300,
    timeout: 2_000,
  });
  const line = lossyLine(socket, faults);
  const client = createLiveClient({
    socket: line.socket,
    onSessionEnded: (why) => {
      throw new Error(`the session ended: ${why}`);
    },
    checkEveryMs: CHECK_EVERY_MS,
    answerWithinMs: 2_000,
  });
  return { line, client, entries: new Map(topics().map((topic) => [topic, client.watch(topic, () => undefined).entry])) };
}

/** What every screen should show, from the database alone. */
async function truth(): Promise<Map<string, unknown>> {
  const { db } = database;
  const states: [string, unknown][] = await Promise.all([
    ...documentIds.map(async (id): Promise<[string, unknown]> => [topicOf('document', id), await documentView(db, id)]),
    (async (): Promise<[string, unknown]> => [topicOf('garage', userId), await readGarage(db, userId)])(),
    (async (): Promise<[string, unknown]> => [topicOf('reading-queue'), await readReadingQueue(db)])(),
  ]);
  return new Map(states.map(([topic, state]) => [topic, JSON.parse(JSON.stringify(state)) as unknown]));
}

type Action =
  | { do: 'change'; document: number; value: number }
  | { do: 'burst'; value: number }
  | { do: 'kill'; process: string }
  | { do: 'pause'; ms: number };

const actions = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({ do: fc.constant('change' as const), document: fc.nat(DOCUMENTS - 1), value: fc.nat(999_999) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('burst' as const), value: fc.nat(999_999) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pause' as const), ms: fc.nat(150) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      process: fc.constantFrom('node-1', 'node-2', 'relay', 'redis-queues'),
    }),
  },
);
const faults = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Fault>('pass') },
    { weight: 3, arbitrary: fc.constant<Fault>('drop') },
    { weight: 2, arbitrary: fc.constant<Fault>('duplicate') },
    { weight: 3, arbitrary: fc.record({ delayMs: fc.integer({ min: 1, max: 400 }) }) },
  ),
  { minLength: 3, maxLength: 20 },
);

/** One change, told through the outbox like every other. */
async function change(document: number, value: number): Promise<void> {
  const id = documentIds[document];
  if (!id) return;
  fates.changes += 1;
  await service.correctField(userId, id, 'make', `MARQUE ${value}`);
}

async function perform(action: Action, coming: Promise<unknown>[]): Promise<void> {
  if (action.do === 'change') return change(action.document, action.value);
  if (action.do === 'pause') return void (await new Promise((resolve) => setTimeout(resolve, action.ms)));
  if (action.do === 'burst') {
    await Promise.all(documentIds.map((_id, index) => change(index, action.value)));
    return;
  }
  // What was killed comes back while the changes go on.
  const victim = stack.processes.get(action.process);
  if (!victim) throw new Error(`no process ${action.process}`);
  await Promise.all(coming);
  fates.kills += 1;
  victim.kill('SIGKILL');
  coming.push(victim.restart());
}

it(
  'whatever is lost, doubled, delayed or killed, every screen ends equal to the database',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(actions, { minLength: 4, maxLength: 20 }),
        fc.tuple(faults, faults),
        fc.boolean(),
        async (sequence, lines, lastIsLost) => {
          const screens = lines.slice(0, SCREENS).map(openScreen);
          const coming: Promise<unknown>[] = [];
          try {
            for (const action of sequence) await perform(action, coming);
            await Promise.all(coming);
            if (lastIsLost) for (const { line } of screens) line.deaf = true;
            await change(0, 1_000_000 + fates.changes);
            const started = performance.now();
            const expected = await truth();
            await until(
              () =>
                screens.every(({ entries }) =>
                  [...expected].every(([topic, state]) => isDeepStrictEqual(entries.get(topic)?.state, state)),
                ),
              { timeoutMs: 20_000, everyMs: 5, what: 'every screen equal to the database' },
            );
            took.push(performance.now() - started);
          } finally {
            await Promise.allSettled(coming);
            for (const { client, line } of screens) {
              client.close();
              for (const fate of ['passed', 'dropped', 'duplicated', 'delayed'] as const) fates[fate] += line.counts[fate];
            }
          }
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
    took.sort((a, b) => a - b);
    const share = (p: number): string => `${Math.round(took[Math.min(took.length - 1, Math.floor(took.length * p))] ?? 0)} ms`;
    console.log(
      `converged in ${took.length} runs of ${took.length}: median ${share(0.5)}, slowest ${share(1)} after the last change ` +
        `(a lost last message is found by the question asked every ${CHECK_EVERY_MS} ms here, 30 s in production); ${JSON.stringify(fates)}`,
    );
    expect(fates.dropped).toBeGreaterThan(0);
  },
  RUNS * 30_000,
);
