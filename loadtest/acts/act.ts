import { note, type Tally } from '../live/tally.ts';
import type { ActFigures } from './act-types.ts';

/** What an act needs of a page: its line and its topics. */
export interface Page {
  /** Connected, and all topics read. */
  readonly isThere: boolean;
  /** Asks for the topic, as a page that is opened does; held from then on, and compared with SQL at the end like the others. */
  hold(topic: string): void;
  /** What the screen shows of a topic; null: nothing yet. */
  stateOf(topic: string): unknown;
  /** Sends a command. @throws ActError with the code of the refusal, or NO_ANSWER */
  command(name: string, input: unknown): Promise<unknown>;
  /**
   * Waits until what the screen shows of a topic answers the question (null: not yet).
   * @throws ActError NOT_SHOWN after so long, and whatever the question throws
   */
  shown<T>(topic: string, question: (state: never) => T | null, withinMs: number): Promise<T>;
  /** Closes the tab and opens it again; resolves when all topics are read, with the milliseconds since it was opened. */
  leaveAndReturn(backInMs: number, withinMs: number): Promise<number>;
  /** Where the person's connections come from, and their cookies. */
  readonly from: string | undefined;
  readonly cookie: string;
}

/** Commands and everything on a screen that no person and no operator has to be waited for. */
export const SOON_MS = 10_000;

/** A page in the hands of somebody, whose presses are measured. */
export class Hands {
  constructor(
    readonly page: Page,
    private readonly figures: () => ActFigures,
  ) {}

  /** Presses; the answer is measured under that name. */
  async press<T>(step: string, name: string, input: unknown): Promise<T> {
    const pressed = performance.now();
    const answer = (await this.page.command(name, input)) as T;
    this.answered(step, pressed);
    return answer;
  }

  answered(step: string, pressed: number): void {
    record(this.figures().answers, step, performance.now() - pressed);
  }

  /** Waits until the screen says so, and measures from the press. */
  async see<T>(
    step: string,
    pressed: number,
    topic: string,
    question: (state: never) => T | null,
    withinMs = SOON_MS,
  ): Promise<T> {
    const seen = await this.page.shown(topic, question, withinMs);
    this.saw(step, performance.now() - pressed);
    return seen;
  }

  saw(step: string, ms: number): void {
    record(this.figures().screens, step, ms);
  }
}

function record(tallies: Record<string, Tally>, step: string, ms: number): void {
  note((tallies[step] ??= {}), ms);
}
