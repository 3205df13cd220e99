// One process of virtual users, forked by generators.ts: a process may hold 20,000 descriptors, and one core carries so many.
import type { ActName } from '../acts/act-types.ts';
import { Crowd, type CrowdOptions } from '../live/crowd.ts';
import type { CrowdUser } from '../live/crowd-types.ts';

/** What it is asked to do; each is answered with `{ id, result }` or `{ id, error }`. */
export type Order =
  | { do: 'begin'; options: CrowdOptions }
  | { do: 'arrive'; users: CrowdUser[]; perSecond: number; slowShare: number }
  | { do: 'drop'; share: number }
  /** Answered with how many began. */
  | { do: 'act'; act: ActName; count: number; backInMs: number }
  | { do: 'stall'; share: number; mostMs: number; broken: number }
  | { do: 'come-to-work' | 'mend' | 'state' | 'figures' | 'finals' | 'memory' };

let crowd: Crowd | null = null;

async function carryOut(order: Order): Promise<unknown> {
  if (order.do === 'begin') {
    crowd = new Crowd(order.options);
    return null;
  }
  if (!crowd) throw new Error('begin comes first');
  switch (order.do) {
    case 'arrive':
      return crowd.arrive(order.users, order.perSecond, order.slowShare);
    case 'drop':
      return crowd.drop(order.share);
    case 'come-to-work':
      return crowd.troupe.comeToWork();
    case 'act':
      return crowd.troupe.begin(order.act, order.count, order.backInMs);
    case 'mend':
      return crowd.mend();
    case 'stall':
      return crowd.stall(order.share, order.mostMs, order.broken);
    case 'state':
      return crowd.state;
    case 'figures':
      return crowd.takeFigures();
    case 'finals':
      return crowd.finals();
    case 'memory':
      return process.memoryUsage();
  }
}

process.on('message', ({ id, order }: { id: number; order: Order }) => {
  carryOut(order).then(
    (result) => process.send?.({ id, result: result ?? null }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
// Ctrl-C is the parent's to handle: it lets go of us when the figures are in.
process.on('SIGINT', () => undefined);
