import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';

/**
 * What the same database does of the least that could be called a payment, through the same driver: one row, inserted and committed on
 * its own. A second.
 */
export async function measureBareInserts(db: Db, inParallel: number, count: number): Promise<number> {
  await db.execute(
    sql`create table if not exists bare_inserts (id uuid primary key, amount bigint not null, at timestamptz not null)`,
  );
  let left = count;
  const insertOneByOne = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await db.execute(sql`insert into bare_inserts values (${randomUUID()}::uuid, ${1_000}::bigint, now())`);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inParallel }, insertOneByOne));
  return Math.round(count / ((performance.now() - began) / 1_000));
}
