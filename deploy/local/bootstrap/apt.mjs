// Fetches Debian packages and what they need, without root and without installing them: `apt-get download`, `dpkg -x`.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { must, run, SetupError } from './run.mjs';

/** Never taken from a package: a second C library beside the system's does not load, the rest only configures services. */
const LEFT_OUT =
  /^(libc6|libc-bin|locales|dpkg|perl|perl-base|perl-modules-.*|libperl.*|lib.*-perl|debconf|adduser|ssl-cert|openssl|logrotate|cron.*|sysstat|systemd.*|init-system-helpers|lsb-base|sysvinit-utils|ucf|postgresql-common.*|postgresql-client-common|libllvm.*|libz3-.*)$/;

/** Whether packages can be fetched here at all. */
export async function aptIsUsable() {
  const answers = await Promise.all([run('apt-get', ['--version']), run('dpkg', ['--version'])]);
  return answers.every((answer) => answer.code === 0);
}

/**
 * Downloads the packages and those of their dependencies that the system lacks, and unpacks them into a directory of their own.
 * The directory appears only when it is complete.
 * @param {{ name: string, packages: string[], cache: string }} wanted `cache` is where such directories are kept
 * @returns {Promise<string>} the directory: a small file system with usr/bin, usr/lib, …
 */
export async function fetchPackages({ name, packages, cache }) {
  mkdirSync(cache, { recursive: true });
  let lists = await packageLists(cache, false);
  let { found, fault } = await missingPackages(lists, packages);
  if (fault !== undefined) {
    lists = await packageLists(cache, true);
    ({ found, fault } = await missingPackages(lists, packages));
  }
  if (fault !== undefined) throw new SetupError(`apt cannot bring ${packages.join(', ')}: ${fault}`);
  const main = found.find((one) => packages.includes(one.name)) ?? found[0];
  if (main === undefined) throw new SetupError(`${packages.join(', ')} is installed, but does not run`);
  const target = path.join(cache, `${name}-${main.version.replaceAll(/[^\w.+~-]/g, '_')}`);
  if (existsSync(target)) return target;
  const partial = `${target}.partial-${process.pid}`;
  const archives = path.join(partial, 'archives');
  mkdirSync(archives, { recursive: true });
  try {
    const names = found.map((one) => one.name).filter((one) => !LEFT_OUT.test(one));
    const download = await run('apt-get', [...lists, 'download', ...names], { cwd: archives });
    if (download.code !== 0) {
      // The lists name versions that the mirror has replaced since.
      lists = await packageLists(cache, true);
      await must('apt-get', [...lists, 'download', ...names], { cwd: archives });
    }
    for (const archive of readdirSync(archives)) await must('dpkg', ['-x', path.join(archives, archive), partial]);
    rmSync(archives, { recursive: true });
    if (!existsSync(target)) renameSync(partial, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return target;
}

/** Options that make apt read lists which exist: the system's, or private ones for a user who may not write those. */
async function packageLists(cache, fresh) {
  const system = '/var/lib/apt/lists';
  const filled = (directory) => existsSync(directory) && readdirSync(directory).some((file) => file.includes('_Packages'));
  if (process.getuid?.() === 0) {
    if (fresh || !filled(system)) await must('apt-get', ['update', '-qq']);
    return [];
  }
  if (!fresh && filled(system)) return [];
  const state = path.join(cache, '.apt');
  const lists = path.join(state, 'lists');
  mkdirSync(path.join(lists, 'partial'), { recursive: true });
  mkdirSync(path.join(state, 'cache', 'archives', 'partial'), { recursive: true });
  const options = ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${path.join(state, 'cache')}`];
  if (fresh || !filled(lists)) await must('apt-get', [...options, 'update', '-qq']);
  return options;
}

/** What `apt-get install` would add, by a simulation that needs no right. */
async function missingPackages(lists, packages) {
  const simulation = await run('apt-get', [
    ...lists,
    ...['-s', '-o', 'Debug::NoLocking=1', 'install', '--no-install-recommends'],
    ...packages,
  ]);
  if (simulation.code !== 0) return { found: [], fault: simulation.stderr.trim() || simulation.stdout.trim() };
  const lines = [...simulation.stdout.matchAll(/^Inst (\S+)(?: \[[^\]]*\])? \((\S+)/gm)];
  return { found: lines.map(([, name, version]) => ({ name, version })), fault: undefined };
}
