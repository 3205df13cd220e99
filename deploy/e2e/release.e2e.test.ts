import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startStack, type RunningStack } from '#deploy/local/stack.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { gatherCrowd, uploadSlowly, type Crowd } from './crowd.ts';

/** Four nodes behind two balancer processes are started anew one after the other, under people who go on working. */
const PEOPLE = 200;
const NODES = 4;
let stack: RunningStack;
let database: Database;
let crowd: Crowd;

beforeAll(async () => {
  stack = await startStack({
    ...{ directory: path.join(localDirectory, 'e2e-release'), disposable: true, nodes: NODES, balancers: 2 },
    processEnvironment: { DRAIN_SECONDS: '3' },
  });
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', max: 8, applicationName: 'e2e-release' });
  // Photographs are taken and wait: a reading takes a core for seconds.
  await stack.processes.get('ocr')?.stop();
  crowd = await gatherCrowd(stack, database, PEOPLE);
});
afterAll(async () => {
  crowd?.close();
  await database?.close();
  await stack?.stop();
});

it('a release of every node is seen by nobody: no error, nothing lost, no upload cut', async () => {
  const { people } = crowd;
  const live = (): boolean => people.every(({ client }) => client.status === 'live');
  await until(live, { what: 'all are connected', timeoutMs: 60_000 });
  people.forEach((page) => (page.offline = 0));
  const pids = [...stack.processes].filter(([name]) => name.startsWith('node-')).map(([, { pid }]) => pid);
  const before = new Set(people.map(({ socket }) => socket.id));
  const stop = crowd.work(2_000);
  await until(() => crowd.answered > 0, { what: 'they work' });

  const photograph = readFileSync(path.join(checkout, 'deploy', 'samples', '002_mild_card_recto.jpg'));
  const uploads: Promise<number>[] = [];
  let released = false;
  // At any moment of the release, uploads are under way to every node.
  const uploading = (async () => {
    for (let next = 0; !released; next += 1) {
      const page = people[(next * 7) % PEOPLE];
      if (page) uploads.push(uploadSlowly(stack, page, photograph, 3));
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  })();
  const began = performance.now();
  const lines: string[] = [];
  await stack.release((line) => lines.push(line)).finally(() => (released = true));
  const took = (performance.now() - began) / 1_000;
  await uploading;
  await stop();

  expect(lines).toHaveLength(NODES);
  expect([...stack.processes].filter(([name, { pid }]) => name.startsWith('node-') && pids.includes(pid))).toEqual([]);
  expect(people.filter(({ socket }) => before.has(socket.id))).toEqual([]);
  expect(crowd.errors).toEqual([]);
  const statuses = await Promise.all(uploads);
  expect(statuses.filter((status) => status !== 201)).toEqual([]);
  expect(people.reduce((sum, { offline }) => sum + offline, 0)).toBe(0);
  await until(async () => (await crowd.wrong()).length === 0, { what: 'every screen shows what the database has' });
  const [told] = await database.db.execute<{ count: number }>(
    sql`select count(*)::int as count from outbox where name = 'document.corrected'`,
  );
  // Each answered command stands in the database once, and none that was not answered.
  expect(told?.count).toBe(crowd.answered);
  console.log(
    `${NODES} nodes in ${took.toFixed(1)} s under ${PEOPLE} people: ${crowd.answered} commands answered, ${uploads.length} uploads taken, no error`,
  );
});
