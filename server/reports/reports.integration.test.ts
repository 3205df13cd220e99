import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLog } from '#db/schema/platform.ts';
import { offices } from '#db/schema/identity.ts';
import { reports as table } from '#db/schema/reports.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { RequestReport } from '#shared/contracts/reports.ts';
import type { Actor } from '#shared/domain/policy.ts';
import { createTillsFixture, type TillsFixture } from '../tills/testing/tills-fixture.ts';
import { createReportLinks, LINK_MS } from './report-links.ts';
import { createReportsService, type ReportsService } from './reports.service.ts';
import { createScheduledReports, DUE_AT_ONCE } from './scheduled.service.ts';

let f: TillsFixture;
let reports: ReportsService;
let head: Actor;
const MINUTE = 60_000;
const deps = () => ({ db: f.database.db, notifier: { wake: () => undefined }, clock: f.clock, country: madagascar });
const wanted = (of: Partial<RequestReport> = {}): RequestReport => ({
  ...{ idempotencyKey: randomUUID(), period: 'day', from: '2026-01-15', scope: 'national', content: 'summary', format: 'pdf' },
  ...of,
});
beforeAll(async () => {
  f = await createTillsFixture();
  reports = createReportsService(deps());
  head = await f.staff('supervisor');
});
afterAll(() => f.close());

describe('a request', () => {
  it('made twice is one report; the same key for something else is refused', async () => {
    const request = wanted();
    const [one, two] = await Promise.all([reports.request(head, request), reports.request(head, request)]);
    expect(two.id).toBe(one.id);
    expect(one).toMatchObject({ state: 'waiting', origin: 'person', to: '2026-01-15', by: { id: head.userId } });
    await expect(reports.request(head, { ...request, format: 'csv' })).rejects.toThrow('IDEMPOTENCY_CONFLICT');
    const noted = await f.database.db.select().from(auditLog).where(eq(auditLog.entityId, one.id));
    expect(noted.map(({ action, actorId }) => [action, actorId])).toEqual([['report.requested', head.userId]]);
  });

  it.each([
    ['a period that has not begun', { from: '2026-01-16' }, 'REPORT_PERIOD_AHEAD'],
    ['an office that is not there', { scope: `office-${randomUUID()}` as const }, 'REPORT_SCOPE_UNKNOWN'],
    ['a region without an office', { scope: 'region-diana' as const }, 'REPORT_SCOPE_UNKNOWN'],
  ])('of %s is refused', async (_what, of, code) => {
    await expect(reports.request(head, wanted(of))).rejects.toThrow(code);
  });

  it('of an agent is refused; cancelling is for who asked, and administrators', async () => {
    await expect(reports.request(f.agent, wanted())).rejects.toThrow('FORBIDDEN');
    const { id } = await reports.request(head, wanted());
    await expect(reports.cancel(await f.staff('supervisor'), id)).rejects.toThrow('FORBIDDEN');
    expect((await reports.cancel(await f.staff('administrator'), id)).state).toBe('cancelled');
    await expect(reports.cancel(head, randomUUID())).rejects.toThrow('REPORT_NOT_FOUND');
  });

  it.each([
    [{ period: 'month', from: '2026-01-15' }, 'from'],
    [{ period: 'year', from: '2026-02-01' }, 'from'],
    [{ from: '2026-02-30' }, 'from'],
    [{ content: 'movements', format: 'pdf' }, 'format'],
    [{ scope: 'office-1' }, 'scope'],
  ])('of the wrong form is told by its field: %j', (of, field) => {
    const parsed = RequestReport.safeParse({ ...wanted(), ...of });
    expect(parsed.error?.issues.map(({ path }) => path[0])).toEqual([field]);
  });
});

describe('a link', () => {
  const links = () => createReportLinks({ key: Buffer.alloc(32, 7), clock: f.clock });
  const id = randomUUID();

  it('opens its report to its person, until its time is over', () => {
    const { token, expiresAt } = links().make(id, head.userId);
    expect(links().open(token, head.userId)).toBe(id);
    expect(expiresAt.getTime() - f.clock().getTime()).toBeLessThanOrEqual(LINK_MS + 1_000);
    f.clock.turn(LINK_MS + 1_000);
    expect(() => links().open(token, head.userId)).toThrow('REPORT_LINK_EXPIRED');
  });

  it('opens nothing to others, nor when a letter of it was changed', () => {
    const { token } = links().make(id, head.userId);
    expect(() => links().open(token, f.agent.userId)).toThrow('REPORT_NOT_FOUND');
    const later = token.replace(
      /\.([0-9a-z]+)\./,
      (_, until: string) => `.${(Number.parseInt(until, 36) + 9_999).toString(36)}.`,
    );
    for (const forged of [later, token.slice(0, -1), `${token}x`, token.replace(id, randomUUID()), '', 'x.y.z'])
      expect(() => links().open(forged, head.userId)).toThrow('REPORT_NOT_FOUND');
  });
});

describe('reports that come by themselves', () => {
  const there = () => f.database.db.select().from(table).where(eq(table.origin, 'schedule'));
  const places = 3;

  it('begin when there is something to tell: the day after the first payment, a quarter of an hour past midnight in the country', async () => {
    await f.database.db.update(offices).set({ createdAt: new Date('2025-06-01T00:00:00Z') });
    const scheduled = createScheduledReports(deps());
    expect(await scheduled.askForDue()).toBe(0);
    await f.paid();
    expect(await createScheduledReports(deps()).askForDue()).toBe(0);
    // 21:00 UTC is midnight in Antananarivo.
    f.clock.turn(Date.parse('2026-01-15T21:14:00Z') - f.clock().getTime());
    expect(await createScheduledReports(deps()).askForDue()).toBe(0);
    f.clock.turn(2 * MINUTE);
    expect(await createScheduledReports(deps()).askForDue()).toBe(2 * places);
    expect(new Set((await there()).map(({ period, firstDay }) => `${period} ${firstDay}`))).toEqual(new Set(['day 2026-01-15']));
  });

  it('never come twice for one period, whoever looks at once', async () => {
    f.clock.turn(24 * 60 * MINUTE);
    const made = await Promise.all(Array.from({ length: 4 }, () => createScheduledReports(deps()).askForDue()));
    expect(made.reduce((sum, one) => sum + one, 0)).toBe(2 * places);
    expect(await createScheduledReports(deps()).askForDue()).toBe(0);
  });

  it('nights that nobody worked are made up for, some at a time, and the month with them', async () => {
    f.clock.turn(17 * 24 * 60 * MINUTE);
    const scheduled = createScheduledReports(deps());
    let rounds = 0;
    for (let made = 1; made > 0; rounds += 1) {
      made = await scheduled.askForDue();
      expect(made).toBeLessThanOrEqual(DUE_AT_ONCE);
    }
    expect(rounds).toBeGreaterThan(2);
    const rows = await there();
    const periods = rows
      .filter(({ scope, format }) => scope === 'national' && format === 'pdf')
      .map(({ period, firstDay }) => `${period} ${firstDay}`);
    // From the 15th of January to the 2nd of February, and January itself; the year goes on.
    expect(periods).toHaveLength(19 + 1);
    expect(new Set(periods).size).toBe(20);
    expect(periods).toContain('month 2026-01-01');
  });
});
