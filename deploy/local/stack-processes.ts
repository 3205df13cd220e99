import path from 'node:path';
import type { Bundles } from './build.ts';
import { checkout } from './paths.ts';
import type { ProcessSpec } from './processes.ts';
import { answersHttp } from './wait.ts';

/** The server nodes that there may be and what each worker process of the local stack does. */
export const SERVER_NODES = ['node-1', 'node-2', 'node-3', 'node-4'] as const;
/** How many of them run unless somebody wants more. */
export const USUAL_NODES = 2;
export const WORKER_ROLES = { relay: 'relay', ocr: 'ocr', jobs: 'payments,images,messages,reports,upkeep' } as const;
export type WorkerName = keyof typeof WORKER_ROLES;
export const WORKER_NAMES = Object.keys(WORKER_ROLES) as WorkerName[];

/** Names of the ports that a stack needs besides those of its services. */
export const STACK_PORTS = [
  'balancer',
  'catcher',
  'sandbox',
  'sandbox-card',
  'smtp',
  ...SERVER_NODES.flatMap((node) => [`${node}-http`, `${node}-socket`] as const),
  ...(['relay', 'ocr', 'jobs'] as const).map((worker) => `${worker}-http` as const),
  'vite',
] as const;
export type StackPort = (typeof STACK_PORTS)[number];

/** The entry files, which a test of this code may replace. */
export interface Entries {
  server: string;
  workers: string;
}

/** How the programs are run: bundles, or the sources, started again when one changes. */
export type Programs = { bundles: Bundles } | { watched: Entries };

const tsx = path.join(checkout, 'node_modules', 'tsx', 'dist', 'cli.mjs');

/** Arguments of Node that run a TypeScript file. */
export function tsxArguments(file: string): string[] {
  return ['--import', 'tsx', path.join(checkout, file)];
}

/** A server node or a worker: HTTP health on `port`, ready when /readyz says so. */
export function programSpec(
  name: string,
  kind: keyof Entries,
  programs: Programs,
  port: number,
  env: Record<string, string>,
): ProcessSpec {
  const args =
    'bundles' in programs
      ? ['--enable-source-maps', programs.bundles[kind]]
      : [tsx, 'watch', '--clear-screen=false', programs.watched[kind]];
  return {
    name,
    command: process.execPath,
    args,
    cwd: checkout,
    env: {
      ...env,
      NODE_NAME: name,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      // Seven lines a process, about Node versions of a year from now.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    ready: () => answersHttp(`http://127.0.0.1:${port}/readyz`, [200]),
    readyWithin: 60_000,
    // What it may take to let its clients go, and then its connections.
    grace: Number(env['DRAIN_SECONDS'] ?? 0) * 1_000 + 8_000,
  };
}

/** The process that keeps e-mails and text messages. */
export function catcherSpec(httpPort: number, smtpPort: number): ProcessSpec {
  return {
    name: 'catcher',
    command: process.execPath,
    args: tsxArguments('deploy/local/catcher.ts'),
    cwd: checkout,
    env: { HTTP_PORT: String(httpPort), SMTP_PORT: String(smtpPort) },
    ready: () => answersHttp(`http://127.0.0.1:${httpPort}/readyz`, [200]),
    grace: 3_000,
  };
}

/** The process that plays the payment providers; `env`: what their callers show, and where it calls and is reached. */
export function sandboxSpec(port: number, env: Record<string, string>): ProcessSpec {
  return {
    name: 'sandbox',
    command: process.execPath,
    args: tsxArguments('deploy/sandbox-provider/main.ts'),
    cwd: checkout,
    env: { ...env, HTTP_PORT: String(port) },
    ready: () => answersHttp(`http://127.0.0.1:${port}/readyz`, [200]),
    grace: 3_000,
  };
}

/** Vite's server for the pages, behind the balancer. */
export function viteSpec(port: number): ProcessSpec {
  return {
    name: 'vite',
    command: process.execPath,
    args: [
      path.join(checkout, 'node_modules', 'vite', 'bin', 'vite.js'),
      ...['dev', '--host', '127.0.0.1', '--port', String(port), '--strictPort'],
      // Its own address is not the one to open.
      ...['--logLevel', 'warn'],
    ],
    cwd: path.join(checkout, 'client'),
    env: { NODE_ENV: 'development' },
    ready: () => answersHttp(`http://127.0.0.1:${port}/`),
    readyWithin: 60_000,
    grace: 3_000,
  };
}
