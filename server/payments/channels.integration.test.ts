import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, KEYS, type SandboxFixture } from '#deploy/sandbox-provider/testing.ts';
import { outbox } from '#db/schema/platform.ts';
import { ChannelsView, type ChannelView } from '#shared/contracts/channels.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';
import { createChannelRoutes } from './channels.routes.ts';
import { lookAtChannels, readChannelsView } from './channels.service.ts';
import { observeProviders, type ObservedProviders } from './provider-calls.service.ts';
import { createMtnMomo } from './providers/mtn-momo.ts';
import { providersOf, type Providers } from './providers/providers.service.ts';
import { createPaymentsFixture, type PaymentsFixture } from './testing/payments-fixture.ts';

// Real orders against the sandbox's own protocol server; only the clock is turned.
let fixture: PaymentsFixture;
let sandbox: SandboxFixture;
let observed: ObservedProviders;
let payerId: string;
const later: Providers = {
  find: (code) => observed.find(code),
  offers: (code) => observed.offers(code),
  list: () => observed.list(),
};

beforeAll(async () => {
  fixture = await createPaymentsFixture(later);
  const { clock, database } = fixture;
  sandbox = await startSandbox({ clock: () => clock().getTime() });
  const momo = createMtnMomo({
    ...{
      ...KEYS,
      url: sandbox.url,
      webhookOrigin: sandbox.receiver,
      targetEnvironment: 'sandbox',
      minorDigits: 0,
      timeoutMs: 500,
    },
    ...{ disbursement: null, callbackKey: Buffer.alloc(32, 1), clock },
  });
  const providers = providersOf({ mtn_momo: momo }, ['mtn_momo', 'stripe']);
  observed = observeProviders(providers, { db: database.db, clock, logger: silentLogger() });
  payerId = await fixture.addUser();
});
afterAll(async () => {
  sandbox.stop();
  await fixture.close();
});

const look = () =>
  lookAtChannels({ db: fixture.database.db, notifier: { wake: () => undefined }, clock: fixture.clock, providers: observed });
async function channel(code = 'mtn_momo'): Promise<ChannelView | undefined> {
  return (await readChannelsView(fixture.database.db)).channels.find(({ provider }) => provider === code);
}
const order = async () => (await fixture.payments.start(payerId, await fixture.order(payerId))).id;
/** The states that were told, oldest first. */
async function told(): Promise<string[]> {
  const rows = await fixture.database.db
    .select()
    .from(outbox)
    .where(eq(outbox.name, 'channels.changed'))
    .orderBy(asc(outbox.position));
  return rows.map(({ topics }) => {
    const view = ChannelsView.parse(topics[0]?.states['public']);
    return view.channels.find(({ provider }) => provider === 'mtn_momo')?.status ?? '';
  });
}

describe('how each way to pay does', () => {
  it('is told from the first look on, without figures; what has no keys is off', async () => {
    await look();
    expect(await channel()).toMatchObject({ status: 'working', paid: null, confirmation: null, lastPaidAt: null });
    expect(await channel('stripe')).toMatchObject({ status: 'off' });
    expect(await told()).toEqual(['working']);
    fixture.clock.turn(10_000);
    await look();
    expect(await told()).toEqual(['working']);
    expect((await readChannelsView(fixture.database.db)).checkedAt).toBe(fixture.clock().toISOString());
  });

  it('has figures once five orders have ended, with the count behind them', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(await order());
    for (const id of ids) await fixture.confirmations.initiate(id);
    await until(() => sandbox.orders.list().every(({ status }) => status === 'SUCCESSFUL'));
    fixture.clock.turn(4_000);
    for (const id of ids) await fixture.confirmations.check(id);
    const paidAt = fixture.clock().toISOString();
    await look();
    // Figures alone are told to everybody in the first look of a minute.
    expect(await channel()).toMatchObject({ status: 'working', paid: null });
    expect(await told()).toEqual(['working']);
    fixture.clock.turn(60_000);
    await look();
    expect(await channel()).toMatchObject({
      ...{ status: 'working', paid: { percent: 100, of: 5 }, confirmation: { seconds: 4, of: 5 } },
      lastPaidAt: paidAt,
    });
    expect(await told()).toEqual(['working', 'working']);
  });

  it('says failing while the provider is down for two minutes, and recovers by itself', async () => {
    fixture.clock.turn(60_000);
    const id = await order();
    await sandbox.control('/control/outage', { operator: 'mtn', kind: 'unavailable', seconds: 120 });
    const from = fixture.clock().getTime();
    const seen: [number, string][] = [];
    await fixture.confirmations.initiate(id);
    for (let at = 10; at <= 260; at += 10) {
      fixture.clock.turn(10_000);
      // As the poll does while the payer waits.
      if (at <= 120) await fixture.confirmations.check(id);
      await look();
      seen.push([at, (await channel())?.status ?? '']);
    }
    const statusAt = (at: number): string | undefined => seen.find(([second]) => second === at)?.[1];
    expect(statusAt(40)).toBe('failing');
    expect(seen.filter(([at]) => at > 40 && at <= 120).map(([, status]) => status)).toEqual(Array(8).fill('failing'));
    expect(statusAt(260)).toBe('working');
    // It went down once and up once, however many looks there were.
    const changes = seen.filter(([, status], index) => index > 0 && seen[index - 1]?.[1] !== status);
    expect(changes.length).toBeLessThanOrEqual(3);
    expect((await channel())?.since.localeCompare(new Date(from + 120_000).toISOString())).toBe(1);
    const states = await told();
    expect(states.at(-1)).toBe('working');
    expect(states).toContain('failing');
  });

  it('two processes that look at once tell of it once', async () => {
    const before = (await told()).length;
    fixture.clock.turn(16 * 60_000);
    await Promise.all([look(), look(), look()]);
    // The figures have left the window: one change.
    expect((await told()).length).toBe(before + 1);
    expect(await channel()).toMatchObject({ paid: null });
  });

  it('answers everybody over HTTP, from one read for all who ask within a few seconds', async () => {
    let reads = 0;
    const read = () => {
      reads += 1;
      return readChannelsView(fixture.database.db);
    };
    const app = createChannelRoutes({ read, clock: fixture.clock });
    const answers = await Promise.all(Array.from({ length: 20 }, async () => app.request('/')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers[0]?.headers.get('cache-control')).toBe('public, max-age=5');
    expect(ChannelsView.parse(await answers[0]?.json()).channels).toHaveLength(2);
    expect(reads).toBe(1);
    fixture.clock.turn(5_001);
    await app.request('/');
    expect(reads).toBe(2);
  });
});
