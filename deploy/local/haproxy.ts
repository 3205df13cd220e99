import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { renderHaproxyConfig, type BalancedNode } from '#deploy/haproxy/render.ts';
import type { ManagedProcess, Supervisor } from './processes.ts';
import { environmentOf, programOf, type Tool } from './tools.ts';
import { ask } from './wait.ts';

/** Unix socket paths end at 107 characters, and HAProxy needs some for a temporary name. */
const LONGEST_SOCKET_PATH = 85;

export interface BalancerDeps {
  supervisor: Supervisor;
  tool: Tool;
  /** The stack's directory. */
  directory: string;
  port: number;
  nodes: readonly BalancedNode[];
  /** Processes that share the port; two by default. */
  count?: number;
  /** Vite, in development. */
  pages?: { host: string; port: number };
  /** A file with certificate and key: https, on every address of the machine. */
  certificate?: string;
}

/** Processes that share one address, as in production. */
export interface RunningBalancers {
  processes: ManagedProcess[];
  /** Where each of them takes orders: what is said to one, the others do not know. */
  adminSockets: string[];
  /** From now on no new connection is taken. */
  drain(): void;
}

/** Starts the balancer processes. */
export async function startBalancers(deps: BalancerDeps): Promise<RunningBalancers> {
  const { supervisor, tool, directory, port, nodes, pages, certificate } = deps;
  const folder = path.join(directory, 'haproxy');
  mkdirSync(folder, { recursive: true });
  const sockets = socketDirectory(folder);
  const names = Array.from({ length: deps.count ?? 2 }, (_, index) => `haproxy-${index + 1}`);
  const adminSocketOf = (name: string): string => path.join(sockets, `${name}.sock`);
  const processes = await Promise.all(
    names.map((name) => {
      const file = path.join(folder, `${name}.cfg`);
      const adminSocket = adminSocketOf(name);
      rmSync(adminSocket, { force: true });
      const config = renderHaproxyConfig({
        nodes,
        binds: binds(port, certificate),
        adminSocket,
        // Cookies ignore ports: stacks of several checkouts on one machine must not read each other's.
        cookie: `VIGNETTE_NODE_${port}`,
        secureCookie: certificate !== undefined,
        tunnelTimeout: '90s',
        hardStopAfter: '5s',
        ...(pages && { pages }),
      });
      writeFileSync(file, config, { mode: 0o600 });
      return supervisor.start({
        name,
        command: programOf(tool, 'haproxy'),
        args: ['-db', '-f', file],
        env: environmentOf(tool),
        cwd: folder,
        // By its own socket: the address is shared, and the other process would answer for it.
        ready: async () => (await ask({ path: adminSocket }, 'show version\n')) !== undefined,
        readyWithin: 10_000,
        grace: 3_000,
        quiet: true,
      });
    }),
  );
  return {
    processes,
    adminSockets: names.map(adminSocketOf),
    drain() {
      for (const one of processes) one.kill('SIGUSR1');
    },
  };
}

function binds(port: number, certificate: string | undefined): string[] {
  if (certificate !== undefined) return [`:::${port} v4v6 ssl crt ${certificate} alpn h2,http/1.1`];
  // `localhost` may mean either.
  return [`127.0.0.1:${port}`, ...(hasIpv6Loopback() ? [`[::1]:${port}`] : [])];
}

function hasIpv6Loopback(): boolean {
  return Object.values(os.networkInterfaces()).some((addresses) => addresses?.some((one) => one.address === '::1'));
}

/** Beside the configuration, or in a directory of its own when that path would be too long for a socket. */
function socketDirectory(folder: string): string {
  return folder.length <= LONGEST_SOCKET_PATH ? folder : mkdtempSync(path.join(os.tmpdir(), 'vignette-haproxy-'));
}
