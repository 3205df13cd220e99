import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seedDemo } from './demo-seed.ts';
import { auditLog, outbox } from './schema/platform.ts';
import { secondFactors, sessions, users } from './schema/identity.ts';
import { listStaff, resetSecondStep } from './staff-access.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemo(database.db, 'MG', [], (userId, secret) => `sealed for ${userId}: ${secret.length}`);
});
afterAll(() => database.drop());

const AGENT = 'agent@demo.example';
const ADMIN = 'administrator@demo.example';
const reset = (email: string, by: string) => resetSecondStep(database.db, { email, by, reason: 'telephone lost in a taxi' });

it('takes a lost device away, ends the sessions and writes down who did it and why', async () => {
  const [agent] = await database.db.select().from(users).where(eq(users.email, AGENT));
  const userId = agent?.id ?? '';
  await database.db.insert(sessions).values({ userId, token: 'x', expiresAt: new Date(Date.now() + 60_000) });
  expect(await listStaff(database.db)).toContainEqual({
    email: AGENT,
    role: 'agent',
    enrolledAt: expect.any(Date) as Date,
    codesLeft: 0,
  });
  expect(await reset(AGENT.toUpperCase(), ADMIN)).toEqual({ ended: 1 });
  expect(await database.db.$count(secondFactors, eq(secondFactors.userId, userId))).toBe(0);
  expect(await database.db.$count(sessions, eq(sessions.userId, userId))).toBe(0);
  expect(await database.db.$count(outbox, eq(outbox.name, 'session.ended'))).toBe(1);
  const [entry] = await database.db.select().from(auditLog).where(eq(auditLog.action, 'second_factor.reset'));
  const [admin] = await database.db.select().from(users).where(eq(users.email, ADMIN));
  expect(entry).toMatchObject({ actorId: admin?.id, entityId: userId, details: { reason: 'telephone lost in a taxi' } });
});

it('is refused to who is no administrator, for oneself, for a citizen, and where there is nothing to reset', async () => {
  await expect(reset(ADMIN, 'supervisor@demo.example')).rejects.toThrow('is no administrator');
  await expect(reset(ADMIN, ADMIN)).rejects.toThrow('another administrator');
  await expect(reset('hanta@demo.example', ADMIN)).rejects.toThrow('none of the staff');
  await expect(reset('nobody@demo.example', ADMIN)).rejects.toThrow('none of the staff');
  await expect(reset(AGENT, ADMIN)).rejects.toThrow('no second step to reset');
});
