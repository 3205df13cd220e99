import { afterAll, beforeAll, expect, it } from 'vitest';
import { documents } from './schema/documents.ts';
import { users } from './schema/identity.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { PENDING_LISTED, readGarage } from './vehicles.repository.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('a garage stays small however many photographs somebody sends: the newest documents are listed', async () => {
  const { db } = database;
  const [user] = await db.insert(users).values({ name: 'Rabe', email: 'rabe@example.test' }).returning();
  const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));
  const userId = user?.id ?? '';
  const rows = Array.from({ length: PENDING_LISTED + 50 }, (_, minute) => ({ userId, status: 'read', createdAt: at(minute) }));
  await db.insert(documents).values(rows);
  const garage = await readGarage(db, userId);
  expect(garage.documents).toHaveLength(PENDING_LISTED);
  expect(garage.documents[0]?.submittedAt).toBe(at(PENDING_LISTED + 49).toISOString());
  expect(JSON.stringify(garage).length).toBeLessThan(20_000);
});
