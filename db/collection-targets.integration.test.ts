import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { SetTarget, setTarget } from './collection-targets.ts';
import { seedDemo } from './demo-seed.ts';
import { collectionTargets } from './schema/collections.ts';
import { offices, users } from './schema/identity.ts';
import { auditLog } from './schema/platform.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let database: TestDatabase;
const by = 'lova@office.example';
beforeAll(async () => {
  database = await createTestDatabase();
  await database.db.insert(users).values([
    { name: 'Lova', email: by, role: 'administrator' },
    { name: 'Tiana', email: 'tiana@office.example', role: 'supervisor' },
  ]);
});
afterAll(() => database.drop());

const target = (over: Partial<Record<keyof SetTarget, unknown>> = {}): SetTarget =>
  SetTarget.parse({ scope: 'national', period: 'month', from: '2026-11-01', amount: '120000', by, ...over });
const targets = () => database.db.select().from(collectionTargets);

it('the demo comes with targets that are said to be of a demo, and offices of a region', async () => {
  await seedDemo(database.db, 'MG', []);
  await seedDemo(database.db, 'MG', []);
  const rows = await targets();
  // The nation, four regions, five offices; a day, a month, a year each.
  expect(rows).toHaveLength(30);
  expect(rows.every(({ demo, setBy }) => demo && setBy === null)).toBe(true);
  const [two] = rows.filter(({ scope, period }) => scope === 'region-analamanga' && period === 'day');
  expect(two?.amount).toBe(4_000_000);
  const regions = await database.db.select({ region: offices.region }).from(offices);
  expect(regions.every(({ region }) => madagascar.regions.some(({ id }) => id === region))).toBe(true);
});

it('an administrator sets one, in the place of the demo’s, and it is kept who did', async () => {
  const year = String(new Date().getUTCFullYear());
  await setTarget(database.db, madagascar, target({ period: 'year', from: `${year}-01-01`, amount: '77' }));
  const [row] = (await targets()).filter(({ scope, period }) => scope === 'national' && period === 'year');
  expect(row).toMatchObject({ amount: 77, demo: false });
  expect(row?.setBy).not.toBeNull();
  const [kept] = await database.db.select().from(auditLog).where(eq(auditLog.action, 'target.set'));
  expect(kept).toMatchObject({ entityId: 'national', details: { period: 'year', amount: 77 } });
  await seedDemo(database.db, 'MG', []);
  expect((await targets()).filter(({ demo }) => !demo)).toHaveLength(1);
});

it.each([
  ['who is no administrator', { by: 'tiana@office.example' }, /no administrator/],
  ['a region that the country has not', { scope: 'region-atlantis' }, /no such region/],
  ['an office that is not there', { scope: `office-${randomUUID()}` }, /no such office/],
])('refuses %s', async (_what, over, why) => {
  await expect(setTarget(database.db, madagascar, target(over))).rejects.toThrow(why);
});

it.each([
  ['a month that begins on its second day', { from: '2026-11-02' }],
  ['a year that begins in February', { period: 'year', from: '2026-02-01' }],
  ['nothing to collect', { amount: '0' }],
  ['half a unit', { amount: '1.5' }],
  ['a scope of nothing', { scope: 'office-7' }],
])('does not understand %s', (_what, over) => {
  expect(() => target(over)).toThrow();
});
