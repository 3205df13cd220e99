import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { migrate, seedDemo, SignIns, type SignIn } from './demo-database.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { localDirectory } from './paths.ts';
import { copyPostgresData, removePostgresData, startPostgres } from './postgres.ts';
import { choosePorts } from './ports.ts';
import { SECRETS_FILE } from './secrets.ts';
import { openWorkspace } from './service-set.ts';

const SIGN_INS_FILE = 'sign-ins.json';

/**
 * Makes what stacks that will be thrown away can begin with instead of each making it anew: the data of a Postgres with every migration and
 * the demo of the usual country, the secrets that belong to it, and who can sign in.
 * @returns its directory
 */
export async function makeStackTemplate(say: (line: string) => void): Promise<string> {
  mkdirSync(localDirectory, { recursive: true });
  // Each run has its own: another one in the same checkout may copy from its own at this moment.
  const directory = mkdtempSync(path.join(localDirectory, 'stack-template-'));
  const workspace = await openWorkspace({ directory, say, onDeath: () => undefined, empty: true });
  const { supervisor, tools, secrets, holder } = workspace;
  try {
    const { postgres: port } = await choosePorts(['postgres'], {}, { directory, say, holder });
    const common = { supervisor, tool: tools.postgres, directory, say };
    const { url } = await startPostgres({ ...common, port, password: secrets.databasePassword, forTests: true });
    const env = { DATABASE_URL: url, DATABASE_DIRECT_URL: url, AUTH_SECRET: secrets.authSecret };
    await migrate(workspace, env);
    writeJsonFile(path.join(directory, SIGN_INS_FILE), { signIns: await seedDemo(workspace, env) });
    return directory;
  } finally {
    await supervisor.stopAll();
    workspace.close();
  }
}

/** Deletes a template and its data. */
export function removeStackTemplate(directory: string): void {
  removePostgresData(directory);
  rmSync(directory, { recursive: true, force: true });
}

/** Copies a template into the empty directory of a stack. @returns who can sign in */
export function copyStackTemplate(template: string, directory: string): SignIn[] {
  const known = readJsonFile(path.join(template, SIGN_INS_FILE), SignIns);
  if (!known) throw new Error(`${template} holds no template of a stack`);
  copyFileSync(path.join(template, SECRETS_FILE), path.join(directory, SECRETS_FILE));
  copyPostgresData(template, directory);
  return known.signIns;
}
