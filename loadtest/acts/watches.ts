import { ActError } from './act-types.ts';

interface Watch {
  topic: string;
  /** True: it needs no more states. */
  look: (state: unknown) => boolean;
}

/** What somebody who acts waits to see on their screen. */
export class Watches {
  private waiting: Watch[] = [];

  /** The screen shows another state of a topic. */
  tell(topic: string, state: unknown): void {
    if (this.waiting.length > 0) this.waiting = this.waiting.filter((one) => one.topic !== topic || !one.look(state));
  }

  /** @param now what the screen shows already; null: nothing yet. @throws ActError NOT_SHOWN, and whatever the question throws */
  until<T>(topic: string, now: unknown, question: (state: never) => T | null, withinMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const watch: Watch = {
        topic,
        look: (state) => {
          if (state === null) return false;
          try {
            const answer = question(state as never);
            if (answer === null) return false;
            resolve(answer);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
          clearTimeout(timer);
          return true;
        },
      };
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((one) => one !== watch);
        reject(new ActError('NOT_SHOWN'));
      }, withinMs);
      if (!watch.look(now)) this.waiting.push(watch);
    });
  }
}
