import { fork, type ChildProcess } from 'node:child_process';

/** A process of the bench that does what it is asked to. */
export interface Child<Order> {
  ask<Result>(order: Order): Promise<Result>;
  stop(): void;
}

type Answer = { id: number; result?: unknown; error?: string };

export function startChild<Order>(script: URL, nodeOptions: readonly string[] = []): Child<Order> {
  const process = fork(script, [], {
    execArgv: [...nodeOptions, '--import', 'tsx'],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = awaitAnswers(process);
  let next = 0;
  return {
    ask: <Result>(order: Order) =>
      new Promise<Result>((resolve, reject) => {
        next += 1;
        waiting.set(next, { resolve: resolve as (result: unknown) => void, reject });
        process.send({ id: next, order }, (error) => error && reject(error));
      }),
    stop: () => void process.kill('SIGTERM'),
  };
}

type Waiting = Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>;

function awaitAnswers(child: ChildProcess): Waiting {
  const waiting: Waiting = new Map();
  child.on('message', ({ id, result, error }: Answer) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(result);
    else one?.reject(new Error(`a process of the bench failed: ${error}`));
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`a process of the bench ended (${signal ?? code})`));
  });
  return waiting;
}

/** The child's side: each order is answered with what `carryOut` makes of it. */
export function answerOrders<Order>(carryOut: (order: Order) => Promise<unknown>): void {
  process.on('message', ({ id, order }: { id: number; order: Order }) => {
    carryOut(order).then(
      (result) => process.send?.({ id, result: result ?? null } satisfies Answer),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer),
    );
  });
  process.on('disconnect', () => process.exit());
}
