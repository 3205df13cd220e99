import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { z } from 'zod';

/** Any number; the same for every process that migrates. */
const MIGRATION_LOCK = 528_000_001;

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));
const Journal = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) });

/**
 * Brings the database to the newest migration. One process at a time (advisory lock on the very connection that migrates);
 * fails when a migration that was applied has been edited since, or one was inserted before it (drizzle looks at the newest only).
 * Needs a direct connection, not PgBouncer.
 */
export async function migrateDatabase(url: string): Promise<{ applied: number; total: number }> {
  const sql = postgres(url, { max: 1, prepare: false, onnotice: () => undefined });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    const before = await appliedHashes(sql);
    await migrate(drizzle(sql), { migrationsFolder });
    const after = await appliedHashes(sql);
    const expected = await expectedHashes();
    const strange = expected.find(({ hash }) => !after.includes(hash));
    if (strange) throw new Error(`Migration ${strange.tag} was edited or inserted after a later one had been applied`);
    return { applied: after.length - before.length, total: expected.length };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function appliedHashes(sql: postgres.Sql): Promise<string[]> {
  const [table] = await sql`select to_regclass('drizzle.__drizzle_migrations') as name`;
  if (!table?.['name']) return [];
  const rows = await sql<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations`;
  return rows.map((row) => row.hash);
}

async function expectedHashes(): Promise<{ tag: string; hash: string }[]> {
  const journal = Journal.parse(JSON.parse(await readFile(`${migrationsFolder}/meta/_journal.json`, 'utf8')));
  return Promise.all(
    journal.entries.map(async ({ tag }) => ({
      tag,
      hash: createHash('sha256')
        .update(await readFile(`${migrationsFolder}/${tag}.sql`, 'utf8'))
        .digest('hex'),
    })),
  );
}
