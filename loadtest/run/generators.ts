import { fork, type ChildProcess } from 'node:child_process';
import type { ActFigures, ActName } from '../acts/act-types.ts';
import { addTallies, type Tally } from '../live/tally.ts';
import { KINDS, noFigures, type CrowdFigures, type CrowdState, type CrowdUser, type FinalState } from '../live/crowd-types.ts';
import type { Order } from './generator-process.ts';

/** Virtual users of several processes as one crowd. */
export interface Generators {
  pids: number[];
  /** Brings more of them, so many a second over all processes; resolves when the last has set out. */
  arrive(users: readonly CrowdUser[], perSecond: number, slowShare?: number): Promise<void>;
  drop(share?: number): Promise<void>;
  /** Agents open their counters and tills. */
  comeToWork(): Promise<void>;
  /** Lets so many begin an act, of whatever process has somebody who is free; answers how many did. */
  act(act: ActName, count: number, backInMs: number): Promise<number>;
  /** Lets such a share of the lines stand still for up to so long, and breaks such a share. */
  stall(share: number, mostMs: number, broken: number): Promise<void>;
  /** Slow readers are slow no more. */
  mend(): Promise<void>;
  state(): Promise<CrowdState>;
  /** Since the last call. */
  takeFigures(): Promise<CrowdFigures>;
  finals(): Promise<FinalState[]>;
  stop(): void;
}

/** @param range first number of the loopback ranges that the source addresses come from: `127.<range + process>.y.z` */
export async function startGenerators(given: {
  origin: string;
  port: number;
  processes: number;
  range: number;
}): Promise<Generators> {
  const children = Array.from({ length: given.processes }, () =>
    fork(new URL('./generator-process.ts', import.meta.url), [], {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  );
  const asks = children.map(asker);
  const all = async <T>(order: Order): Promise<T[]> => Promise.all(asks.map(async (ask) => (await ask(order)) as T));
  await Promise.all(
    asks.map((ask, index) =>
      ask({ do: 'begin', options: { host: '127.0.0.1', port: given.port, origin: given.origin, range: given.range + index } }),
    ),
  );
  let turn = 0;
  return {
    pids: children.flatMap(({ pid }) => pid ?? []),
    async arrive(users, perSecond, slowShare = 0) {
      await Promise.all(
        asks.map((ask, index) =>
          ask({
            ...{ do: 'arrive', slowShare },
            users: users.filter((_, at) => at % asks.length === index).map(crowdUser),
            perSecond: perSecond / asks.length,
          }),
        ),
      );
    },
    async drop(share = 1) {
      await all({ do: 'drop', share });
    },
    async comeToWork() {
      await all({ do: 'come-to-work' });
    },
    async act(act, count, backInMs) {
      let begun = 0;
      for (let tried = 0; tried < asks.length && begun < count; tried += 1) {
        turn = (turn + 1) % asks.length;
        begun += Number(await asks[turn]?.({ do: 'act', act, count: count - begun, backInMs }));
      }
      return begun;
    },
    async stall(share, mostMs, broken) {
      await all({ do: 'stall', share, mostMs, broken });
    },
    async mend() {
      await all({ do: 'mend' });
    },
    async state() {
      const states = await all<CrowdState>({ do: 'state' });
      return states.reduce((sum, one) => ({
        users: sum.users + one.users,
        connected: sum.connected + one.connected,
        settled: sum.settled + one.settled,
        acting: sum.acting + one.acting,
      }));
    },
    takeFigures: async () => addFigures(await all<CrowdFigures>({ do: 'figures' })),
    finals: async () => (await all<FinalState[]>({ do: 'finals' })).flat(),
    stop() {
      for (const child of children) child.kill('SIGTERM');
    },
  };
}

const crowdUser = ({ cookie, topics, part }: CrowdUser): CrowdUser => ({ cookie, topics, ...(part && { part }) });

function asker(child: ChildProcess): (order: Order) => Promise<unknown> {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let next = 0;
  child.on('message', (answer: { id: number; result?: unknown; error?: string }) => {
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.error === undefined) one?.resolve(answer.result);
    else one?.reject(new Error(`a generator failed: ${answer.error}`));
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`a generator ended (${signal ?? code})`));
  });
  return (order) =>
    new Promise((resolve, reject) => {
      next += 1;
      waiting.set(next, { resolve, reject });
      child.send({ id: next, order }, (error) => error && reject(error));
    });
}

export function addFigures(list: readonly CrowdFigures[]): CrowdFigures {
  const sum = noFigures();
  const tally = (of: (one: CrowdFigures) => Tally): Tally => addTallies(list.map(of));
  for (const kind of KINDS) {
    sum.screens[kind] = tally(({ screens }) => screens[kind]);
    sum.received[kind] = list.reduce((count, { received }) => count + received[kind], 0);
  }
  for (const name of ['handshakes', 'acknowledgements', 'returns'] as const) sum[name] = tally((one) => one[name]);
  for (const name of ['gaps', 'snapshots', 'unchanged', 'resyncs', 'drains', 'checks', 'behind', 'bytes'] as const)
    sum[name] = list.reduce((count, one) => count + one[name], 0);
  for (const { errors, acts } of list) {
    addCounts(sum.errors, errors);
    addActs(sum.acts, acts);
  }
  return sum;
}

function addActs(sum: ActFigures, one: ActFigures): void {
  addCounts(sum.done, one.done);
  addCounts(sum.failed, one.failed);
  for (const kind of ['answers', 'screens'] as const)
    for (const [step, tally] of Object.entries(one[kind])) sum[kind][step] = addTallies([sum[kind][step] ?? {}, tally]);
}

function addCounts(sum: Record<string, number>, counts: Record<string, number>): void {
  for (const [what, count] of Object.entries(counts)) sum[what] = (sum[what] ?? 0) + count;
}
