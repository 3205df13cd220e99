import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Texts that were signed: their signatures (base64url) in the same order. */
export interface Signing {
  /** The nth signature; waits until it is made. */
  signature(number: number): Promise<string> | string;
  /** Ends the process. */
  stop(): Promise<void>;
}

const BATCH = 4_000;
/** Enough that it never waits for who writes, and looks at its messages now and then. */
const AHEAD = 100;

/**
 * Signs millions of texts in a process of its own, beside the writing of the tables: 30 µs of a core each. The key goes to it by a message,
 * never by its command line.
 */
export function startSigning(setting: string, texts: Iterable<string>): Signing {
  const child: ChildProcess = fork(new URL('./signer-process.ts', import.meta.url), [], {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const source = texts[Symbol.iterator]();
  const signed: (readonly string[])[] = [];
  let waiting: { batch: number; resolve: () => void; reject: (error: Error) => void }[] = [];
  let fault: Error | null = null;
  const fail = (error: Error): void => {
    fault ??= error;
    for (const one of waiting) one.reject(fault);
    waiting = [];
  };

  function feed(): void {
    const batch: string[] = [];
    for (let next = source.next(); !next.done; next = source.next()) if (batch.push(next.value) === BATCH) break;
    if (batch.length > 0 && child.connected) child.send(batch);
  }
  child.on('message', (signatures: string[]) => {
    signed.push(signatures);
    waiting = waiting.filter((one) => {
      if (one.batch >= signed.length) return true;
      one.resolve();
      return false;
    });
    feed();
  });
  child.once('error', fail);
  child.once('exit', (code, signal) => fail(new Error(`the signer ended: ${code ?? signal}`)));
  child.send(setting);
  for (let batch = 0; batch < AHEAD; batch += 1) feed();

  return {
    signature(number) {
      const [batch, place] = [Math.floor(number / BATCH), number % BATCH];
      const found = signed[batch]?.[place];
      if (found !== undefined) return found;
      return new Promise<void>((resolve, reject) => {
        if (fault) reject(fault);
        else waiting.push({ batch, resolve, reject });
      }).then(() => signed[batch]?.[place] ?? '');
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
