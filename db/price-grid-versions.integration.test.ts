import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { approveGrid, draftGrid, proposeGrid } from './price-grid-versions.ts';
import { findGrid, findGridActor, gridsInForce, listGrids, versionInForce } from './price-grids.repository.ts';
import { auditLog } from './schema/platform.ts';
import { users } from './schema/identity.ts';
import { priceGrids } from './schema/tax.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let database: TestDatabase;
const [author, other, citizen] = [randomUUID(), randomUUID(), randomUUID()];
const at = new Date('2026-01-02T08:00:00Z');
beforeAll(async () => {
  database = await createTestDatabase();
  await database.db.insert(users).values([
    { id: author, name: 'A', email: 'a@tax.example', role: 'administrator' },
    { id: other, name: 'B', email: 'b@tax.example', role: 'supervisor' },
    { id: citizen, name: 'C', email: 'c@tax.example' },
  ]);
});
afterAll(() => database.drop());

const from = (effectiveFrom: string) => ({ ...FIRST_GRIDS.MG, effectiveFrom });
const approved = async (effectiveFrom: string): Promise<number> => {
  const version = await draftGrid(database.db, from(effectiveFrom), author);
  await proposeGrid(database.db, 'MG', version, author, at);
  await approveGrid(database.db, 'MG', version, other, at);
  return version;
};
/** What Postgres said, whatever drizzle put around it. */
const said = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing',
    (error: Error) => `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`,
  );

describe('versions of a grid', () => {
  it('go from draft to in force, by two persons, each step in the audit log', async () => {
    const { db } = database;
    const version = await draftGrid(db, from('2026-01-01'), author);
    expect(await versionInForce(db, 'MG', '2026-01-15')).toBeNull();
    await expect(approveGrid(db, 'MG', version, other, at)).rejects.toThrow('is draft, not proposed');
    await proposeGrid(db, 'MG', version, author, at);
    await expect(approveGrid(db, 'MG', version, author, at)).rejects.toThrow('another person');
    await approveGrid(db, 'MG', version, other, at);
    expect(await versionInForce(db, 'MG', '2026-01-15')).toBe(version);
    expect(await versionInForce(db, 'MG', '2025-12-31')).toBeNull();
    expect(await findGrid(db, 'MG', version)).toEqual({ ...FIRST_GRIDS.MG, version });
    const actions = await db.select({ action: auditLog.action }).from(auditLog).where(eq(auditLog.entity, 'price_grid'));
    expect(actions.map(({ action }) => action)).toEqual(['price_grid.drafted', 'price_grid.proposed', 'price_grid.approved']);
    expect(await listGrids(db, 'MG')).toMatchObject([
      { version, status: 'approved', author: 'a@tax.example', approver: 'b@tax.example' },
    ]);
  });

  it('are in force by their effective date, the later draft first of two on the same day', async () => {
    const { db } = database;
    const [july, again] = [await approved('2026-07-01'), await approved('2026-07-01')];
    expect(again).toBe(july + 1);
    expect(await versionInForce(db, 'MG', '2026-06-30')).toBe(july - 1);
    expect(await versionInForce(db, 'MG', '2026-07-01')).toBe(again);
    const grids = await gridsInForce(db, { MG: '2026-06-30', MA: '2026-06-30' });
    expect([...grids].map(([country, { version }]) => [country, version])).toEqual([['MG', july - 1]]);
  });

  it('are numbered apart when two are drafted at once', async () => {
    const drafts = Array.from({ length: 6 }, () => draftGrid(database.db, { ...FIRST_GRIDS.BJ }, author));
    expect((await Promise.all(drafts)).sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are refused with a fault', async () => {
    const grid = structuredClone(FIRST_GRIDS.MA);
    grid.rules.tariffs.pop();
    await expect(draftGrid(database.db, grid, author)).rejects.toThrow('nothing says what vehicle on diesel pays');
    expect(await listGrids(database.db, 'MA')).toEqual([]);
  });
});

describe('the database itself refuses', () => {
  it('an approval by the author', async () => {
    const { db } = database;
    const version = await draftGrid(db, from('2027-01-01'), author);
    await proposeGrid(db, 'MG', version, author, at);
    const mine = and(eq(priceGrids.country, 'MG'), eq(priceGrids.version, version));
    const approval = { status: 'approved' as const, approverId: author, approvedAt: at };
    expect(await said(db.update(priceGrids).set(approval).where(mine))).toContain('price_grids_two_persons');
    const unnamed = { ...approval, approverId: null };
    expect(await said(db.update(priceGrids).set(unnamed).where(mine))).toContain('price_grids_approved');
    const swapped = { ...approval, authorId: other };
    expect(await said(db.update(priceGrids).set(swapped).where(mine))).toContain('does not change');
  });

  it('to change or delete an approved one, or to begin with one', async () => {
    const { db } = database;
    const one = and(eq(priceGrids.country, 'MG'), eq(priceGrids.version, 1));
    expect(await said(db.update(priceGrids).set({ effectiveFrom: '2020-01-01' }).where(one))).toContain('does not change');
    expect(await said(db.delete(priceGrids).where(eq(priceGrids.country, 'MG')))).toContain('does not change');
    const { rules, ...values } = FIRST_GRIDS.MA;
    const row = { ...values, data: rules, authorId: author, status: 'approved' as const, approverId: other };
    const whole = { ...row, proposedAt: at, approvedAt: at };
    expect(await said(db.insert(priceGrids).values(whole))).toContain('begins as a draft');
  });
});

it('lets administrators and supervisors act, and nobody else', async () => {
  expect(await findGridActor(database.db, 'A@tax.example')).toBe(author);
  expect(await findGridActor(database.db, 'b@tax.example')).toBe(other);
  expect(await findGridActor(database.db, 'c@tax.example')).toBeNull();
});
