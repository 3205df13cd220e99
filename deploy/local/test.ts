// `npm test [-- step …]`: every check of the project, on services of its own. What only reads the sources runs beside the tests; the
// end-to-end tests, which need the machine, come last and alone.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readJsonFile } from './json-file.ts';
import { StackIsRunningError } from './lock.ts';
import { checkout, localDirectory } from './paths.ts';
import { inheritedEnvironment } from './processes.ts';
import { startServices, type RunningServices } from './service-set.ts';
import { reportOf, TEST_STEPS, type TestStep } from './test-steps.ts';

const Report = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), numTotalTests: z.number() });
type Outcome = 'passed' | 'failed' | 'missing';
const MARKS: Record<Outcome, string> = { passed: '✓', failed: '✗', missing: '?' };

const directory = path.join(localDirectory, 'test');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const unknown = wanted.filter((name) => !TEST_STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}; there are ${TEST_STEPS.map((step) => step.name).join(', ')}`);
  process.exit(2);
}
const steps = TEST_STEPS.filter((step) => wanted.length === 0 || wanted.includes(step.name));
// Somebody who asks for one step wants to watch it; of all of them, only what fails.
const watched = wanted.length > 0;

let services: RunningServices | undefined;
const running = new Set<ChildProcess>();
let interrupted = false;
const counted = { passed: 0, failed: 0 };

const interrupt = (): void => {
  interrupted = true;
  for (const child of running) child.kill('SIGTERM');
};
process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
process.on('disconnect', interrupt);

mkdirSync(directory, { recursive: true });
process.exitCode = 1;
try {
  const outcomes: Outcome[] = [];
  const stopped = (): boolean => interrupted || outcomes.includes('failed');
  const inTurn = async (some: readonly TestStep[]): Promise<void> => {
    for (const step of some) if (!stopped()) outcomes.push(await perform(step));
  };
  const last = steps.filter(({ name }) => name === 'e2e');
  const others = steps.filter((step) => !last.includes(step));
  if (watched) await inTurn(others);
  else await Promise.all([inTurn(others.filter(({ reading }) => reading)), inTurn(others.filter(({ reading }) => !reading))]);
  await inTurn(last);
  const left = steps.length - outcomes.length;
  if (left > 0) console.log(`\n${left} ${left === 1 ? 'step was' : 'steps were'} not run.`);
  if (left === 0 && outcomes.every((outcome) => outcome === 'passed')) process.exitCode = 0;
} catch (error) {
  console.error(error instanceof StackIsRunningError ? `Tests already run in this checkout: ${error.message}` : error);
  counted.failed += 1;
} finally {
  await services?.stop();
}
console.log(`${counted.passed} passed, ${counted.failed} failed`);
process.exit();

/** Runs a step, says how it went, and counts its tests; a step that fails otherwise counts as one failure. */
async function perform(step: TestStep): Promise<Outcome> {
  const missing = step.needs.filter((file) => !existsSync(path.join(checkout, file)));
  if (missing.length > 0) return tell(step, 'missing', `not there: ${missing.join(', ')}`);
  if (step.services) services ??= await startTestServices();
  const began = performance.now();
  if (watched) console.log(`▸ ${step.title}`);
  if (step.vitest) rmSync(reportOf(step.name), { force: true });
  let output = '';
  let succeeded = true;
  for (const args of step.commands) {
    const result = await runNode(args, step);
    output += result.output;
    succeeded &&= result.succeeded;
    if (!succeeded) break;
  }
  const report = step.vitest ? readJsonFile(reportOf(step.name), Report) : undefined;
  counted.passed += report?.numPassedTests ?? 0;
  counted.failed += report?.numFailedTests ?? 0;
  if (report?.numTotalTests === 0) return tell(step, 'missing', 'it has no test yet');
  const tests = report === undefined ? '' : `${report.numPassedTests} of ${report.numTotalTests} tests, `;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (succeeded) return tell(step, 'passed', `${tests}${seconds} s`);
  tell(step, 'failed', `${tests}${seconds} s`, (report?.numFailedTests ?? 0) > 0);
  if (output !== '') console.log(`\n${output.trimEnd()}\n`);
  return 'failed';
}

function tell(step: TestStep, outcome: Outcome, detail: string, counts = false): Outcome {
  if (outcome !== 'passed' && !counts) counted.failed += 1;
  const word = outcome === 'passed' ? '' : `${outcome.toUpperCase()}: `;
  console.log(`${MARKS[outcome]} ${word}${step.title} (${step.name}; ${detail})`);
  return outcome;
}

async function runNode(args: readonly string[], step: TestStep): Promise<{ succeeded: boolean; output: string }> {
  const child = spawn(process.execPath, [...args], {
    cwd: path.join(checkout, step.folder ?? ''),
    env: { ...inheritedEnvironment(), NODE_ENV: 'test', ...(step.services && services?.env), ...step.env?.() },
    stdio: watched ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  await once(child, 'close');
  running.delete(child);
  return { succeeded: child.exitCode === 0, output };
}

async function startTestServices(): Promise<RunningServices> {
  const began = performance.now();
  const started = await startServices({
    directory: path.join(directory, 'services'),
    environment: process.env,
    say: (line) => console.log(`  ${line}`),
  });
  console.log(`  services started (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  return started;
}
