import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import ExcelJS from 'exceljs';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebuildTotals } from '#db/collection-totals.repository.ts';
import { offices } from '#db/schema/identity.ts';
import { auditLog } from '#db/schema/platform.ts';
import { tillSessions } from '#db/schema/till.ts';
import { CollectionFilter, CollectionPage, type CollectionMovement } from '#shared/contracts/collections.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import type { Actor } from '#shared/domain/policy.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { httpApp } from '../http/testing/http-fixture.ts';
import { createTillsFixture, type TillsFixture } from '../tills/testing/tills-fixture.ts';
import { createCollectionRoutes } from './collections.routes.ts';
import { createCollectionsService, cursorOf, type CollectionsService } from './collections.service.ts';

const FORMULA = '=HYPERLINK("http://evil.example";"Centre")';
const HOUR = 3_600_000;
let fixture: TillsFixture;
let collections: CollectionsService;
/** Sees every office, and what is online. */
let auditor: Actor;
const filter = (query: object = {}): CollectionFilter =>
  CollectionFilter.parse({ from: '2026-01-15', to: '2026-01-16', ...query });

/** 15 January 2026, from noon in Antananarivo over midnight: online and cash, two offices, a reversal of each kind. */
beforeAll(async () => {
  fixture = await createTillsFixture();
  const { database, clock, payments, confirmations, provider } = fixture;
  auditor = await fixture.staff('auditor');
  collections = createCollectionsService({ db: database.db, clock, country: madagascar, logger: silentLogger() });
  await database.db.update(offices).set({ name: FORMULA }).where(eq(offices.id, fixture.stranger.officeId));
  const [here, there] = [await fixture.opened(fixture.fanja), await fixture.opened(fixture.stranger)];
  for (let turn = 0; turn < 8; turn += 1) {
    await fixture.paid(turn % 3 === 0 ? 3 : 1);
    await fixture.taken(fixture.fanja, here);
    if (turn % 2 === 0) await fixture.taken(fixture.stranger, there);
    clock.turn(HOUR);
  }
  await fixture.approved();
  // Booked after midnight of the country (21:00 UTC), of an order from before.
  clock.turn(4 * HOUR - 1);
  const late = await fixture.pending(fixture.payer);
  clock.turn(2);
  provider.succeed(late.id);
  await confirmations.check(late.id);
  expect((await payments.find(fixture.payer, late.id)).state).toBe('receipted');
  await fixture.paid(2);
});
afterAll(() => fixture.close());

async function everything(of: CollectionFilter): Promise<CollectionMovement[]> {
  const all: CollectionMovement[] = [];
  let before: string | null = null;
  do {
    const page: CollectionPage = CollectionPage.parse(
      await collections.page(auditor, of, before === null ? null : cursorOf(before)),
    );
    all.push(...page.movements);
    before = page.next;
  } while (before !== null);
  return all;
}
const sumOf = (movements: readonly CollectionMovement[]): number => movements.reduce((sum, { amount }) => sum + amount, 0);

describe('the movements under a figure', () => {
  it('are all there once, newest first, and add up to the sum that SQL says', async () => {
    const [row] = await fixture.database.db.execute<{ net: number; count: number }>(sql`select
      ((select coalesce(sum(amount), 0) from payments) - (select coalesce(sum(amount), 0) from payment_reversals))::int as net,
      ((select count(*) from payments) + (select count(*) from payment_reversals))::int as count`);
    const all = await everything(filter());
    const { totals, asOf, currency } = await collections.page(auditor, filter(), null);
    expect([all.length, sumOf(all), totals.net]).toEqual([row?.count, row?.net, row?.net]);
    expect(totals.paid.count + totals.reversed.count).toBe(all.length);
    expect(totals.reversed).toMatchObject({ count: 1 });
    expect(new Set(all.map(({ kind, itemId }) => kind + itemId)).size).toBe(all.length);
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    expect([asOf, currency]).toEqual([fixture.clock().toISOString(), 'MGA']);
    expect(all.filter(({ receipt }) => receipt?.revoked)).toHaveLength(2);
  });

  it.each([
    { channel: 'cash' },
    { channel: 'mtn_momo' },
    { place: 'online' },
    { kind: 'reversed' },
    { kind: 'paid' },
    { to: '2026-01-15' },
    { from: '2026-01-16' },
    { to: '2026-01-15', hour: 13 },
    { to: '2026-01-15', hour: 13, channel: 'cash', kind: 'paid' },
    { from: '2026-01-16', hour: 0 },
    { place: 'online', channel: 'cash' },
    { from: '2025-01-01', to: '2025-12-31' },
  ])('of %j are those that an independent look finds', async (query) => {
    const of = filter(query);
    const expected = (await everything(filter())).filter((one) => {
      const local = new Date(Date.parse(one.at) + 3 * HOUR).toISOString();
      const [day, hour] = [local.slice(0, 10), Number(local.slice(11, 13))];
      return (
        day >= of.from &&
        day <= of.to &&
        (of.hour === undefined || hour === of.hour) &&
        (of.channel === undefined || one.channel === of.channel) &&
        (of.kind === undefined || one.kind === of.kind) &&
        (of.place === undefined || (one.office === null) === (of.place === 'online'))
      );
    });
    const found = await everything(of);
    expect(found).toEqual(expected);
    expect((await collections.page(auditor, of, null)).totals.net).toBe(sumOf(expected));
  });

  it('of an office are its cash alone', async () => {
    const { officeId } = fixture.stranger;
    const all = await everything(filter());
    const found = await everything(filter({ place: officeId }));
    expect(found.length).toBe(4);
    expect(found).toEqual(all.filter(({ office }) => office?.id === officeId));
    expect((await collections.page(auditor, filter({ place: officeId }), null)).totals.net).toBe(sumOf(found));
    expect(await everything(filter({ place: officeId, channel: 'mtn_momo' }))).toEqual([]);
  });

  it('lose nothing and double nothing when one is paid between two pages', async () => {
    for (let turn = 0; turn < 3; turn += 1) await fixture.paid(20);
    const all = await everything(filter());
    const first = await collections.page(auditor, filter(), null);
    fixture.clock.turn(1);
    await fixture.paid(5);
    const rest: CollectionMovement[] = [];
    for (let before = first.next; before !== null;) {
      const page = await collections.page(auditor, filter(), cursorOf(before));
      rest.push(...page.movements);
      before = page.next;
    }
    expect([...first.movements, ...rest]).toEqual(all);
    expect((await everything(filter())).length).toBe(all.length + 5);
  });
});

describe('a long window', () => {
  it('is summed from the totals, but for its newest days, to what its movements are', async () => {
    const { database, clock, fanja } = fixture;
    const till = (await fixture.tills.report(fanja, (await fixture.database.db.select().from(tillSessions))[0]?.id ?? '')).till;
    for (let day = 0; day < 6; day += 1) {
      clock.turn(24 * HOUR);
      await fixture.paid(2);
      await fixture.taken(fanja, till);
      if (day === 1) await fixture.approved();
      // As the relay keeps them, until two days before the end: what is newer is told from the payments.
      if (day !== 4) continue;
      await database.db.execute(sql`update outbox set emitted_at = now()`);
      await rebuildTotals(database.db, madagascar.timeZone, clock());
    }
    const { officeId } = fixture.stranger;
    for (const query of [
      {},
      { channel: 'cash' },
      { place: 'online' },
      { place: officeId },
      { kind: 'reversed' },
      { kind: 'paid' },
      { to: '2026-01-18' },
    ]) {
      const of = filter({ from: '2026-01-01', to: '2026-01-31', ...query });
      const all = await everything(of);
      const { totals } = await collections.page(auditor, of, null);
      const count = (kind: string): number => all.filter((one) => one.kind === kind).length;
      expect([totals.net, totals.paid.count, totals.reversed.count]).toEqual([sumOf(all), count('paid'), count('reversed')]);
    }
    const day = await collections.hours(auditor, { day: '2026-01-15' });
    expect(day.hours.reduce((sum, { amount }) => sum + amount, 0)).toBe(
      (await collections.page(auditor, filter({ to: '2026-01-15' }), null)).totals.net,
    );
  });

  it('of a region is that of its offices', async () => {
    const { officeId } = fixture.stranger;
    await fixture.database.db.update(offices).set({ region: 'sava' }).where(eq(offices.id, officeId));
    const of = filter({ from: '2026-01-01', to: '2026-01-31' });
    expect(await everything({ ...of, region: 'sava' })).toEqual(await everything({ ...of, place: officeId }));
    expect(await everything({ ...of, region: 'nowhere' })).toEqual([]);
  });
});

describe('an export', () => {
  it('as CSV has every movement, a total, and no formula', async () => {
    const file = await collections.export(auditor, filter({ channel: 'cash' }), { format: 'csv', locale: 'fr' });
    const text = (await buffer(file)).toString('utf8');
    expect(text.startsWith('\ufeffDate et heure,')).toBe(true);
    const [, ...rows] = parse(text.slice(1));
    const total = rows.pop();
    const expected = await everything(filter({ channel: 'cash' }));
    expect(rows.length).toBe(expected.length);
    expect(rows.map((row) => Number(row[8]))).toEqual(expected.map(({ amount }) => amount));
    expect([total?.[1], Number(total?.[8])]).toEqual(['Total', sumOf(expected)]);
    expect(rows.some((row) => row[7] === `'${FORMULA}`)).toBe(true);
    expect(rows.flat().filter((cell) => cell.startsWith('='))).toEqual([]);
    expect(rows[0]?.[0]).toMatch(/^2026-01-15 \d\d:\d\d:\d\d$/);
  });

  it('as XLSX reopens with the same', async () => {
    const file = await collections.export(auditor, filter(), { format: 'xlsx', locale: 'en' });
    const book = new ExcelJS.Workbook();
    await book.xlsx.load((await buffer(file)) as never);
    const sheet = book.getWorksheet('Movements');
    const expected = await everything(filter());
    expect(sheet?.rowCount).toBe(expected.length + 2);
    const amounts = expected.map((_, index) => sheet?.getRow(index + 2).getCell(9).value);
    expect(amounts).toEqual(expected.map(({ amount }) => amount));
    expect(sheet?.getRow(expected.length + 2).getCell(9).value).toBe(sumOf(expected));
    // Of the local day, as a spreadsheet knows a date.
    expect(sheet?.getRow(2).getCell(1).value).toEqual(
      new Date(Math.floor(Date.parse(expected[0]?.at ?? '') / 1000) * 1000 + 3 * HOUR),
    );
    const cells = expected
      .map((_, index) => sheet?.getRow(index + 2).getCell(8))
      .filter((cell) => cell?.text.includes('HYPERLINK'));
    expect(cells.length).toBeGreaterThan(0);
    for (const cell of cells) expect(cell?.formula).toBeFalsy();
  });

  it('that nobody reads to its end holds no connection', async () => {
    const file = await collections.export(auditor, filter(), { format: 'csv', locale: 'fr' });
    file.destroy();
    const idle = async (): Promise<number> => {
      const [row] = await fixture.database.db.execute<{ open: number }>(
        sql`select count(*)::int as open from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
      );
      return row?.open ?? -1;
    };
    await expect.poll(idle).toBe(0);
  });
});

describe('asked over HTTP', () => {
  const as = (actor: { userId: string; role: string; officeId: string | null }) =>
    httpApp({
      routers: [
        {
          path: '/api/collections',
          app: createCollectionRoutes({
            collections,
            exportLimit: { consume: async () => undefined, reset: async () => undefined },
            requireSession: async (c, next) => {
              c.set('viewer', { ...actor, sessionId: 's' } as HttpEnvironment['Variables']['viewer']);
              await next();
            },
          }),
        },
      ],
    });
  const get = (path: string, actor = auditor) => as(actor).request(`/api/collections${path}`);
  const DAYS = 'from=2026-01-15&to=2026-01-16';

  it.each([
    '?',
    '?from=2026-01-15',
    '?from=2026-13-40&to=2026-01-15',
    '?from=2026-01-16&to=2026-01-15',
    `?${DAYS}&hour=3`,
    '?from=2026-01-15&to=2026-01-15&hour=24',
    `?${DAYS}&place=everywhere`,
    `?${DAYS}&channel=gold`,
    `?${DAYS}&kind=all`,
    `?${DAYS}&before=yesterday`,
    `?${DAYS}&before=9999-99-99T99:99:99.999999Z~00000000-0000-4000-8000-000000000000~paid`,
    `/export?${DAYS}`,
    `/export?${DAYS}&format=pdf`,
  ])('refuses %s', async (path) => {
    const answer = await get(path);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: 'INVALID_INPUT' } }]);
  });

  it('asks the clock about no day that it does not know', async () => {
    for (const days of ['from=0001-01-01&to=9999-12-31', 'from=2026-01-01&to=9999-12-31', 'from=1999-12-31&to=2026-01-01'])
      expect((await get(`?${days}`)).status).toBe(400);
    expect((await get('/hours?day=9999-12-31')).status).toBe(400);
    expect((await get('?from=2000-01-01&to=2199-12-31')).status).toBe(200);
  });

  it('is open to auditors, of one office to its supervisor, and to no agent', async () => {
    expect((await get(`?${DAYS}`)).status).toBe(200);
    for (const path of [`?${DAYS}`, `/export?${DAYS}&format=csv`, `/orders?standing=open`, `/payments/${crypto.randomUUID()}`])
      expect((await get(path, fixture.agent)).status).toBe(403);
    const { chief, stranger } = fixture;
    expect((await get(`?${DAYS}&place=${chief.officeId}`, chief)).status).toBe(200);
    expect((await get(`/hours?day=2026-01-15&place=${chief.officeId}`, chief)).status).toBe(200);
    for (const of of ['', '&place=online', `&place=${stranger.officeId}`, '&region=analamanga']) {
      expect((await get(`?${DAYS}${of}`, chief)).status).toBe(403);
      expect((await get(`/export?${DAYS}&format=csv${of}`, chief)).status).toBe(403);
      expect((await get(`/hours?day=2026-01-15${of}`, chief)).status).toBe(403);
    }
    expect((await get('/orders?standing=open', chief)).status).toBe(403);
    const all = await everything(filter());
    const statusOf = async (one: CollectionMovement | undefined) =>
      (await get(`/payments/${one?.paymentId ?? ''}`, chief)).status;
    expect(await statusOf(all.find(({ office }) => office?.id === chief.officeId))).toBe(200);
    expect(await statusOf(all.find(({ office }) => office?.id === stranger.officeId))).toBe(404);
    expect(await statusOf(all.find(({ office }) => office === null))).toBe(404);
  });

  it('shows a payment without who paid it, and keeps who looked at what', async () => {
    const [movement] = await everything(filter({ channel: 'mtn_momo' }));
    const answer = await get(`/payments/${movement?.paymentId ?? ''}`);
    const shown = (await answer.json()) as Record<string, unknown>;
    expect([answer.status, shown['office'], Object.keys(shown).filter((key) => /payer|phone|redirect/i.test(key))]).toEqual([
      200,
      null,
      [],
    ]);
    expect((await get(`/payments/${crypto.randomUUID()}`)).status).toBe(404);
    expect((await get('/payments/x')).status).toBe(404);
    const kept = await fixture.database.db.select().from(auditLog).where(eq(auditLog.actorId, auditor.userId));
    const actions = new Set(kept.map(({ action }) => action));
    for (const action of ['collection.shown', 'collection.exported', 'payment.shown']) expect(actions).toContain(action);
  });

  it('gives a file with a name and a type', async () => {
    const answer = await get(`/export?${DAYS}&format=xlsx`);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="mouvements-2026-01-15-2026-01-16.xlsx"');
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(2_000);
  });
});
