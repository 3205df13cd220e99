import { Hands, type Page } from './act.ts';
import { comeToWork, cash, search, serve } from './agent-acts.ts';
import {
  ActError,
  noActFigures,
  type ActFigures,
  type ActName,
  type AgentPart,
  type CitizenPart,
  type Part,
} from './act-types.ts';
import { leave, pay, upload } from './citizen-acts.ts';
import type { SendPhotograph } from './photographs.ts';

/** Somebody of the crowd with a part. */
interface Actor<P extends Part> {
  hands: Hands;
  part: P;
  busy: boolean;
}

/** Those of one process who act, and what came of it. Nobody does two things at once. */
export class Troupe {
  figures: ActFigures = noActFigures();
  acting = 0;
  private readonly citizens: Actor<CitizenPart>[] = [];
  private readonly agents: Actor<AgentPart>[] = [];

  constructor(
    private readonly send: SendPhotograph,
    private readonly anybody: () => Page | null,
  ) {}

  add(page: Page, part: Part): void {
    const hands = new Hands(page, () => this.figures);
    if (part.role === 'citizen') this.citizens.push({ hands, part, busy: false });
    // At work once they have opened counter and till.
    else this.agents.push({ hands, part, busy: true });
  }

  /** Agents open their counters and tills; whoever cannot does nothing all day, and the reason is counted. */
  async comeToWork(): Promise<void> {
    await Promise.all(
      this.agents.map(async (agent) => {
        await comeToWork(agent.hands, agent.part).then(() => (agent.busy = false), this.fails('come to work'));
      }),
    );
  }

  /** Lets so many begin; answers how many did. */
  begin(act: ActName, count: number, backInMs: number): number {
    let begun = 0;
    while (begun < count && this.beginOne(act, backInMs)) begun += 1;
    return begun;
  }

  takeFigures(): ActFigures {
    const taken = this.figures;
    this.figures = noActFigures();
    return taken;
  }

  private beginOne(act: ActName, backInMs: number): boolean {
    switch (act) {
      case 'leave': {
        const page = this.anybody();
        if (!page) return false;
        this.play(act, leave(new Hands(page, () => this.figures), backInMs));
        return true;
      }
      case 'upload':
        return this.let(
          act,
          this.citizens,
          ({ plates }) => plates.length > 0,
          (hands, part) => upload(hands, part, this.send),
        );
      case 'pay':
        return this.let(act, this.citizens, ({ payable }) => payable > 0, pay);
      case 'serve':
        return this.let(act, this.agents, () => true, serve);
      case 'search':
        return this.let(act, this.agents, ({ known }) => known.length > 0, search);
      case 'cash':
        return this.let(act, this.agents, ({ payable }) => payable.length > 0, cash);
    }
  }

  /** The first who is free and can goes to the end of the row. */
  private let<P extends Part>(
    act: ActName,
    actors: Actor<P>[],
    can: (part: P) => boolean,
    work: (hands: Hands, part: P) => Promise<void>,
  ): boolean {
    const index = actors.findIndex(({ busy, part, hands }) => !busy && hands.page.isThere && can(part));
    const [actor] = index < 0 ? [] : actors.splice(index, 1);
    if (!actor) return false;
    actors.push(actor);
    actor.busy = true;
    this.play(
      act,
      work(actor.hands, actor.part).finally(() => (actor.busy = false)),
    );
    return true;
  }

  private play(act: ActName, work: Promise<void>): void {
    this.acting += 1;
    void work
      .then(() => void (this.figures.done[act] = (this.figures.done[act] ?? 0) + 1), this.fails(act))
      .finally(() => (this.acting -= 1));
  }

  private fails(act: string): (error: unknown) => void {
    return (error) => {
      const what = `${act}: ${error instanceof ActError ? error.code : String(error)}`;
      this.figures.failed[what] = (this.figures.failed[what] ?? 0) + 1;
    };
  }
}
