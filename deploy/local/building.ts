import path from 'node:path';
import { buildBundles, buildClient, type Say } from './build.ts';
import { localDirectory } from './paths.ts';
import { openWorkspace } from './service-set.ts';

/**
 * Builds processes and pages once, for stacks that start at the same moment afterwards and find them current.
 * @throws what the build throws, with its output in the log
 */
export async function buildAll(say: Say): Promise<void> {
  const directory = path.join(localDirectory, 'building');
  const workspace = await openWorkspace({ directory, say, onDeath: () => undefined });
  try {
    await buildBundles(say);
    await buildClient(workspace.supervisor, say);
  } finally {
    await workspace.supervisor.stopAll();
    workspace.close();
  }
}
