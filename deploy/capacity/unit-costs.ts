import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/**
 * What one of each thing costs, read from the benchmarks' own results (`loadtest/results`). What was not measured is not there: the model
 * refuses to say anything that rests on it.
 */
export interface UnitCosts {
  /** Milliseconds of a core for a request of the mix, by kind of process; null: not measured. */
  request: { node: number; haproxy: number; redis: number; postgres: number; relay: number; jobs: number } | null;
  socket: SocketCosts | null;
  /** Seconds of a core to read one document. */
  reading: number | null;
  /** Payments that one worker books a second. */
  payments: number | null;
  /** E-mails that one worker sends an hour. */
  emails: number | null;
  /** One relay. */
  relay: RelayCosts | null;
  /** Milliseconds of a core for the images of one photograph. */
  images: number | null;
  /** Bytes of the database a payment, everything that belongs to it and the register included. */
  paymentBytes: number | null;
}

/** `loadtest/results/sockets.json`: of the bench of sockets. */
export const SocketCosts = z.object({
  at: z.iso.datetime(),
  /** Connected at once in that run, over so many nodes. */
  sockets: z.number().int().positive(),
  nodes: z.number().int().positive(),
  /** In a node, with its subscriptions. */
  bytesASocket: z.number().positive(),
  /** Milliseconds of a node's core. */
  handshakeMs: z.number().positive(),
  /** Milliseconds of a node's core for one message to one socket. */
  deliveryMs: z.number().positive(),
  /** Milliseconds of a core for one event, whoever gets it. */
  relayMs: z.number().positive(),
});
export type SocketCosts = z.infer<typeof SocketCosts>;

/** What one relay gives away a second, of a backlog, and what an event costs it at an easy pace, milliseconds of a core. */
export interface RelayCosts {
  mostPerSecond: number;
  ms: number;
}

const Requests = z.object({
  at: z.iso.datetime(),
  modes: z.array(
    z.object({
      rounds: z.array(z.object({ rate: z.number(), held: z.boolean(), coresUsed: z.record(z.string(), z.number()) })),
    }),
  ),
});
const Reading = z.object({
  conditions: z.object({ at: z.iso.datetime() }),
  results: z.object({ given: z.object({ classes: z.array(z.object({ cls: z.string(), cpuSeconds: z.number() })) }) }),
});
const Payments = z.object({
  conditions: z.looseObject({ at: z.iso.datetime().optional() }),
  posting: z.array(z.object({ owners: z.string(), inParallel: z.union([z.number(), z.string()]), perSecond: z.number() })),
});
const Emails = z.object({ at: z.iso.datetime(), emails: z.object({ perHour: z.number() }) });
const Workers = z.object({
  at: z.iso.datetime(),
  relay: z.array(z.object({ what: z.string(), perSecond: z.number(), cpuMsAnEvent: z.number(), p95Ms: z.number().nullable() })),
  jobs: z.array(z.object({ what: z.string(), cpuMsAJob: z.number() })),
});
const Queries = z.object({
  at: z.iso.datetime(),
  database: z.object({ vehicles: z.number(), payments: z.number(), megabytes: z.number() }),
});

/** Where each came from, for who wants to check it. */
export interface Measured {
  cost: keyof UnitCosts;
  file: string;
  /** When; null: the file does not say. */
  at: string | null;
  /** What measures it. */
  command: string;
  found: boolean;
}

export interface ReadCosts {
  costs: UnitCosts;
  measured: Measured[];
}

/** Reads the results of a folder. A file that is there and has another form is a fault, not something unmeasured. */
export function readUnitCosts(folder: string): ReadCosts {
  const measured: Measured[] = [];
  function read<T, R>(
    cost: keyof UnitCosts,
    command: string,
    name: string,
    schema: z.ZodType<T>,
    pick: (given: T) => [R | null, string | null],
  ): R | null {
    const file = path.join(folder, name);
    if (!existsSync(file)) {
      measured.push({ cost, file: name, at: null, command, found: false });
      return null;
    }
    const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (!parsed.success) throw new Error(`${name} is not what ${command} writes: ${z.prettifyError(parsed.error)}`);
    const [value, at] = pick(parsed.data);
    measured.push({ cost, file: name, at, command, found: value !== null });
    return value;
  }
  const costs: UnitCosts = {
    request: read('request', 'npm run bench:requests', 'requests.json', Requests, ({ at, modes }) => {
      // The dearer of the two: no cache helps.
      const round = modes
        .at(-1)
        ?.rounds.filter(({ held }) => held)
        .at(-1);
      const ms = (kind: string): number => ((round?.coresUsed[kind] ?? 0) / (round?.rate ?? 1)) * 1000;
      const of = { node: ms('node'), haproxy: ms('haproxy'), redis: ms('redis'), postgres: ms('postgres') };
      return [round ? { ...of, relay: ms('relay'), jobs: ms('jobs') } : null, at];
    }),
    socket: read('socket', 'npm run bench:sockets', 'sockets.json', SocketCosts, (given) => [given, given.at]),
    reading: read('reading', 'npm run bench:ocr', 'ocr.json', Reading, ({ conditions, results }) => [
      results.given.classes.find(({ cls }) => cls === 'all')?.cpuSeconds ?? null,
      conditions.at,
    ]),
    payments: read('payments', 'npm run bench:payments', 'payments.json', Payments, ({ conditions, posting }) => {
      const rates = posting
        .filter(({ inParallel, owners }) => inParallel === 'worker in batches' && owners === 'ordinary')
        .map(({ perSecond }) => perSecond);
      return [rates.length > 0 ? Math.min(...rates) : null, conditions.at ?? null];
    }),
    emails: read('emails', 'npm run bench:notices', 'notices.json', Emails, ({ at, emails }) => [emails.perHour, at]),
    relay: read('relay', 'npm run bench:workers', 'workers.json', Workers, ({ at, relay }) => {
      // Of the backlogs the slower; of the pace, the one that was asked for.
      const backlogs = relay.filter(({ p95Ms }) => p95Ms === null).map(({ perSecond }) => perSecond);
      const steady = relay.find(({ p95Ms }) => p95Ms !== null);
      return [steady && backlogs.length > 0 ? { mostPerSecond: Math.min(...backlogs), ms: steady.cpuMsAnEvent } : null, at];
    }),
    images: read('images', 'npm run bench:workers', 'workers.json', Workers, ({ at, jobs }) => [
      jobs.find(({ what }) => what === 'images of a photograph')?.cpuMsAJob ?? null,
      at,
    ]),
    paymentBytes: read('paymentBytes', 'npm run bench:queries', 'queries.json', Queries, ({ at, database }) => [
      database.payments > 0 ? (database.megabytes * 1e6) / database.payments : null,
      at,
    ]),
  };
  return { costs, measured };
}
