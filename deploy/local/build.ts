import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';
import { z } from 'zod';
import { checkout, localDirectory } from './paths.ts';
import type { Supervisor } from './processes.ts';

const buildDirectory = path.join(localDirectory, 'build');
/** What a build takes in; the packages by their lock file and by what is mended in them. */
const SERVER_SOURCES = ['shared', 'db', 'server', 'workers', 'patches'];
const CLIENT_SOURCES = ['shared', 'client'];
const NOT_SOURCES = new Set(['node_modules', 'build', '.svelte-kit', 'coverage', 'migrations']);

/**
 * Packages that are written into the bundles, with what they need themselves: of many files and much of what a process reads when it starts. The
 * others stay beside: machine code, what looks for files of its own or starts threads, and whatever keeps a line (Postgres, Redis, sockets).
 */
const INSIDE = new Set([
  ...[
    '@aws-sdk/client-s3',
    '@aws-sdk/lib-storage',
    '@better-auth/core',
    'better-auth',
    'libphonenumber-js',
    'nodemailer',
    'stripe',
    'zod',
  ],
]);
const Packages = z.object({
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});

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
    const { dependencies, optionalDependencies } = Packages.parse(
      JSON.parse(readFileSync(path.join(checkout, 'package.json'), 'utf8')),
    );
    const { outputFiles } = await build({
      absWorkingDir: checkout,
      entryPoints: { server: 'server/main.ts', workers: 'workers/main.ts' },
      outdir: buildDirectory,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external: Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !INSIDE.has(name)),
      // Packages of CommonJS ask for Node's own modules by `require`.
      banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
      // Package imports (#shared/…) are part of the sources, not packages.
      alias: Object.fromEntries(['shared', 'db', 'server', 'workers'].map((one) => [`#${one}`, path.join(checkout, one)])),
      ...{ sourcemap: true, sourcesContent: false, write: false },
      logLevel: 'silent',
    });
    for (const { path: file, text } of outputFiles) writeFileSync(file, file.endsWith('.map') ? ownPositions(text) : text);
  });
  return bundles;
}

const SourceMap = z.looseObject({ sources: z.array(z.string()), mappings: z.string() });

/**
 * A map of our own sources alone. The first error with a stack makes a process read all of its map into memory: of the packages too, that
 * takes seconds and a hundred megabytes. Where a package begins, the map says that it knows no source.
 */
function ownPositions(text: string): string {
  const map = SourceMap.parse(JSON.parse(text));
  const own = map.sources.map((source) => !source.includes('node_modules'));
  let within = false;
  const ours = (segment: SourceMapSegment): SourceMapSegment[] => {
    const [before, source] = [within, segment[1]];
    within = source !== undefined && own[source] === true;
    return within ? [segment] : before ? [[segment[0]]] : [];
  };
  return JSON.stringify({ ...map, mappings: encode(decode(map.mappings).map((line) => line.flatMap(ours))) });
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
  for (const file of ['package-lock.json', 'deploy/local/build.ts', ...sources.flatMap((folder) => filesIn(folder))]) {
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
