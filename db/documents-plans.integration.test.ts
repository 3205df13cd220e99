import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Tx } from './connect.ts';
import { readReadingQueue } from './document-views.repository.ts';
import { countPages, currentPages } from './documents.repository.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

const DOCUMENTS = 5_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await db.execute(sql`insert into users (name, email) select 'x', g || '@example.test' from generate_series(1, 100) g`);
  await db.execute(sql`insert into documents (user_id, status, read_at, reading_ms)
    select id, 'read', now() - g * interval '1 hour', g from users, generate_series(1, ${DOCUMENTS / 100}) g`);
  await db.execute(sql`insert into document_pages (document_id, user_id, client_id, side, content_type, bytes, sha256, width, height, original_key)
    select id, user_id, gen_random_uuid(), 'recto', 'image/jpeg', 1, '', 1, 1, '' from documents`);
  await db.execute(sql`analyze`);
});
afterAll(() => database.drop());

/** The rows of the two tables that `work` makes Postgres look at. */
async function rowsLookedAt(work: (tx: Tx) => Promise<unknown>): Promise<number> {
  return database.db.transaction(async (tx) => {
    // Counted by this connection since it last told the server: the difference is what `work` did.
    const counted = async (): Promise<number> => {
      const [row] = await tx.execute<{ rows: string }>(sql`select sum(
          pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid)) as rows
        from pg_class where relname in ('documents', 'document_pages')`);
      return Number(row?.rows);
    };
    const before = await counted();
    await work(tx);
    return (await counted()) - before;
  });
}

it('the readers’ queue looks at the last fifty readings, however many there were', async () => {
  expect(await rowsLookedAt((tx) => readReadingQueue(tx))).toBeLessThan(200);
});

it('the photographs of a document are found among those of its user', async () => {
  const [page] = await database.db.execute<{ user_id: string; document_id: string }>(
    sql`select user_id, document_id from document_pages limit 1`,
  );
  const [userId, documentId] = [page?.user_id ?? '', page?.document_id ?? ''];
  expect(await countPages(database.db, userId, documentId)).toBe(1);
  expect(await countPages(database.db, userId, randomUUID())).toBe(0);
  expect(await rowsLookedAt((tx) => countPages(tx, userId, documentId))).toBeLessThan(200);
  expect(await rowsLookedAt((tx) => currentPages(tx, documentId))).toBeLessThan(200);
});
