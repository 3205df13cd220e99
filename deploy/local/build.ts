import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { checkout, localDirectory } from './paths.ts';
import type { Supervisor } from './processes.ts';

const buildDirectory = path.join(localDirectory, 'build');
/** What a build takes in, besides the packages. */
const SERVER_SOURCES = ['shared', 'db', 'server', 'workers'];
const CLIENT_SOURCES = ['shared', 'client'];
const NOT_SOURCES = new Set(['node_modules', 'build', '.svelte-kit', 'coverage', 'migrations']);

/**
 * Packages that stay beside the bundles: machine code, and those that look for files of their own or start threads. All others are written into
 * them: a process that reads two files instead of two thousand starts in half the time.
 */
const BESIDE = ['@node-rs/argon2', 'pdfkit', 'pino', 'sharp', 'tesseract.js', 'uWebSockets.js'];

/** The bundles of the two kinds of process; they start four times as fast as the sources. */
export interface Bundles {
  server: string;
  workers: string;
}

export type Say = (line: string) => void;

/** Bundles the server and the workers, if a source has changed since the last time. */
export async function buildBundles(say: Say): Promise<Bundles> {
  const bundles = { server: path.join(buildDirectory, 'server.mjs'), workers: path.join(buildDirectory, 'workers.mjs') };
  await onlyWhenChanged('bundles', SERVER_SOURCES, Object.values(bundles), say, async () => {
    await build({
      absWorkingDir: checkout,
      entryPoints: { server: 'server/main.ts', workers: 'workers/main.ts' },
      outdir: buildDirectory,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external: BESIDE,
      // Packages of CommonJS ask for Node's own modules by `require`.
      banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
      // Package imports (#shared/…) are part of the sources, not packages.
      alias: Object.fromEntries(['shared', 'db', 'server', 'workers'].map((one) => [`#${one}`, path.join(checkout, one)])),
      // Every process reads the map as it starts: positions, without the sources.
      ...{ sourcemap: true, sourcesContent: false },
      logLevel: 'silent',
    });
  });
  return bundles;
}

/** Builds the pages, if a source has changed since the last time, and gives the directory they are in. */
export async function buildClient(supervisor: Supervisor, say: Say): Promise<string> {
  const output = path.join(checkout, 'client', 'build');
  await onlyWhenChanged('client', CLIENT_SOURCES, [output], say, async () => {
    await supervisor.runOnce({
      name: 'client-build',
      command: process.execPath,
      args: [path.join(checkout, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'],
      cwd: path.join(checkout, 'client'),
      env: { NODE_ENV: 'production' },
    });
  });
  return output;
}

async function onlyWhenChanged(
  what: string,
  sources: readonly string[],
  outputs: readonly string[],
  say: Say,
  work: () => Promise<void>,
): Promise<void> {
  const stampFile = path.join(buildDirectory, `${what}.stamp`);
  const stamp = hashOf(sources);
  const current = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp && outputs.every((one) => existsSync(one));
  if (current) return;
  mkdirSync(buildDirectory, { recursive: true });
  rmSync(stampFile, { force: true });
  const started = performance.now();
  await work();
  writeFileSync(stampFile, stamp);
  say(`${what} built (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

/** By content: a checkout of the same sources has other dates. */
function hashOf(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', ...sources.flatMap((folder) => filesIn(folder))]) {
    const whole = path.join(checkout, file);
    if (existsSync(whole)) hash.update(`${file}\n`).update(readFileSync(whole));
  }
  return hash.digest('hex');
}

function filesIn(folder: string): string[] {
  const whole = path.join(checkout, folder);
  if (!existsSync(whole)) return [];
  return readdirSync(whole, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (NOT_SOURCES.has(entry.name) || /\.test\.ts$/.test(entry.name)) return [];
      return entry.isDirectory() ? filesIn(file) : [file];
    });
}
