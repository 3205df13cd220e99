import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approveGrid, draftGrid, proposeGrid } from '#db/price-grid-versions.ts';
import { users } from '#db/schema/identity.ts';
import { assessments } from '#db/schema/payments.ts';
import { owners, vehicles } from '#db/schema/vehicles.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { readGarage } from '#db/vehicles.repository.ts';
import { GridInForce, PlateLookup } from '#shared/contracts/tax.ts';
import { GarageView } from '#shared/contracts/vehicles.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { raised } from '#shared/domain/tax/testing/arbitraries.ts';
import { silentLogger, testPrefix } from '#shared/node/testing/helpers.ts';
import { absentRedis, connectTestRedis } from '#shared/node/testing/test-redis.ts';
import { createRateLimits } from '../http/rate-limits.ts';
import { httpApp } from '../http/testing/http-fixture.ts';
import { createGridSource } from './grid-source.service.ts';
import { createPlateCache, MOST_UNKNOWN, UNKNOWN_SECONDS, type PlateCache } from './plate-cache.service.ts';
import { LOOKUP_LIMIT, createTaxRoutes } from './tax.routes.ts';
import { createTaxService, type TaxService } from './tax.service.ts';

let database: TestDatabase;
let cache: Redis;
let queues: Redis;
let plates: PlateCache;
let tax: TaxService;
/** The day of all tests: due until the 31st. */
let now = new Date('2026-01-15T09:00:00Z');
const clock = () => now;
const results: string[] = [];
const [author, approver, owner] = [randomUUID(), randomUUID(), randomUUID()];

const serviceOn = (redis: Redis): { tax: TaxService; plates: PlateCache } => {
  const kept = createPlateCache({ redis, prefix: testPrefix(), logger: silentLogger() });
  const { db } = database;
  const grids = createGridSource({ db, country: madagascar, clock, believedMs: 0 });
  const onLookup = (result: string) => void results.push(result);
  return { plates: kept, tax: createTaxService({ db, country: madagascar, clock, grids, plates: kept, onLookup }) };
};

beforeAll(async () => {
  [database, cache, queues] = [await createTestDatabase(), await connectTestRedis('cache'), await connectTestRedis('queues')];
  const { db } = database;
  ({ tax, plates } = serviceOn(cache));
  await db.insert(users).values([
    { id: author, name: 'A', email: 'a@tax.example', role: 'administrator' },
    { id: approver, name: 'B', email: 'b@tax.example', role: 'supervisor' },
    { id: owner, name: 'Rabe Solo', email: 'rabe@tax.example' },
  ]);
  const [row] = await db.insert(owners).values({ userId: owner, name: 'Rabe Solo' }).returning();
  const common = { ownerId: row?.id ?? null, holderName: 'RABE SOLO', make: 'PEUGEOT', model: '206' };
  await db.insert(vehicles).values([
    { ...common, country: 'MG', plate: '1234TAB', fuel: 'ES', fiscalPower: 4, firstRegistration: '2023-05-01' },
    { ...common, country: 'MG', plate: '77TAB', fuel: null, fiscalPower: null, firstRegistration: null, make: null },
    { ...common, country: 'FR', plate: 'AB123CD', fuel: 'ES', fiscalPower: 4, firstRegistration: '2023-05-01' },
  ]);
});
afterAll(async () => {
  cache.disconnect();
  queues.disconnect();
  await database.drop();
});

const putInForce = async (grid: typeof FIRST_GRIDS.MG): Promise<void> => {
  const version = await draftGrid(database.db, grid, author);
  await proposeGrid(database.db, 'MG', version, author, now);
  await approveGrid(database.db, 'MG', version, approver, now);
};

it('says that it cannot answer while no grid is in force', async () => {
  await expect(tax.grid()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(tax.lookUp('1234 TAB')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect((await readGarage(database.db, owner, now)).vehicles.map(({ due }) => due)).toEqual([null, null, null]);
  await putInForce(FIRST_GRIDS.MG);
  expect(await tax.grid()).toEqual({ grid: FIRST_GRIDS.MG, today: '2026-01-15', fiscalYear: 2026 });
});

describe('a look-up', () => {
  it('tells what is owed, line by line, and nothing of a person', async () => {
    const lookup = PlateLookup.parse(await tax.lookUp(' 1234-tab'));
    expect(lookup).toMatchObject({
      plate: '1234TAB',
      country: 'MG',
      make: 'PEUGEOT',
      asOf: '2026-01-15T09:00:00.000Z',
      assessment: {
        status: 'due',
        total: 16_500,
        currency: 'MGA',
        dueDate: '2026-01-31',
        gridVersion: 1,
        changesOn: '2026-02-01',
      },
    });
    expect(lookup.assessment.lines.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['tax', 15_000],
      ['stamp_duty', 1_000],
      ['fee', 500],
    ]);
    expect(JSON.stringify(lookup)).not.toMatch(/rabe|solo|owner|holder|206/i);
  });

  it('names what is missing and between what it lies', async () => {
    expect((await tax.lookUp('77 TAB')).assessment).toMatchObject({
      status: 'undetermined',
      total: null,
      missing: ['fuel', 'fiscal_power', 'first_registration'],
      range: { min: 6_500, max: 341_500 },
    });
  });

  it.each([
    ['no plate', '????', { code: 'PLATE_INVALID', details: { fault: 'not_a_plate' } }],
    ['a plate that nobody has', '9999 TZZ', { code: 'NOT_FOUND', details: { what: 'plate', plate: '9999TZZ' } }],
    [
      'a plate of another country',
      'AB-123-CD',
      { code: 'NOT_FOUND', details: { what: 'plate', plate: 'AB123CD', country: 'CI' } },
    ],
  ])('refuses %s', (_what, typed, error) => expect(tax.lookUp(typed)).rejects.toMatchObject(error));

  it('comes from the cache the second time, until the vehicle, the grid or the day changes', async () => {
    const ask = async (): Promise<[string | undefined, number | null]> => {
      const { assessment } = await tax.lookUp('1234TAB');
      return [results.at(-1), assessment.total];
    };
    const mine = eq(vehicles.plate, '1234TAB');
    expect(await ask()).toEqual(['hit', 16_500]);
    // Nobody tells the cache.
    await database.db.update(vehicles).set({ fiscalPower: 5 }).where(mine);
    expect(await ask()).toEqual(['stale', 31_500]);
    expect(await ask()).toEqual(['hit', 31_500]);
    await putInForce({ ...raised(FIRST_GRIDS.MG, 7), effectiveFrom: '2026-01-10' });
    expect(await ask()).toEqual(['stale', 31_507]);
    now = new Date('2026-01-31T21:00:00Z');
    const [, late] = await ask();
    expect(late).toBe(31_507 + 3_001);
    now = new Date('2026-01-15T09:00:00Z');
  });

  it('says that a tax is paid from the commit on, also to those who asked while it was being paid, and out of the cache', async () => {
    const [vehicle] = await database.db.select().from(vehicles).where(eq(vehicles.plate, '1234TAB'));
    const paid = async (): Promise<boolean> => (await tax.lookUp('1234TAB')).paid;
    expect(await paid()).toBe(false);
    const values = { vehicleId: vehicle?.id ?? '', fiscalYear: 2026 };
    const [row] = await database.db.insert(assessments).values(values).returning();
    await database.db.transaction(async (tx) => {
      await tx
        .update(assessments)
        .set({ paidAt: now })
        .where(eq(assessments.id, row?.id ?? ''));
      expect([await paid(), results.at(-1)]).toEqual([false, 'hit']);
    });
    const crowd = await Promise.all(Array.from({ length: 50 }, paid));
    expect([new Set(crowd), results.at(-1)]).toEqual([new Set([true]), 'hit']);
  });

  it('is computed once for all who ask at once', async () => {
    await database.db.update(vehicles).set({ make: 'RENAULT' }).where(eq(vehicles.plate, '77TAB'));
    const { plates: own } = serviceOn(cache);
    let kept = 0;
    const keep: PlateCache['keep'] = (lookup, version) => {
      kept += 1;
      return own.keep(lookup, version);
    };
    const grids = createGridSource({ db: database.db, country: madagascar, clock });
    const counted = createTaxService({ db: database.db, country: madagascar, clock, grids, plates: { ...own, keep } });
    const crowd = await Promise.all(Array.from({ length: 40 }, () => counted.lookUp('77 TAB')));
    expect([new Set(crowd.map(({ make }) => make)), kept < 10]).toEqual([new Set(['RENAULT']), true]);
  });

  it('remembers for a minute that nobody has a plate, until somebody registers it; and of so many plates only', async () => {
    const key = { country: 'MG', plate: '55TAC' };
    const missing = (): Promise<unknown> => expect(tax.lookUp('55 TAC')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await missing();
    expect(results.at(-1)).toBe('miss');
    await missing();
    expect(results.at(-1)).toBe('hit_unknown');
    await database.db.insert(vehicles).values({ ...key, holderName: 'RABE SOLO' });
    await plates.forget(key);
    expect((await tax.lookUp('55 TAC')).plate).toBe('55TAC');
    // Who read the register before the registration is too late to say so.
    await plates.keepUnknown(key);
    expect((await plates.read(key)).state).not.toBe('unknown');

    const prefix = testPrefix();
    let at = 1_000;
    const small = createPlateCache({ redis: cache, prefix, logger: silentLogger(), now: () => at });
    for (let batch = 0; batch < MOST_UNKNOWN + 500; batch += 500) {
      const many = Array.from({ length: 500 }, (_, index) => ({ country: 'MG', plate: `X${batch + index}` }));
      await Promise.all(many.map((one) => small.keepUnknown(one)));
      at += 1;
    }
    expect(await cache.zcard(`${prefix}plates-unknown:{MG}`)).toBe(MOST_UNKNOWN);
    expect((await small.read({ country: 'MG', plate: 'X0' })).state).toBe('nothing');
    at += UNKNOWN_SECONDS * 1000;
    expect((await small.read({ country: 'MG', plate: `X${MOST_UNKNOWN}` })).state).toBe('nothing');
  });

  it('works without the cache', async () => {
    const away = absentRedis();
    const { tax: without, plates: none } = serviceOn(away);
    expect((await without.lookUp('1234TAB')).assessment.total).toBe(31_507);
    await none.forget({ country: 'MG', plate: '1234TAB' });
    away.disconnect();
  });
});

describe('the routes', () => {
  const app = (logger = silentLogger()) => {
    const limits = createRateLimits({ redis: queues, prefix: testPrefix(), key: Buffer.alloc(32, 1) });
    const routes = createTaxRoutes({ tax, lookupLimit: limits.limit('plate-lookup', LOOKUP_LIMIT) });
    return httpApp({ logger, routers: [{ path: '/api', app: routes }] });
  };
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });

  it('give everybody the grid, which a page may keep for a minute', async () => {
    const http = app();
    const answer = await http.request('/api/grid');
    expect(GridInForce.parse(await answer.json())).toMatchObject({ grid: { country: 'MG', version: 2 }, today: '2026-01-15' });
    expect(answer.headers.get('cache-control')).toBe('public, max-age=60');
    const again = await http.request('/api/grid', { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
  });

  it('leave in the log that a plate was looked up, not which', async () => {
    const lines: string[] = [];
    const http = app(pino({ level: 'trace' }, { write: (line) => void lines.push(line) }));
    await http.request('/api/plates/1234%20TAB', from('203.0.113.9'));
    expect(lines.join()).toContain('/api/plates/…');
    expect(lines.join()).not.toMatch(/1234|203\.0/);
  });

  it('answer fifty look-ups an hour of one address, of whatever plates', async () => {
    const http = app();
    const ask = async (plate: string, address: string) => http.request(`/api/plates/${encodeURIComponent(plate)}`, from(address));
    expect(PlateLookup.parse(await (await ask('1234 TAB', '203.0.113.7')).json()).assessment.total).toBe(31_507);
    const answers = await Promise.all(Array.from({ length: 49 }, (_, index) => ask(`${index + 1} TZZ`, '203.0.113.7')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    const refused = await ask('1234 TAB', '203.0.113.7');
    expect([refused.status, await refused.json()]).toMatchObject([429, { error: { code: 'RATE_LIMITED' } }]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect((await ask('1234 TAB', '203.0.113.8')).status).toBe(200);
    expect((await ask('!', '203.0.113.8')).status).toBe(400);
  });
});

it('the garage has what is due beside each vehicle of a country with a grid', async () => {
  const garage = GarageView.parse(await readGarage(database.db, owner, now));
  expect(
    Object.fromEntries(garage.vehicles.map(({ plate, due }) => [plate, due && [due.status, due.total, due.dueDate]])),
  ).toEqual({
    '1234TAB': ['due', 31_507, '2026-01-31'],
    '77TAB': ['undetermined', null, null],
    AB123CD: null,
  });
  const later = await readGarage(database.db, owner, new Date('2026-02-02T00:00:00Z'));
  expect(later.vehicles.find(({ plate }) => plate === '1234TAB')?.due).toMatchObject({ status: 'overdue', on: '2026-02-02' });
});
