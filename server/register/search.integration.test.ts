import { randomUUID } from 'node:crypto';
import { sql, type SQL } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  meaningsOf,
  nameStatement,
  plateStatement,
  referenceStatement,
  vinStatement,
  wordStatement,
} from '#db/register-search.repository.ts';
import { offices, users } from '#db/schema/identity.ts';
import { auditLog } from '#db/schema/platform.ts';
import { officeServices, tickets } from '#db/schema/tickets.ts';
import { owners, vehicles } from '#db/schema/vehicles.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import type { Role } from '#shared/contracts/identity.ts';
import type { SearchFit, SearchKind } from '#shared/contracts/register.ts';
import type { Actor } from '#shared/domain/policy.ts';
import { fold } from '#shared/domain/search/folding.ts';
import { createSearchService, type SearchService } from './search.service.ts';
import { createSearchTally } from './search-tally.ts';

let database: TestDatabase;
let search: SearchService;
const NOW = new Date('2026-11-23T09:00:00Z');
const officeId = randomUUID();
const actor = (role: Role, office: string | null = officeId): Actor => ({ userId: randomUUID(), role, officeId: office });
const agent = actor('agent');
const VIN = 'VF1BB05CF26010203';
const people: [plate: string, holder: string, vin?: string][] = [
  ['1234TAB', 'RAKOTOMALALA Hery', VIN],
  ['1235TAB', 'Jean-Pierre D’Almeida'],
  ['AB1234RB', 'DE SOUZA Élodie'],
  ['AC9876RB', 'N’Dah Kouassi Łukasz'],
  ['4321FBC', 'Ravelojaona Œuvrard Søren'],
];

async function hits(query: string, who = agent): Promise<[SearchKind, SearchFit, string | undefined][]> {
  return (await search.find(who, query)).hits.map(({ kind, fit, vehicle }) => [kind, fit, vehicle?.plate]);
}

beforeAll(async () => {
  database = await createTestDatabase(4);
  const { db } = database;
  search = createSearchService({ db, clock: () => NOW, timeZone: 'Indian/Antananarivo' });
  for (const [plate, holderName, vin] of people) {
    const [owner] = await db.insert(owners).values({ name: holderName }).returning();
    await db.insert(vehicles).values({ country: 'MG', plate, holderName, vin: vin ?? null, ownerId: owner?.id ?? null });
  }
  const [buyer] = await db.insert(owners).values({ name: 'Voahangy Andriamanana' }).returning();
  await db.insert(vehicles).values({ country: 'MG', plate: '77TBD', holderName: 'SARL TSARA', ownerId: buyer?.id ?? null });
  await db.insert(offices).values({ id: officeId, code: 'T1', name: 'Centre', city: 'Antananarivo' });
  const [service] = await db
    .insert(officeServices)
    .values({ officeId, prefix: 'A', nameFr: 'Vignette', nameEn: 'Tax', usualMinutes: 5 })
    .returning();
  const [vehicle] = await db
    .select()
    .from(vehicles)
    .where(sql`plate = '1234TAB'`);
  for (const [number, day, vehicleId] of [
    ['A007', '2026-11-23', vehicle?.id],
    ['A008', '2026-11-22', vehicle?.id],
  ] as const) {
    const times = { takenAt: NOW, rankAt: NOW };
    const ticket = { clientId: randomUUID(), officeId, serviceId: service?.id ?? '', number, day, vehicleId };
    await db.insert(tickets).values({ ...ticket, ...times, source: 'kiosk', priority: 'none' });
  }
});
afterAll(() => database.drop());

describe('the one box', () => {
  it.each([
    ['1234tab', [['plate', 'exact', '1234TAB']]],
    [' 1234-T ab ', [['plate', 'exact', '1234TAB']]],
    [
      '12',
      [
        ['plate', 'start', '1234TAB'],
        ['plate', 'start', '1235TAB'],
      ],
    ],
    ['234RB', [['plate', 'end', 'AB1234RB']]],
    ['AB1243RB', [['plate', 'typo', 'AB1234RB']]],
    ['X234TAB', [['plate', 'typo', '1234TAB']]],
    ['vf1 bb05cf 26010203', [['vin', 'exact', '1234TAB']]],
    ['26010203', [['vin', 'end', '1234TAB']]],
    ['VF1BB05CF26010283', [['vin', 'typo', '1234TAB']]],
    ['rakotomalala', [['name', 'exact', '1234TAB']]],
    ['hery rakotom', [['name', 'start', '1234TAB']]],
    ['rakotomolala hery', [['name', 'typo', '1234TAB']]],
    ['rakotomo', [['name', 'typo', '1234TAB']]],
    ['jeanpierre', [['name', 'exact', '1235TAB']]],
    ['dalmeida', [['name', 'exact', '1235TAB']]],
    ['desouza elodie', [['name', 'exact', 'AB1234RB']]],
    ['ndah lukasz', [['name', 'exact', 'AC9876RB']]],
    ['oeuvrard soren', [['name', 'exact', '4321FBC']]],
    ['rakoto malala', [['name', 'typo', '1234TAB']]],
    ['heryrakotomalala', [['name', 'typo', '1234TAB']]],
    ['andriamanana', [['name', 'exact', '77TBD']]],
    ['tsara', [['name', 'exact', '77TBD']]],
    ['a7', [['ticket', 'exact', '1234TAB']]],
    ['A008', []],
    ['', []],
    ['%', []],
    ["'; drop table vehicles; --", []],
    ['_____', []],
    ['x'.repeat(80), []],
  ])('%s', async (query, expected) => {
    expect(await hits(query)).toEqual(expected);
  });

  it('finds any name of five letters and more with any one letter mistyped', async () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    const names = people.flatMap(([plate, name]) =>
      fold(name)
        .split(/[ -]/)
        .map((word) => ({ plate, word })),
    );
    const long = names.filter(({ word }) => word.length >= 5);
    const cases = fc.tuple(fc.constantFrom(...long), fc.nat(40), fc.constantFrom(...letters), fc.nat(3));
    await fc.assert(
      fc.asyncProperty(cases, async ([{ plate, word }, place, letter, how]) => {
        const at = place % word.length;
        const swapped = word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2);
        const typed = [
          word.slice(0, at) + letter + word.slice(at + 1),
          word.slice(0, at) + word.slice(at + 1),
          word.slice(0, at) + letter + word.slice(at),
          swapped,
        ][how];
        fc.pre(typed !== undefined && typed.length >= 5);
        expect((await hits(typed ?? '')).map(([, , found]) => found)).toContain(plate);
      }),
      { numRuns: 150 },
    );
  });

  it('folds in the database as it does here', async () => {
    const letters = [..."aZéÉÜñçŁłØøœŒæÆßđĐı'’ʼ`ŉ -9"];
    const text = fc.array(fc.constantFrom(...letters), { maxLength: 12 }).map((all) => all.join(''));
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        const [row] = await database.db.execute<{ folded: string }>(sql`select search_fold(${given}) as folded`);
        expect(row?.folded).toBe(fold(given));
      }),
      { numRuns: 100 },
    );
  });

  it('tells that there are more than it shows', async () => {
    const many = Array.from({ length: 30 }, (_, n) => ({
      country: 'MG',
      plate: `88${String(n).padStart(2, '0')}TAA`,
      holderName: 'Zed',
    }));
    await database.db.insert(vehicles).values(many);
    const answer = await search.find(agent, '88');
    expect([answer.hits.length, answer.more, answer.incomplete]).toEqual([8, true, false]);
  });

  it('answers with what it has when the database is slow, and says so', async () => {
    const slow = createSearchService({ db: database.db, clock: () => NOW, timeZone: 'UTC', timeoutMs: 150 });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let locked: () => void = () => undefined;
    const isLocked = new Promise<void>((resolve) => (locked = resolve));
    const holding = database.db.transaction(async (tx) => {
      await tx.execute(sql`lock table search_words in access exclusive mode`);
      locked();
      await held;
    });
    await isLocked;
    const answer = await slow.find(agent, 'rakoto').finally(release);
    await holding;
    expect(answer.incomplete).toBe(true);
  });
});

describe('who searches', () => {
  it('finds and sees no names where they may not read files', async () => {
    expect(await hits('rakotomalala', actor('auditor', null))).toEqual([]);
    const { hits: found } = await search.find(actor('auditor', null), '1234TAB');
    expect(found).toMatchObject([{ kind: 'plate', matched: '1234TAB', vehicle: { plate: '1234TAB', name: null } }]);
    expect(JSON.stringify(found)).not.toMatch(/rakoto/i);
  });
  it('sees the tickets of their own office alone', async () => {
    expect(await hits('A007', actor('agent', randomUUID()))).toEqual([]);
  });
  it('is counted, not what for', async () => {
    const { db } = database;
    const [user] = await db.insert(users).values({ name: 'Agent', email: 'a@b.test', role: 'agent' }).returning();
    let now = NOW;
    const tally = createSearchTally({ db, clock: () => now });
    for (let n = 0; n < 7; n += 1) await tally.count(user?.id ?? '');
    now = new Date(NOW.getTime() + 6 * 60_000);
    await tally.count(user?.id ?? '');
    const kept = await db
      .select()
      .from(auditLog)
      .where(sql`action = 'register.searched'`);
    expect(kept.map(({ actorId, details }) => [actorId, details])).toEqual([
      [user?.id, { searches: 1 }],
      [user?.id, { searches: 7 }],
    ]);
  });
});

describe('the statements', () => {
  const planOf = (statement: SQL): Promise<string> =>
    database.db.transaction(async (tx) => {
      const plan = await tx.execute<{ 'QUERY PLAN': string }>(sql`explain ${statement}`);
      return [...plan].map((row) => row['QUERY PLAN']).join('\n');
    });
  it('walk through no table, of their own accord', async () => {
    const { db } = database;
    await db.execute(sql`insert into vehicles (country, plate, holder_name, vin)
      select 'BJ', chr(65 + n % 26) || chr(65 + n / 26 % 26) || lpad((n / 676 + n % 97 * 100)::text, 4, '0') || 'RB',
        'Nom' || md5((n % 4000)::text) || ' Prenom' || md5((n % 700)::text), 'VIN' || upper(left(md5(n::text), 14))
      from generate_series(1, 30000) n on conflict do nothing`);
    await db.execute(sql`insert into owners (name) select 'Nom' || md5(n::text) from generate_series(1, 20000) n`);
    await db.execute(sql`analyze vehicles, owners, search_words`);
    const { typo, exact } = await meaningsOf(db, 'rakotomolala');
    expect([typo, exact]).toEqual([['rakotomalala'], []]);
    for (const statement of [
      plateStatement('AB1234RB'),
      vinStatement('VF1BB05CF26010203'),
      referenceStatement('ABCDEFGHJKMNPQRSTVWX'),
      wordStatement('rakotomolala'),
      nameStatement('typo', [[typo, ['hery']]]),
    ]) {
      expect(await planOf(statement)).not.toMatch(/Seq Scan on (vehicles|owners|search_words)/);
    }
  });
});
