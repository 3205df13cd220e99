// Brings node_modules in step with package-lock.json, and does nothing when it is.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run, said, SetupError } from './run.mjs';

const FLAGS = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];

/**
 * Installs the packages of the lock file if what is installed differs from it.
 * @param {string} root the checkout
 */
export async function ensureNpmPackages(root) {
  const lockFile = path.join(root, 'package-lock.json');
  const stampFile = path.join(root, 'node_modules', '.vignette-lock');
  const lock = readFileSync(lockFile, 'utf8');
  const patchFolder = path.join(root, 'patches');
  const patches = readdirSync(patchFolder)
    .toSorted()
    .map((name) => readFileSync(path.join(patchFolder, name), 'utf8'))
    .join('');
  // What they are mended with (`patches/`) and the platform are part of it: native packages of another Node or system would not load.
  const stamp = createHash('sha256')
    .update(lock)
    .update(patches)
    .update(`${process.versions.modules}/${process.platform}/${process.arch}`)
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  if (!installedAsLocked(root, lock)) await install(root, lockFile, lock);
  await patch(root);
  writeFileSync(stampFile, stamp);
}

/** True when npm's own record of what it installed agrees with the lock: somebody ran `npm install` by hand. */
function installedAsLocked(root, lock) {
  const record = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(JSON.parse(lock).packages).every(
    ([where, wanted]) => where === '' || wanted.optional || wanted.devOptional || installed[where]?.version === wanted.version,
  );
}

/** Mends packages (`patches/`): npm runs no scripts of its own here (.npmrc). Changes nothing where it was done. */
async function patch(root) {
  const result = await run('npm', ['run', '--silent', 'patch'], { cwd: root });
  if (result.code !== 0)
    throw new SetupError(`The patches of npm packages do not fit:\n${(result.stderr || result.stdout).trim()}`);
}

async function install(root, lockFile, lock) {
  const result = await said('npm packages installed', async () => {
    const clean = await run('npm', ['ci', ...FLAGS], { cwd: root });
    if (clean.code === 0 || !/EUSAGE/.test(clean.stderr)) return clean;
    // npm leaves platform packages of other systems out of a lock and then calls the lock out of step with
    // package.json; `npm install` does not mind. The lock stays as it is committed.
    const lenient = await run('npm', ['install', '--no-save', ...FLAGS], { cwd: root });
    if (readFileSync(lockFile, 'utf8') !== lock) writeFileSync(lockFile, lock);
    return lenient;
  });
  if (result.code !== 0) {
    throw new SetupError(`The npm packages could not be installed:\n${(result.stderr || result.stdout).trim()}`);
  }
}
