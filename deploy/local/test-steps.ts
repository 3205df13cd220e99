import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkout, localDirectory } from './paths.ts';
import { tsxArguments } from './stack-processes.ts';
import { loadTools, programOf } from './tools.ts';

/** One step of `npm test`. */
export interface TestStep {
  name: string;
  title: string;
  /** Arguments of Node, one list a command; run one after the other. */
  commands: readonly (readonly string[])[];
  /** Folder of the checkout it runs in. */
  folder?: string;
  /** Files without which the step counts as missing. */
  needs: readonly string[];
  /** Gets the addresses of running services in its environment. */
  services?: boolean;
  /** A vitest project of that name: its tests are counted. */
  vitest?: boolean;
  env?: () => Record<string, string>;
  /** Reads the sources and nothing else: runs beside the steps that follow, after others of its kind. */
  reading?: boolean;
}

const tool = (file: string): string => path.join(checkout, 'node_modules', file);
const vitest = (name: string): readonly string[][] => [
  [
    tool('vitest/vitest.mjs'),
    ...['run', '--project', name, '--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(name)}`],
  ],
];

/** Where vitest writes what became of a project's tests. */
export function reportOf(name: string): string {
  return path.join(localDirectory, 'test', `${name}.json`);
}

/** All steps, the quick ones first. */
export const TEST_STEPS: readonly TestStep[] = [
  {
    name: 'format',
    title: 'Format (prettier)',
    commands: [[tool('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '--cache', '.']],
    needs: [],
    reading: true,
  },
  {
    name: 'types',
    title: 'Types (tsc)',
    commands: [[tool('typescript/bin/tsc'), '--noEmit']],
    reading: true,
    needs: ['tsconfig.json'],
  },
  {
    name: 'lint',
    title: 'Lint (eslint)',
    commands: [[tool('eslint/bin/eslint.js'), '--max-warnings=0', '.']],
    needs: ['eslint.config.js'],
    reading: true,
  },
  {
    name: 'svelte',
    title: 'Types of the pages (svelte-check)',
    commands: [
      [tool('@sveltejs/kit/svelte-kit.js'), 'sync'],
      [tool('svelte-check/bin/svelte-check'), '--tsconfig', './tsconfig.json', '--fail-on-warnings'],
    ],
    folder: 'client',
    needs: ['client/tsconfig.json'],
    reading: true,
  },
  {
    name: 'drift',
    title: 'Migrations match the schema',
    commands: [tsxArguments('db/check-drift.ts')],
    needs: ['db/check-drift.ts'],
    services: true,
  },
  { name: 'unit', title: 'Unit tests', commands: vitest('unit'), needs: ['vitest.config.ts'], vitest: true },
  {
    name: 'client',
    title: 'Tests of the pages’ code',
    commands: vitest('client'),
    needs: ['vitest.config.ts', 'client/src'],
    vitest: true,
  },
  {
    name: 'integration',
    title: 'Integration tests (Postgres, Redis, object store)',
    commands: vitest('integration'),
    needs: ['vitest.config.ts'],
    services: true,
    vitest: true,
  },
  {
    name: 'build',
    title: 'Build of the processes and the pages (esbuild, vite)',
    commands: [tsxArguments('deploy/local/build-all.ts')],
    needs: ['client/vite.config.ts'],
  },
  {
    name: 'e2e',
    title: 'End to end (Chromium, the whole stack)',
    commands: vitest('e2e'),
    needs: ['vitest.config.ts', 'deploy/e2e'],
    vitest: true,
    env: () => ({ CHROMIUM_PATH: chromiumPath() }),
  },
];

/** A program that starts Chromium: the installed one, or a script that tells an unpacked one where its libraries are. */
function chromiumPath(): string {
  const given = process.env['CHROMIUM_PATH'];
  if (given) return given;
  const { chromium } = loadTools();
  if (chromium === undefined) throw new Error('Chromium was not found');
  const program = programOf(chromium, 'chromium');
  if (chromium.libraries.length === 0) return program;
  const root = path.resolve(chromium.directory, '..', '..', '..');
  const fonts = path.join(localDirectory, 'fonts.conf');
  const folders = [path.join(root, 'usr/share/fonts'), '/usr/share/fonts'].filter((one) => existsSync(one));
  const cache = path.join(localDirectory, 'fontconfig');
  writeFileSync(
    fonts,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>${folders.map((one) => `<dir>${one}</dir>`).join('')}<cachedir>${cache}</cachedir></fontconfig>\n`,
  );
  const script = path.join(localDirectory, 'chromium');
  const lines = [
    '#!/bin/sh',
    `export LD_LIBRARY_PATH='${chromium.libraries.join(':')}' FONTCONFIG_FILE='${fonts}'`,
    `exec '${program}' "$@"`,
  ];
  writeFileSync(script, `${lines.join('\n')}\n`);
  chmodSync(script, 0o755);
  return script;
}
