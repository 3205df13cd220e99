import { randomUUID } from 'node:crypto';
import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compiled } from './compiled.ts';
import type { Executor } from './connect.ts';
import { offices, sessions, users } from './schema/identity.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

it('answers as the same select that is not compiled: joins that find nothing, dates, lists; in a transaction and out of one', async () => {
  const { db } = test;
  const [without, with_] = [randomUUID(), randomUUID()];
  const officeId = randomUUID();
  await db.insert(offices).values({ id: officeId, code: 'AB1', name: 'Ici', city: 'Ici' });
  await db.insert(users).values([
    { id: without, name: 'Rakoto', email: 'rakoto@x.test' },
    { id: with_, name: 'Rabe', email: 'rabe@x.test', role: 'agent', officeId },
  ]);
  await db.insert(sessions).values({ userId: with_, token: 't', expiresAt: new Date(86_400_000) });
  const build = (from: Pick<Executor, 'select'>, ids: unknown) =>
    from
      .select({ user: users, office: offices, until: sessions.expiresAt, name: users.name })
      .from(users)
      .leftJoin(offices, eq(offices.id, users.officeId))
      .leftJoin(sessions, eq(sessions.userId, users.id))
      .where(sql`${users.id} = any(${ids}::uuid[])`)
      .orderBy(asc(users.name));
  let texts = 0;
  const find = compiled((from) => {
    texts += 1;
    return build(from, sql.placeholder('ids'));
  });
  for (const ids of [[without, with_], [with_], []]) {
    const plain = await build(db, sql.param(ids));
    expect(await find(db, { ids })).toEqual(plain);
    await db.transaction(async (tx) => {
      await tx.update(users).set({ name: 'Autre' }).where(eq(users.id, with_));
      const inside = await find(tx, { ids });
      expect(inside).toEqual(await build(tx, sql.param(ids)));
      if (ids.length > 0) expect(inside.map(({ name }) => name)).toContain('Autre');
      await tx.update(users).set({ name: 'Rabe' }).where(eq(users.id, with_));
    });
    if (ids.length === 2)
      expect(plain.map(({ user, office, until }) => [user.name, office?.code ?? null, until])).toEqual([
        ['Rabe', 'AB1', new Date(86_400_000)],
        ['Rakoto', null, null],
      ]);
  }
  expect(texts).toBe(1);
});
