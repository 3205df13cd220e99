// What `npm start`, `npm run dev` and `npm test` call: makes ready what they need on a bare machine, then hands over to
// the TypeScript part. Plain Node without a dependency, since it runs before any package is installed.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureNpmPackages } from './bootstrap/npm-packages.mjs';
import { SetupError } from './bootstrap/run.mjs';
import { ensureTools } from './bootstrap/tools.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const services = ['postgres', 'redis', 'haproxy'];
const commands = {
  start: { tools: services, script: 'start.ts', args: [] },
  dev: { tools: services, script: 'start.ts', args: ['--dev'] },
  test: { tools: [...services, 'chromium'], script: 'test.ts', args: [] },
  /** Only makes the tools ready. */
  tools: { tools: services, script: undefined, args: [] },
};

const [name = 'start', ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  console.error(`Unknown command "${name}": one of ${Object.keys(commands).join(', ')}`);
  process.exit(2);
}

try {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`Node 20.19 or newer is needed; this is ${process.version}.`);
  }
  if (command.script !== undefined) await ensureNpmPackages(root);
  await ensureTools(root, name === 'tools' && rest.length > 0 ? rest : command.tools);
  if (command.script !== undefined) handOver(command.script, [...command.args, ...rest]);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

function handOver(script, args) {
  // The channel tells the child when this process dies without a word, so that it can stop the stack.
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(root, 'deploy', 'local', script), ...args], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // On a terminal Ctrl-C reaches the child by itself; this process only has to stay until it has finished.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128 + (signal === 'SIGINT' ? 2 : 15));
    if (child.connected) child.disconnect();
  });
}
