import type { LiveSocket } from '#client/src/lib/live/live-client.ts';
import type { LiveMessage } from '#shared/contracts/topics.ts';

/** What becomes of one live message on its way to the screen. */
export type Fault = 'pass' | 'drop' | 'duplicate' | { delayMs: number };

export interface LossyLine {
  socket: LiveSocket;
  /** While true nothing arrives: the last message is lost, with none after it. */
  deaf: boolean;
  /** How many messages met which fate. */
  readonly counts: { passed: number; dropped: number; duplicated: number; delayed: number };
}

/** A socket whose live messages go through faults, in turn; everything else is the real socket. */
export function lossyLine(real: LiveSocket, faults: readonly Fault[]): LossyLine {
  const counts = { passed: 0, dropped: 0, duplicated: 0, delayed: 0 };
  let next = 0;
  const line: LossyLine = { socket: real, deaf: false, counts };

  function convey(message: LiveMessage, arrive: (message: LiveMessage) => void): void {
    const fault = line.deaf ? 'drop' : (faults[next++ % faults.length] ?? 'pass');
    if (fault === 'drop') {
      counts.dropped += 1;
    } else if (fault === 'duplicate') {
      counts.duplicated += 1;
      arrive(message);
      setTimeout(() => arrive(message), 30);
    } else if (fault === 'pass') {
      counts.passed += 1;
      arrive(message);
    } else {
      counts.delayed += 1;
      setTimeout(() => arrive(message), fault.delayMs);
    }
  }

  const { on } = real;
  line.socket = Object.assign(real, {
    on(event: string, listener: (...args: never[]) => void) {
      const arrive = listener as (message: LiveMessage) => void;
      const heard = event === 'live' ? (message: LiveMessage) => convey(message, arrive) : listener;
      return Reflect.apply(on, real, [event, heard]) as LiveSocket;
    },
  });
  return line;
}
