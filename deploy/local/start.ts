// `npm start` and `npm run dev`: runs the stack, prints its address, follows its logs, and stops it on Ctrl-C.
import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { localCertificate } from './certificate.ts';
import { StackIsRunningError } from './lock.ts';
import { createLogs } from './logs.ts';
import { localDirectory } from './paths.ts';
import type { ProcessDeath } from './processes.ts';
import { controlSocket } from './release.ts';
import { startStack, type RunningStack } from './stack.ts';

const { values: flags } = parseArgs({
  options: {
    dev: { type: 'boolean', default: false },
    https: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const colour = process.stdout.isTTY && !process.env['NO_COLOR'];
const bold = (text: string): string => (colour ? `\u001b[1m${text}\u001b[0m` : text);
const alarm = (text: string): string => (colour ? `\u001b[1;31m${text}\u001b[0m` : text);
const say = (line: string): void => console.log(`  ${line}`);

const starting = new AbortController();
let stack: RunningStack | undefined;
let releasing: Promise<void> | undefined;
let stopping = false;
let stoppingSince = 0;

// A closed terminal or pipe must not end this process before it has stopped the others.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
process.on('SIGINT', stopOrForce).on('SIGTERM', stopOrForce).on('SIGHUP', stopOrForce);
// The bootstrap that started this died without a word.
process.on('disconnect', () => {
  if (!stopping) stopOrForce();
});

try {
  const began = performance.now();
  say('starting services, two servers, three workers, two balancers');
  stack = await startStack({
    dev: flags.dev,
    environment: process.env,
    ...(flags.https && { certificate: await localCertificate(localDirectory) }),
    say,
    onDeath: announce,
    logs: (directory) => createLogs({ directory, print: (line) => console.log(line), colour, verbose: flags.verbose }),
    signal: starting.signal,
  });
  welcome(stack, (performance.now() - began) / 1000);
  listenForOrders(stack);
  if (process.stdin.isTTY) createInterface({ input: process.stdin, terminal: false }).on('line', takeOrder);
} catch (error) {
  if (error instanceof StackIsRunningError) {
    const { origin, pid } = error.holder;
    console.log(`\nVignette already runs from this checkout: ${bold(origin ?? 'it is just starting')} (process ${pid})`);
    finish(0);
  } else if (stopping) {
    console.log('\nStopped before it was up.');
    finish(130);
  } else {
    console.error(`\n${alarm(error instanceof Error ? error.message : String(error))}`);
    console.error(`Nothing was left running. The logs are in ${localDirectory}/logs.`);
    finish(1);
  }
}

function stopOrForce(): void {
  if (stopping) {
    // Whoever signals the whole group reaches this process twice: once more through the bootstrap.
    if (performance.now() - stoppingSince < 500) return;
    console.log(alarm('Forced.'));
    stack?.force();
    return;
  }
  stopping = true;
  stoppingSince = performance.now();
  starting.abort();
  if (stack === undefined) return;
  console.log('\nStopping … (again to force)');
  const began = stoppingSince;
  void stack.stop().then(() => {
    console.log(`Stopped in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
    finish(0);
  });
}

/** Exits, after letting go of the bootstrap. */
function finish(code: number): void {
  process.exitCode = code;
  process.exit();
}

function welcome({ origin, catcherUrl, sandboxUrl, signIns }: RunningStack, seconds: number): void {
  const width = Math.max(0, ...signIns.map((one) => one.role.length));
  const identifierWidth = Math.max(0, ...signIns.map((one) => one.identifier.length));
  const lines = [
    '',
    `  Vignette is up (${seconds.toFixed(1)} s):  ${bold(origin)}`,
    ...(catcherUrl === undefined ? [] : [`  E-mails and text messages:  ${catcherUrl}`]),
    ...(sandboxUrl === undefined ? [] : [`  Payers and operators:      ${sandboxUrl}`]),
    ...signIns.map((one) => `  ${one.role.padEnd(width)}  ${one.identifier.padEnd(identifierWidth)}  ${one.password}`),
    ...(signIns.some(({ totpSecret }) => totpSecret) && catcherUrl !== undefined
      ? [`  The staff’s second step:  ${catcherUrl}/codes  (or \`npm run demo:code\`)`]
      : []),
    '  Ctrl-C stops everything.',
    '',
  ];
  console.log(lines.join('\n'));
}

function announce({ name, how, lastLines }: ProcessDeath): void {
  const last = lastLines.slice(-10).map((line) => `    ${line}`);
  const hint = `  It is not started again by itself; type "restart ${name}" and Enter.`;
  console.error([alarm(`\n■ ${name} ${how}`), ...last, hint, ''].join('\n'));
}

/** `npm run release:local` speaks to this process: whoever may reach the socket's directory may. */
function listenForOrders({ release }: RunningStack): void {
  const socket = controlSocket(localDirectory);
  rmSync(socket, { force: true });
  const server = createServer((line) => {
    const tell = (text: string): void => void (line.writable && line.write(`${text}\n`));
    line.on('error', () => undefined);
    releasing ??= release((text) => {
      say(text);
      tell(text);
    }).finally(() => (releasing = undefined));
    releasing.then(
      () => line.end('done\n'),
      (error: Error) => line.end(`failed: ${error.message}\n`),
    );
  });
  server.on('error', (error) => say(`no releases by command: ${error.message}`));
  server.listen(socket, () => chmodSync(socket, 0o600));
  server.unref();
}

/** `restart node-1`, `kill ocr`, `release`, `list`. */
function takeOrder(line: string): void {
  const [order, name = ''] = line.trim().split(/\s+/);
  const known = stack?.processes;
  if (known === undefined || order === undefined || order === '') return;
  const one = known.get(name);
  if (order === 'list') {
    for (const each of known.values())
      say(`${each.name.padEnd(14)} ${each.pid === undefined ? 'not running' : `process ${each.pid}`}`);
  } else if (order === 'release') {
    releasing ??= stack?.release(say).finally(() => (releasing = undefined));
    releasing?.catch((error: Error) => console.error(alarm(error.message)));
  } else if (order === 'restart' && one !== undefined) {
    one.restart().then(
      () => say(`${name} runs again`),
      (error: Error) => console.error(alarm(error.message)),
    );
  } else if (order === 'kill' && one !== undefined) {
    one.kill('SIGKILL');
  } else {
    say(`orders: list, release, restart <name>, kill <name>; names: ${[...known.keys()].join(', ')}`);
  }
}
