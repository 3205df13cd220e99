import { and, eq, lt, ne, sql } from 'drizzle-orm';
import type { Executor, Tx } from './connect.ts';
import { knownBrowsers } from './schema/notices.ts';

/** Keeps a browser among those that a person has signed in with. Answers whether it is new beside others that were known. */
export async function rememberBrowser(tx: Tx, userId: string, browser: string): Promise<boolean> {
  const [row] = await tx
    .insert(knownBrowsers)
    .values({ userId, browser })
    .onConflictDoUpdate({ target: [knownBrowsers.userId, knownBrowsers.browser], set: { lastSeenAt: sql`now()` } })
    // No version of the row was there before when nobody deleted one: `xmax` is zero for a row that was inserted.
    .returning({ inserted: sql<boolean>`(xmax = 0)` });
  if (!row?.inserted) return false;
  const others = await tx
    .select({ one: sql`1` })
    .from(knownBrowsers)
    .where(and(eq(knownBrowsers.userId, userId), ne(knownBrowsers.browser, browser)))
    .limit(1);
  return others.length > 0;
}

/** Forgets browsers that were last seen before a moment. Answers how many. */
export async function forgetBrowsers(db: Executor, seenBefore: Date): Promise<number> {
  const rows = await db
    .delete(knownBrowsers)
    .where(lt(knownBrowsers.lastSeenAt, seenBefore))
    .returning({ userId: knownBrowsers.userId });
  return rows.length;
}
