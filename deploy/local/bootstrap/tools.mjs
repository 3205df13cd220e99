// Finds Postgres, Redis, HAProxy and Chromium: an existing installation first, else unpacked into a cache of the user.
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { aptIsUsable, fetchPackages } from './apt.mjs';
import { must, run, said, SetupError } from './run.mjs';

/**
 * @typedef {{ directory: string, libraries: string[] }} Tool
 * `directory` holds the tool's programs, `libraries` goes into LD_LIBRARY_PATH when they are started.
 * @typedef {{ title: string, programs: string[], packages: string[], places: () => string[], unpacked: string[], versionFlag: string, atLeast: number, hint: string }} Recipe
 */

/** @type {Record<string, Recipe>} */
const RECIPES = {
  postgres: {
    title: 'PostgreSQL',
    // All three of one directory: a lone `postgres` on the PATH may be a wrapper or a remnant.
    programs: ['postgres', 'initdb', 'pg_ctl'],
    packages: ['postgresql'],
    places: () => [...versioned('/usr/lib/postgresql', 'bin'), ...versioned('/usr', 'bin', /^pgsql-/)],
    unpacked: ['usr/lib/postgresql/*/bin'],
    versionFlag: '--version',
    atLeast: 14,
    hint: 'PostgreSQL 14 or newer with its contrib modules (Debian, Ubuntu: apt install postgresql; Fedora: dnf install postgresql-server postgresql-contrib)',
  },
  redis: {
    title: 'Redis',
    programs: ['redis-server'],
    packages: ['redis-server'],
    places: () => [],
    unpacked: ['usr/bin'],
    versionFlag: '--version',
    atLeast: 6.2,
    hint: 'Redis 6.2 or newer (Debian, Ubuntu: apt install redis-server; Fedora: dnf install redis)',
  },
  haproxy: {
    title: 'HAProxy',
    programs: ['haproxy'],
    packages: ['haproxy'],
    places: () => [],
    unpacked: ['usr/sbin'],
    versionFlag: '-v',
    atLeast: 2.4,
    hint: 'HAProxy 2.4 or newer (Debian, Ubuntu: apt install haproxy; Fedora: dnf install haproxy)',
  },
  chromium: {
    title: 'Chromium',
    programs: ['chromium'],
    packages: ['chromium', 'fonts-liberation'],
    places: () => [],
    unpacked: ['usr/lib/chromium'],
    versionFlag: '--version',
    atLeast: 100,
    hint: 'Chromium (Debian: apt install chromium; Fedora: dnf install chromium)',
  },
};

/**
 * Makes sure of the tools and writes where they are into `.local/tools.json`, which the TypeScript part reads.
 * @param {string} root the checkout
 * @param {string[]} names of RECIPES
 */
export async function ensureTools(root, names) {
  const file = path.join(root, '.local', 'tools.json');
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const lacking = [];
  for (const name of names) {
    if (known[name] !== undefined && hasPrograms(known[name].directory, RECIPES[name].programs)) continue;
    const tool = (await findInstalled(RECIPES[name])) ?? (await findUnpacked(name, RECIPES[name]));
    if (tool) known[name] = tool;
    else lacking.push(name);
  }
  const impossible = [];
  for (const name of lacking) {
    try {
      known[name] = await obtain(name, RECIPES[name]);
    } catch (error) {
      impossible.push(`- ${RECIPES[name].hint}\n  (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(known, null, 2)}\n`);
  if (impossible.length > 0) {
    throw new SetupError(`Please install, then run the same command again:\n${impossible.join('\n')}`);
  }
}

/** Root's home is closed to the unprivileged user that Postgres runs as: root keeps its tools in /var/cache. */
function cacheDirectory() {
  if (process.getuid?.() === 0) return '/var/cache/vignette/tools';
  return path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'vignette', 'tools');
}

async function findInstalled(recipe) {
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const candidates = [...onPath, ...recipe.places(), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];
  for (const directory of new Set(candidates)) {
    if (!hasPrograms(directory, recipe.programs)) continue;
    // Programs linked into a directory of the PATH are used from where they live: they look for their files beside it.
    const home = path.dirname(realpathSync(path.join(directory, recipe.programs[0])));
    const tool = { directory: hasPrograms(home, recipe.programs) ? home : directory, libraries: [] };
    if (await runs(tool, recipe)) return tool;
  }
  return undefined;
}

async function findUnpacked(name, recipe) {
  const cache = cacheDirectory();
  if (!existsSync(cache)) return undefined;
  const kept = readdirSync(cache).filter((entry) => entry.startsWith(`${name}-`) && !entry.includes('.partial-'));
  for (const entry of kept.sort().reverse()) {
    const tool = toolIn(path.join(cache, entry), recipe);
    if (tool && (await runs(tool, recipe))) return tool;
  }
  return undefined;
}

async function obtain(name, recipe) {
  if (!(await aptIsUsable())) throw new SetupError('this machine has no apt to fetch it with');
  if (name === 'chromium' && process.getuid?.() === 0) {
    // Its closure is a hundred packages with fonts and configuration: where we may, the system installs it.
    await said('Chromium installed by apt', async () => {
      const install = ['install', '-y', '-qq', '--no-install-recommends', ...recipe.packages];
      const first = await run('apt-get', install, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
      if (first.code === 0) return;
      await must('apt-get', ['update', '-qq']);
      await must('apt-get', install, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
    });
    const installed = await findInstalled(recipe);
    if (installed) return installed;
  }
  const directory = await said(`${recipe.title} fetched into ${cacheDirectory()}`, () =>
    fetchPackages({ name, packages: recipe.packages, cache: cacheDirectory() }),
  );
  const tool = toolIn(directory, recipe);
  if (!tool) throw new SetupError(`${directory} does not hold ${recipe.programs.join(', ')}`);
  const fault = await whyItDoesNotRun(tool, recipe);
  if (fault) throw new SetupError(fault);
  return tool;
}

/** Where the programs and libraries are in an unpacked tree, or undefined. */
function toolIn(directory, recipe) {
  for (const pattern of recipe.unpacked) {
    const [before, after] = pattern.split('/*/');
    const places = after === undefined ? [path.join(directory, pattern)] : versioned(path.join(directory, before), after);
    const found = places.find((place) => hasPrograms(place, recipe.programs));
    if (found) return { directory: found, libraries: librariesIn(directory) };
  }
  return undefined;
}

function librariesIn(directory) {
  return ['usr/lib', 'lib']
    .map((one) => path.join(directory, one))
    .filter((one) => existsSync(one))
    .flatMap((one) => readdirSync(one).map((entry) => path.join(one, entry)))
    .filter((one) => /-linux-/.test(path.basename(one)))
    .flatMap((one) => [one, ...['pulseaudio', 'blas', 'lapack'].map((deeper) => path.join(one, deeper))])
    .filter((one) => existsSync(one));
}

async function whyItDoesNotRun(tool, recipe) {
  const env = tool.libraries.length > 0 ? { LD_LIBRARY_PATH: tool.libraries.join(':') } : {};
  for (const program of recipe.programs) {
    const answer = await run(path.join(tool.directory, program), [recipe.versionFlag], { env });
    if (answer.code !== 0) return `${program} does not run: ${answer.stderr.trim()}`;
    const version = /\d+\.\d+/.exec(answer.stdout)?.[0];
    if (version !== undefined && isOlder(version, recipe.atLeast)) return `${program} is too old: ${version}`;
  }
  return undefined;
}

function isOlder(version, atLeast) {
  const [major, minor] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor = 0] = String(atLeast).split('.').map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

async function runs(tool, recipe) {
  return (await whyItDoesNotRun(tool, recipe)) === undefined;
}

function hasPrograms(directory, programs) {
  return programs.every((program) => {
    try {
      accessSync(path.join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** `<parent>/<version>/<child>`, newest version first. */
function versioned(parent, child, pattern = /^\d/) {
  if (!existsSync(parent)) return [];
  const number = (name) => Number(/\d+/.exec(name)?.[0] ?? 0);
  return readdirSync(parent)
    .filter((entry) => pattern.test(entry))
    .sort((a, b) => number(b) - number(a))
    .map((entry) => path.join(parent, entry, child));
}
