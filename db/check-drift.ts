import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// Fails when the schema says something that no migration does: `tsx db/check-drift.ts`.
const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(path.join(tmpdir(), 'vignette-drift-'));
try {
  cpSync(path.join(root, 'db/migrations'), copy, { recursive: true });
  const before = readdirSync(copy).length;
  const kit = path.join(root, 'node_modules/drizzle-kit/bin.cjs');
  // drizzle-kit wants a path relative to where it runs.
  const out = path.relative(root, copy);
  const said = execFileSync(
    process.execPath,
    [kit, 'generate', '--dialect', 'postgresql', '--schema', './db/schema/*.ts', '--out', out, '--name', 'drift'],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const added = readdirSync(copy).length - before;
  if (added > 0) {
    console.error(
      'The schema is ahead of its migrations: run `npx drizzle-kit generate --name <what changes>` and review the SQL.',
    );
    process.exitCode = 1;
  } else if (!said.includes('No schema changes')) {
    console.error(said);
    process.exitCode = 1;
  } else {
    console.log('the migrations say what the schema says');
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
