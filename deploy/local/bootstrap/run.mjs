// Running commands and saying what was done: plain Node, because it works before any package is installed.
import { spawn } from 'node:child_process';

/** Something the person must do; shown without a stack trace. */
export class SetupError extends Error {}

/**
 * Runs a command to its end and returns what it wrote. Does not throw on a non-zero exit code.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: 'C', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: stderr + error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/**
 * Runs a command that must succeed.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export async function must(command, args, options) {
  const result = await run(command, args, options);
  if (result.code === 0) return result;
  const said = (result.stderr || result.stdout).trim().split('\n').slice(-15).join('\n');
  throw new SetupError(`${command} ${args.slice(0, 3).join(' ')} … ended with code ${result.code}\n${said}`);
}

/**
 * Does one thing and says it in one line with its duration. On a terminal the line also stands while the work goes on.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function said(what, work) {
  const started = performance.now();
  if (process.stdout.isTTY) process.stdout.write(`  ${what} …`);
  try {
    const result = await work();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${process.stdout.isTTY ? '\r\x1b[K' : ''}  ${what} (${seconds} s)\n`);
    return result;
  } catch (error) {
    if (process.stdout.isTTY) process.stdout.write('\n');
    throw error;
  }
}
