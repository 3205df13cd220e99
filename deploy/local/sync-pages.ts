import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkout } from './paths.ts';

/** Before tests of the pages' code: SvelteKit writes what their configuration extends, where it is not there yet. */
export default function setup(): void {
  const folder = path.join(checkout, 'client');
  if (existsSync(path.join(folder, '.svelte-kit', 'tsconfig.json'))) return;
  execFileSync(process.execPath, [path.join(checkout, 'node_modules/@sveltejs/kit/svelte-kit.js'), 'sync'], { cwd: folder });
}
