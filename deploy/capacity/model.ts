import { z } from 'zod';
import type { UnitCosts } from './unit-costs.ts';

/** `prices.json`: an assumption with a date, of one currency. */
export const Prices = z.object({
  assumption: z.string(),
  asOf: z.iso.date(),
  currency: z.string().length(3),
  vCpuMonth: z.number().nonnegative(),
  memoryGigabyteMonth: z.number().nonnegative(),
  diskGigabyteMonth: z.number().nonnegative(),
  objectGigabyteMonth: z.number().nonnegative(),
  trafficGigabyte: z.number().nonnegative(),
  balancerMonth: z.number().nonnegative(),
  /** How much dearer a database or Redis is that somebody else runs. */
  managedDatabaseFactor: z.number().min(1),
});
export type Prices = z.infer<typeof Prices>;

/** What so many people ask for at the busiest moment. Of the order where it says; what is ours is an assumption. */
export interface Demand {
  users: number;
  requestsASecond: number;
  uploadsAMinute: number;
  emailsAnHour: number;
  paymentsASecond: number;
  /** Events told to one person, and to everybody of an office. */
  userEventsASecond: number;
  officeEventsASecond: number;
  officeSockets: number;
  /** Everybody is back after a minute. */
  connectsASecond: number;
  vehicles: number;
  /** Photographs kept, gigabytes a year; traffic out of the platform, gigabytes a month. */
  photographGigabytes: number;
  trafficGigabytes: number;
}

/** The order's figures are for 20,000 users and 528,000 vehicles (MISSION.md): all of it grows with the users. */
export function demandOf(users: number): Demand {
  const share = users / 20_000;
  return {
    users,
    requestsASecond: 4_000 * share,
    uploadsAMinute: 200 * share,
    emailsAnHour: 1_000 * share,
    // Assumption: on the last day a tenth of the requests of a minute end in a payment a second. Load test: 300 and 10 events.
    paymentsASecond: 20 * share,
    userEventsASecond: 300 * share,
    officeEventsASecond: 10 * share,
    officeSockets: 200,
    connectsASecond: users / 60,
    vehicles: 528_000 * share,
    // Assumptions: 300,000 uploads a year of 600 KB with their sizes; 400 KB a user and day.
    photographGigabytes: 180 * share,
    trafficGigabytes: (users * 30 * 0.4) / 1000,
  };
}

/** How the platform is run: what decides how many there are beside what is asked. */
export interface Policy {
  /** Of a core, at the busiest moment: above it machines are added (order: above 70 %). */
  mostBusy: number;
  zones: number;
  /** The years that stay in the database. */
  years: number;
  /** A Redis or a balancer is one thread. */
  singleThreadBusy: number;
  /** Connections of one balancer process (facts: its descriptors end there). */
  balancerConnections: number;
}
export const POLICY: Policy = { mostBusy: 0.6, zones: 3, years: 6, singleThreadBusy: 0.5, balancerConnections: 9_000 };

export interface Component {
  name: string;
  count: number;
  /** Of each. */
  cores: number;
  gigabytes: number;
  /** Of each, of a database. */
  diskGigabytes: number;
  managed: boolean;
  /** What decides the count, in words. */
  because: string;
}

export interface Plan {
  demand: Demand;
  components: Component[];
  objectGigabytes: number;
  monthly: { compute: number; disk: number; objects: number; traffic: number; balancers: number; total: number };
  currency: string;
}

/** Something that the plan rests on was not measured. `missing` names which. */
export class NotMeasuredError extends Error {
  readonly missing: (keyof UnitCosts)[];
  constructor(missing: (keyof UnitCosts)[]) {
    super(`not measured: ${missing.join(', ')}`);
    this.missing = missing;
  }
}

const up = (value: number): number => Math.max(1, Math.ceil(value - 1e-9));
/** So many that the rest still does when a zone is gone: spread evenly over the zones. */
const spared = (needed: number, zones: number): number => Math.max(zones, Math.ceil(up(needed) / (zones - 1)) * zones);

/**
 * What has to run for so many users, by measured unit costs.
 * @throws NotMeasuredError
 */
export function planFor(users: number, costs: UnitCosts, prices: Prices, policy: Policy = POLICY): Plan {
  const missing = (Object.keys(costs) as (keyof UnitCosts)[]).filter((name) => costs[name] === null);
  const { request, socket, reading, payments, emails, relay, images, paymentBytes } = costs;
  if (!request || !socket || !relay || reading === null || payments === null || emails === null || images === null)
    throw new NotMeasuredError(missing);
  if (paymentBytes === null) throw new NotMeasuredError(missing);
  const demand = demandOf(users);
  const { mostBusy, zones } = policy;
  const events = demand.userEventsASecond + demand.officeEventsASecond;
  const deliveries = demand.userEventsASecond + demand.officeEventsASecond * demand.officeSockets;
  const perSecond = (count: number, ms: number): number => (count * ms) / 1000;

  // Requests and messages go on while everybody comes back.
  const nodeCores =
    perSecond(demand.requestsASecond, request.node) +
    perSecond(deliveries, socket.deliveryMs) +
    perSecond(demand.connectsASecond, socket.handshakeMs);
  const nodes = spared(nodeCores / mostBusy, zones);
  const left = (nodes / zones) * (zones - 1);
  const nodeGigabytes = Math.ceil(2 * (0.3 + ((users / left) * socket.bytesASocket) / 1e9)) / 2;

  const haproxyCores = perSecond(demand.requestsASecond, request.haproxy);
  const balancers = spared(Math.max(haproxyCores / policy.singleThreadBusy, users / policy.balancerConnections), zones);

  // Each photograph and each payment is told several times: of what is asked for, the events are counted as the load test has them.
  const relayCores = perSecond(events, relay.ms);
  const regions = up(events / (relay.mostPerSecond * mostBusy));
  const readers = spared((demand.uploadsAMinute / 60) * (reading / mostBusy), zones);
  const bookers = spared(
    Math.max(demand.paymentsASecond / payments, perSecond(demand.requestsASecond, request.jobs)) / mostBusy,
    zones,
  );
  const painters = spared(perSecond(demand.uploadsAMinute / 60, images) / mostBusy, zones);
  const mailers = spared(demand.emailsAnHour / emails, zones);

  const redisCores = perSecond(demand.requestsASecond, request.redis);
  const shards = up(redisCores / policy.singleThreadBusy);
  const postgresCores = perSecond(demand.requestsASecond, request.postgres) / mostBusy;
  const databaseGigabytes = (demand.vehicles * policy.years * paymentBytes) / 1e9;
  // A primary takes what is written and a third of what is read; the rest is read from replicas, of which one may be gone.
  const databaseCores = Math.max(2, 2 ** Math.ceil(Math.log2(postgresCores / 3)));
  const databases = 1 + Math.max(2, up((postgresCores * 2) / 3 / databaseCores) + 1);

  const says = (value: number): string => (value >= 10 ? Math.round(value).toLocaleString('en') : value.toFixed(2));
  const component = (
    name: string,
    count: number,
    cores: number,
    gigabytes: number,
    because: string,
    more: Partial<Component> = {},
  ): Component => ({
    ...{ name, count, cores, gigabytes, diskGigabytes: 0, managed: false, because },
    ...more,
  });
  const components = [
    component(
      'node',
      nodes,
      1,
      nodeGigabytes,
      `${says(nodeCores)} cores of work: ${says(demand.requestsASecond)} requests/s, ${says(deliveries)} deliveries/s, ${says(demand.connectsASecond)} connects/s`,
    ),
    component('balancer', balancers, 1, 1, `${users.toLocaleString('en')} connections, ${says(haproxyCores)} cores of work`),
    component(
      'relay',
      2 * regions,
      up(relayCores / regions / mostBusy),
      1,
      `${says(events)} events/s of ${says(relay.mostPerSecond)}/s that one can, ${says(relayCores)} cores; one leads, one stands by` +
        (regions > 1 ? `, in each of ${regions} regions` : ''),
    ),
    component(
      'worker: reading',
      readers,
      1,
      1,
      `${says(demand.uploadsAMinute)} photographs a minute, ${says(reading)} s of a core each`,
    ),
    component(
      'worker: images',
      painters,
      1,
      1,
      `${says(demand.uploadsAMinute)} photographs a minute, ${says(images)} ms of a core each`,
    ),
    component('worker: payments', bookers, 1, 1, `${says(demand.paymentsASecond)} payments/s, ${says(payments)}/s each`),
    component('worker: messages, upkeep', mailers, 1, 1, `${says(demand.emailsAnHour)} e-mails an hour, ${says(emails)} each`),
    component(
      'Redis: queues and bus',
      shards * 2,
      2,
      4,
      shards > 1
        ? `${says(redisCores)} cores: a cluster of ${shards}, each with a replica`
        : `${says(redisCores)} cores of one thread; one replica`,
      { managed: true },
    ),
    component('Redis: cache', Math.max(2, shards), 2, 4, 'what may be forgotten; as many as the queues have masters', {
      managed: true,
    }),
    component(
      'Postgres',
      databases,
      databaseCores,
      Math.min(256, Math.max(8, Math.ceil(databaseGigabytes / 4))),
      `${says(postgresCores)} cores of work; a primary and ${databases - 1} replicas`,
      {
        diskGigabytes: Math.ceil(databaseGigabytes * 1.5),
        managed: true,
      },
    ),
  ];
  const objectGigabytes = Math.ceil(demand.photographGigabytes * policy.years + databaseGigabytes * 2);
  const price = ({ count, cores, gigabytes, managed }: Component): number =>
    count * (cores * prices.vCpuMonth + gigabytes * prices.memoryGigabyteMonth) * (managed ? prices.managedDatabaseFactor : 1);
  const sum = (of: (one: Component) => number): number => components.reduce((total, one) => total + of(one), 0);
  const monthly = {
    compute: Math.round(sum(price)),
    disk: Math.round(sum(({ count, diskGigabytes }) => count * diskGigabytes) * prices.diskGigabyteMonth),
    objects: Math.round(objectGigabytes * prices.objectGigabyteMonth),
    traffic: Math.round(demand.trafficGigabytes * prices.trafficGigabyte),
    balancers: Math.round(prices.balancerMonth * zones),
  };
  const total = Object.values(monthly).reduce((all, one) => all + one, 0);
  return { demand, components, objectGigabytes, monthly: { ...monthly, total }, currency: prices.currency };
}

/** What each part of a plan rests on. */
const RESTS_ON: Readonly<Record<string, readonly (keyof UnitCosts)[]>> = {
  node: ['request', 'socket'],
  balancer: ['request'],
  relay: ['relay'],
  'worker: reading': ['reading'],
  'worker: images': ['images'],
  'worker: payments': ['payments', 'request'],
  'worker: messages, upkeep': ['emails'],
  'Redis: queues and bus': ['request'],
  'Redis: cache': ['request'],
  Postgres: ['request', 'paymentBytes'],
};

/** The parts of a plan that rest on nothing but what was measured; without the others there is no sum and no price. */
export function partsFor(users: number, costs: UnitCosts, prices: Prices): { components: Component[]; unknown: string[] } {
  const measured = (name: string): boolean => (RESTS_ON[name] ?? []).every((cost) => costs[cost] !== null);
  // Stand-ins make the sum work; whatever rests on one is left out.
  const request = { node: 0, haproxy: 0, redis: 0, postgres: 0, relay: 0, jobs: 0 };
  const socket = { at: '', sockets: 1, nodes: 1, bytesASocket: 1, handshakeMs: 0, deliveryMs: 0, relayMs: 0 };
  const stood: UnitCosts = {
    request: costs.request ?? request,
    socket: costs.socket ?? socket,
    reading: costs.reading ?? 0,
    payments: costs.payments ?? 1,
    emails: costs.emails ?? 1,
    relay: costs.relay ?? { mostPerSecond: Number.MAX_SAFE_INTEGER, ms: 0 },
    images: costs.images ?? 0,
    paymentBytes: costs.paymentBytes ?? 1,
  };
  const { components } = planFor(users, stood, prices);
  return {
    components: components.filter(({ name }) => measured(name)),
    unknown: components.flatMap(({ name }) => (measured(name) ? [] : [name])),
  };
}
