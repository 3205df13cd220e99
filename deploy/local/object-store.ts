import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { checkout } from './paths.ts';
import type { ManagedProcess, Supervisor } from './processes.ts';
import { answersHttp } from './wait.ts';

export const BUCKET = 'vignette';
export const REGION = 'us-east-1';
/** The only pair of keys s3rver knows. It accepts every signature: that is why it listens on loopback alone. */
export const ACCESS_KEY = 'S3RVER';

export interface ObjectStoreDeps {
  supervisor: Supervisor;
  /** The stack's directory. */
  directory: string;
  port: number;
}

/** A running S3-compatible store with the bucket in it. */
export interface RunningObjectStore {
  process: ManagedProcess;
  endpoint: string;
}

/** Starts s3rver in a process of its own. It knows no versioning and no lifecycle. */
export async function startObjectStore({ supervisor, directory, port }: ObjectStoreDeps): Promise<RunningObjectStore> {
  const data = path.join(directory, 'object-store');
  mkdirSync(data, { recursive: true });
  const endpoint = `http://127.0.0.1:${port}`;
  const program = path.join(checkout, 'node_modules', 's3rver', 'bin', 's3rver.js');
  const options = ['--directory', data, '--address', '127.0.0.1', '--port', String(port), '--silent', '--no-vhost-buckets'];
  const running = await supervisor.start({
    name: 's3',
    command: process.execPath,
    args: [program, ...options, '--configure-bucket', BUCKET],
    cwd: data,
    ready: () => answersHttp(`${endpoint}/${BUCKET}`),
    quiet: true,
    grace: 3_000,
  });
  return { process: running, endpoint };
}
