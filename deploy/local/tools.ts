import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { checkout, localDirectory } from './paths.ts';

const Tool = z.object({ directory: z.string(), libraries: z.array(z.string()) });
const Tools = z.object({ postgres: Tool, redis: Tool, haproxy: Tool, chromium: Tool.optional() });

/** Where a tool's programs are, and what must stand in LD_LIBRARY_PATH when they are started. */
export type Tool = z.infer<typeof Tool>;
/** The tools of the local stack, as `bootstrap.mjs` found or fetched them. */
export type Tools = z.infer<typeof Tools>;

/**
 * Reads where the tools are; lets the bootstrap find or fetch them first when that was never done here.
 * @throws when they cannot be had; what to install has been printed by then
 */
export function loadTools(): Tools {
  const known = readTools();
  if (known !== undefined) return known;
  const bootstrap = path.join(checkout, 'deploy', 'local', 'bootstrap.mjs');
  spawnSync(process.execPath, [bootstrap, 'tools'], { stdio: ['ignore', 2, 2] });
  const found = readTools();
  if (found === undefined) throw new Error('Postgres, Redis or HAProxy is missing');
  return found;
}

function readTools(): Tools | undefined {
  const file = path.join(localDirectory, 'tools.json');
  if (!existsSync(file)) return undefined;
  const parsed = Tools.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) return undefined;
  const { postgres, redis, haproxy } = parsed.data;
  return [postgres, redis, haproxy].every((tool) => existsSync(tool.directory)) ? parsed.data : undefined;
}

/** The path of a tool's program. */
export function programOf(tool: Tool, program: string): string {
  return path.join(tool.directory, program);
}

/** The environment a tool's program needs besides the usual one. */
export function environmentOf(tool: Tool): Record<string, string> {
  return tool.libraries.length > 0 ? { LD_LIBRARY_PATH: tool.libraries.join(':') } : {};
}
