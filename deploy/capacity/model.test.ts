import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { NotMeasuredError, partsFor, planFor, POLICY, Prices, type Plan } from './model.ts';
import { readUnitCosts, type UnitCosts } from './unit-costs.ts';

const COSTS: UnitCosts = {
  request: { node: 1, haproxy: 0.1, redis: 0.05, postgres: 0.5, relay: 0.02, jobs: 0.02 },
  socket: {
    at: '2026-11-23T00:00:00Z',
    sockets: 20_000,
    nodes: 4,
    bytesASocket: 16_000,
    handshakeMs: 0.25,
    deliveryMs: 0.01,
    relayMs: 0.25,
  },
  reading: 3.5,
  payments: 1_000,
  emails: 300_000,
  relay: { mostPerSecond: 2_000, ms: 0.6 },
  images: 400,
  paymentBytes: 3_500,
};
const PRICES = Prices.parse(JSON.parse(readFileSync(new URL('./prices.json', import.meta.url), 'utf8')));
const plan = (users: number, costs = COSTS, prices = PRICES): Plan => planFor(users, costs, prices);
const count = ({ components }: Plan, name: string): number => components.find((one) => one.name === name)?.count ?? 0;

describe('a plan', () => {
  it('has nodes for the work when a zone is gone, and in every zone as many', () => {
    const { demand, components } = plan(20_000);
    const deliveries = 300 + 10 * 200;
    const cores = (4_000 * 1 + deliveries * 0.01 + (20_000 / 60) * 0.25) / 1000;
    const nodes = count(plan(20_000), 'node');
    expect(nodes % POLICY.zones).toBe(0);
    expect((nodes / 3) * 2 * POLICY.mostBusy).toBeGreaterThanOrEqual(cores);
    expect(((nodes - 3) / 3) * 2 * POLICY.mostBusy).toBeLessThan(cores);
    expect([demand.requestsASecond, demand.uploadsAMinute, demand.vehicles]).toEqual([4_000, 200, 528_000]);
    expect(components.every(({ because }) => because.length > 0)).toBe(true);
  });

  it('grows with the users, and never has less than two of anything', () => {
    const plans = [1_000, 20_000, 50_000, 100_000, 200_000].map((users) => plan(users));
    for (const name of plans[0]?.components.map((one) => one.name) ?? []) {
      const counts = plans.map((one) => count(one, name));
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      expect(counts[0]).toBeGreaterThanOrEqual(2);
    }
    const totals = plans.map(({ monthly }) => monthly.total);
    expect(totals).toEqual([...totals].sort((a, b) => a - b));
  });

  it('gives a Redis that is too busy for one thread to several', () => {
    expect(count(plan(20_000), 'Redis: queues and bus')).toBe(2);
    expect(count(plan(100_000), 'Redis: queues and bus')).toBe(4);
  });

  it('costs what its parts cost by the price file', () => {
    const free = {
      ...PRICES,
      diskGigabyteMonth: 0,
      objectGigabyteMonth: 0,
      trafficGigabyte: 0,
      balancerMonth: 0,
      memoryGigabyteMonth: 0,
    };
    const of = plan(20_000, COSTS, { ...free, vCpuMonth: 10, managedDatabaseFactor: 2 });
    const cores = of.components.reduce((sum, one) => sum + one.count * one.cores * (one.managed ? 2 : 1), 0);
    expect(of.monthly).toEqual({ compute: cores * 10, disk: 0, objects: 0, traffic: 0, balancers: 0, total: cores * 10 });
  });

  it.each(Object.keys(COSTS) as (keyof UnitCosts)[])('is refused without %s', (name) => {
    const without = { ...COSTS, [name]: null };
    expect(() => plan(20_000, without)).toThrow(NotMeasuredError);
    expect(() => plan(20_000, without)).toThrow(`not measured: ${name}`);
  });
});

it('says what it can when something was not measured: the same parts as a whole plan has, and which are not known', () => {
  const whole = plan(100_000);
  const { components, unknown } = partsFor(100_000, { ...COSTS, socket: null, images: null }, PRICES);
  expect(unknown).toEqual(['node', 'worker: images']);
  expect(components).toEqual(whole.components.filter(({ name }) => !unknown.includes(name)));
  expect(partsFor(100_000, COSTS, PRICES)).toEqual({ components: whole.components, unknown: [] });
});

it('gives the events to several relays, of a region each, when one cannot give them away', () => {
  expect(count(plan(20_000), 'relay')).toBe(2);
  expect(count(plan(100_000, { ...COSTS, relay: { mostPerSecond: 1_000, ms: 1 } }), 'relay')).toBe(6);
});

describe('measurements', () => {
  const inFolder = (files: Record<string, unknown>, check: (folder: string) => void): void => {
    const folder = mkdtempSync(path.join(tmpdir(), 'capacity-'));
    try {
      for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), JSON.stringify(content));
      check(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const round = (rate: number, held: boolean, node: number) => ({ rate, held, coresUsed: { node, postgres: 0.4 } });

  it('are of the highest rate that was held without help of a cache', () => {
    const modes = [
      { rounds: [round(900, true, 0.9)] },
      { rounds: [round(400, true, 0.6), round(800, true, 1.2), round(900, false, 1.9)] },
    ];
    inFolder({ 'requests.json': { at: '2026-11-23T03:00:00Z', modes } }, (folder) => {
      const { costs, measured } = readUnitCosts(folder);
      expect(costs.request).toMatchObject({ node: 1.5, postgres: 0.5, haproxy: 0 });
      expect(measured.find(({ cost }) => cost === 'request')).toMatchObject({ found: true, at: '2026-11-23T03:00:00Z' });
      expect(measured.filter(({ found }) => !found).map(({ command }) => command)).toContain('npm run bench:sockets');
    });
  });

  it('in another form are a fault, not something that was not measured', () => {
    inFolder({ 'requests.json': { rounds: [] } }, (folder) => {
      expect(() => readUnitCosts(folder)).toThrow(/requests\.json is not what npm run bench:requests writes/);
    });
  });

  it('of this tree are in the form that the model reads', () => {
    const { costs } = readUnitCosts(new URL('../../loadtest/results', import.meta.url).pathname);
    expect(costs.reading).toBeGreaterThan(0.1);
    expect(costs.payments).toBeGreaterThan(10);
  });
});
