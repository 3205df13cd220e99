import net from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';

/** Below the range from which Linux takes the ports of outgoing connections: nothing lands there by chance. */
const FIRST = 20_000;
const COUNT = 10_000;

const Ports = z.record(z.string(), z.number().int().min(1).max(65_535));

export interface PortsDeps {
  /** The stack's directory; the choice is kept in `ports.json` there. */
  directory: string;
  say: (line: string) => void;
  holder: PortHolder;
}

/** Keeps other stacks of this machine from choosing a port between our choice and the moment somebody listens on it. */
export interface PortHolder {
  /** Takes the port if nobody listens on it and no other stack holds it. */
  take(port: number): Promise<boolean>;
  release(): void;
}

/**
 * Chooses a free loopback port for each name and remembers it, so that a stack has the same address the next time
 * (cookies and installed pages depend on it). A remembered port that another program has taken meanwhile is replaced,
 * with a line that says so.
 * @param preferred ports to try first when nothing is remembered
 */
export async function choosePorts<Name extends string>(
  names: readonly Name[],
  preferred: Partial<Record<Name, number>>,
  { directory, say, holder }: PortsDeps,
): Promise<Record<Name, number>> {
  const file = path.join(directory, 'ports.json');
  const isFree = (port: number): Promise<boolean> => holder.take(port);
  const remembered = readJsonFile(file, Ports) ?? {};
  const taken = new Set(Object.values(remembered));
  const chosen: [Name, number][] = [];
  for (const name of names) {
    const before = remembered[name];
    if (before !== undefined && (await isFree(before))) {
      chosen.push([name, before]);
      continue;
    }
    const port = await findPort(preferred[name], taken, isFree);
    if (before !== undefined) say(`port ${before} of ${name} is taken by another program: ${name} moves to ${port}`);
    taken.add(port);
    chosen.push([name, port]);
  }
  const ports = Object.fromEntries(chosen) as Record<Name, number>;
  writeJsonFile(file, { ...remembered, ...ports });
  return ports;
}

async function findPort(
  preferred: number | undefined,
  taken: ReadonlySet<number>,
  isFree: (port: number) => Promise<boolean>,
): Promise<number> {
  if (preferred !== undefined && !taken.has(preferred) && (await isFree(preferred))) return preferred;
  // A random start keeps stacks of several checkouts that start at the same moment apart.
  const start = Math.floor(Math.random() * COUNT);
  for (let step = 0; step < COUNT; step += 1) {
    const port = FIRST + ((start + step) % COUNT);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${FIRST + COUNT}`);
}

/**
 * Holds a port by a name that only one process of the machine can have and that vanishes with it. A balancer binds its
 * address late, and two of different stacks would even share it without a fault: the kernel lets them.
 */
export function createPortHolder(): PortHolder {
  const held: net.Server[] = [];
  return {
    async take(port) {
      const name = net.createServer().unref();
      // An abstract socket: no file that could be left behind.
      if (process.platform === 'linux' && !(await listens(name, { path: `\0vignette-port-${port}` }))) return false;
      if (await portIsFree(port)) {
        held.push(name);
        return true;
      }
      name.close();
      return false;
    },
    release() {
      for (const name of held.splice(0)) if (name.listening) name.close();
    },
  };
}

/** Whether nobody listens on the port, neither on IPv4 nor on IPv6, loopback or every address. */
export async function portIsFree(port: number): Promise<boolean> {
  return (await canListen(port, '0.0.0.0')) && (await canListen(port, '::1'));
}

async function canListen(port: number, host: string): Promise<boolean> {
  const server = net.createServer();
  const free = await listens(server, { port, host, exclusive: true });
  if (server.listening) await new Promise((closed) => server.close(closed));
  return free;
}

/** Whether a server gets the address; a machine without IPv6 has nobody on it either. */
function listens(server: net.Server, where: net.ListenOptions): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT');
    });
    server.listen(where, () => resolve(true));
  });
}
