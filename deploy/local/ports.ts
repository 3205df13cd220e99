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
  /** Replaced in tests. */
  isFree?: (port: number) => Promise<boolean>;
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
  { directory, say, isFree = portIsFree }: PortsDeps,
): Promise<Record<Name, number>> {
  const file = path.join(directory, 'ports.json');
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

/** Whether nobody listens on the port, neither on IPv4 nor on IPv6, loopback or every address. */
export async function portIsFree(port: number): Promise<boolean> {
  return (await canListen(port, '0.0.0.0')) && (await canListen(port, '::1'));
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      // A machine without IPv6 has nobody on it either.
      resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT');
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
