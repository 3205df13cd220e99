import path from 'node:path';
import type { ManagedProcess } from './processes.ts';
import { ask, waitUntil } from './wait.ts';

/** Where `npm start` takes the order to start its nodes anew. */
export const controlSocket = (directory: string): string => path.join(directory, 'control.sock');

/** How long a balancer may take to see what it was told, and that a node is ready again; milliseconds. */
const SEEN_WITHIN_MS = 15_000;

export interface ReleaseDeps {
  nodes: readonly ManagedProcess[];
  /** The admin sockets of all balancer processes. */
  adminSockets: readonly string[];
  say: (line: string) => void;
}

/**
 * Starts nodes anew one after the other, as a release does: every balancer is told to send nobody to the node any more, the node then lets
 * its clients go (DRAIN_SECONDS), ends, and comes back; the next one's turn is when all balancers send visitors to it again.
 * @throws when a node does not come back or a balancer does not answer: the nodes that are left stay as they are
 */
export async function releaseNodes({ nodes, adminSockets, say }: ReleaseDeps): Promise<void> {
  for (const node of nodes) {
    const began = performance.now();
    await Promise.all(adminSockets.map((socket) => order(socket, `set server api/${node.name} state drain`)));
    await allSee(adminSockets, node.name, (state) => state.draining);
    await node.restart();
    await Promise.all(adminSockets.map((socket) => order(socket, `set server api/${node.name} state ready`)));
    await allSee(adminSockets, node.name, (state) => state.up && !state.draining);
    say(`${node.name} runs the new release (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  }
}

async function order(socket: string, line: string): Promise<string> {
  const answer = await ask({ path: socket }, `${line}\n`);
  if (answer === undefined) throw new Error(`the balancer at ${socket} does not answer`);
  if (answer.trim() !== '' && line.startsWith('set '))
    throw new Error(`the balancer at ${socket} refuses "${line}": ${answer.trim()}`);
  return answer;
}

/** How a balancer sees a node: whether it takes visitors, and whether it was told to send none. */
interface Seen {
  up: boolean;
  draining: boolean;
}

async function allSee(adminSockets: readonly string[], node: string, wanted: (seen: Seen) => boolean): Promise<void> {
  const seen = async (socket: string): Promise<Seen> => {
    // be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state …: 2 is running; 8 and 16 are ordered and inherited drain.
    const line = (await order(socket, 'show servers state api')).split('\n').find((one) => one.split(' ')[3] === node);
    const [, , , , , operation = '0', admin = '0'] = line?.split(' ') ?? [];
    return { up: operation === '2', draining: (Number(admin) & 0x18) !== 0 };
  };
  const all = async (): Promise<boolean> => (await Promise.all(adminSockets.map(seen))).every(wanted);
  if (!(await waitUntil(all, SEEN_WITHIN_MS))) throw new Error(`not every balancer saw that ${node} goes or is back`);
}
