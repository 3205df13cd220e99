import { z } from 'zod';
import { checkout } from './paths.ts';
import type { Workspace } from './service-set.ts';
import { tsxArguments } from './stack-processes.ts';

export const SignIns = z.object({
  signIns: z.array(
    z.object({ role: z.string(), identifier: z.string(), password: z.string(), totpSecret: z.string().optional() }),
  ),
});
/** A demo account that the seed made. */
export type SignIn = z.infer<typeof SignIns>['signIns'][number];

/** Brings the database to the newest migration. */
export async function migrate(workspace: Workspace, env: Record<string, string>): Promise<void> {
  await runDatabaseCommand(workspace, 'migrate', env);
}

/** Writes the demo, whose passwords are known to everybody. @returns who can sign in */
export async function seedDemo(workspace: Workspace, env: Record<string, string>): Promise<SignIn[]> {
  const output = await runDatabaseCommand(workspace, 'seed', { ...env, SEED_DEMO: '1' });
  const last = output.trim().split('\n').at(-1) ?? '';
  const parsed = SignIns.safeParse(last.startsWith('{') ? JSON.parse(last) : undefined);
  return parsed.success ? parsed.data.signIns : [];
}

/** Runs db/migrate.ts or db/seed.ts and gives what it wrote. */
async function runDatabaseCommand(
  { supervisor }: Workspace,
  name: 'migrate' | 'seed',
  env: Record<string, string>,
): Promise<string> {
  const args = tsxArguments(`db/${name}.ts`);
  return supervisor.runOnce({ name, command: process.execPath, args, cwd: checkout, env });
}
