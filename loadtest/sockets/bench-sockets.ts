// `npm run bench:sockets`: what a socket, a delivery and one who comes cost in the product's socket server, beside the same on Socket.IO's
// default engine and beside uWebSockets.js with nothing on it, which is the limit. Each server is alone in its process, before a crowd in
// another; they are told something in turns, so that what else happens on the machine happens to all of them. The socket layer alone is measured: who somebody is, which topics they may join and what the states are is said by functions in
// the process instead of Redis and Postgres, and there is no other node; handshake, commands, rooms and the delivery of what the live bus
// says are the product's.
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { machine } from '../machine.ts';
import { measure } from './measure.ts';
import { CONDITIONS, markdownOf, sideBySide, targetsOf, type Servers } from './report.ts';
import { ROOM_SIZE } from './scenario.ts';
import { SERVERS } from './servers.ts';

const USAGE = `npm run bench:sockets -- [options]
  --users <n>       people before each server (5000; a process holds 20,000 descriptors)
  --seconds <n>     how long the mix is told to each crowd, in three rounds (24)
  --only <server>   ${SERVERS.join(', ')}: measured alone, and nothing written
  --profile <dir>   CPU profiles of the servers, while they tell`;

const Options = z.object({
  users: z.coerce.number().int().min(ROOM_SIZE).max(19_000).default(5_000),
  seconds: z.coerce.number().int().min(1).max(600).default(24),
  only: z.enum(SERVERS).optional(),
  profile: z.string().optional(),
});

function options(): z.infer<typeof Options> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { users: text, seconds: text, only: text, profile: text } });
  const parsed = Options.safeParse(values);
  if (!parsed.success) throw new Error(`${z.prettifyError(parsed.error)}\n${USAGE}`);
  return parsed.data;
}

const results = new URL('../results/', import.meta.url);

/** An event's way to the nodes is the relay's: what that costs was measured by bench:workers. Milliseconds of a core. */
function relayMs(): number {
  const file = new URL('workers.json', results);
  const Workers = z.object({ relay: z.array(z.object({ cpuMsAnEvent: z.number(), p95Ms: z.number().nullable() })) });
  const found = existsSync(file) ? Workers.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
  const steady = found?.relay.find(({ p95Ms }) => p95Ms !== null);
  if (!steady) throw new Error('npm run bench:workers comes first: it says what an event costs the relay');
  return steady.cpuMsAnEvent;
}

const load = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10;

/** What `npm run capacity` reads (SocketCosts), and everything else beside it. */
function reportOf(servers: Servers, conditions: { users: number; seconds: number; loadBefore: number; loadAfter: number }) {
  const { memory, connect, mix } = servers.uws;
  return {
    at: new Date().toISOString(),
    ...{ sockets: conditions.users, nodes: 1, bytesASocket: Math.round(memory.rss) },
    ...{ handshakeMs: round(connect.cpuMs), deliveryMs: round(mix.cpuUs / 1_000), relayMs: relayMs() },
    ...{ machine: machine(), conditions: { ...conditions, ...CONDITIONS } },
    ...{ targets: targetsOf(servers), figures: sideBySide(servers), servers },
  };
}
const round = (value: number): number => Math.round(value * 1e5) / 1e5;

const { users, seconds, only, profile = null } = options();
relayMs();
const loadBefore = load();
const measured = await measure(only ? [only] : SERVERS, { users, seconds, profile });
const [uws, ws, bare] = SERVERS.map((kind) => measured.find(({ server }) => server === kind));
if (uws && ws && bare) {
  const servers: Servers = { uws, ws, bare };
  const report = reportOf(servers, { users, seconds, loadBefore, loadAfter: load() });
  await writeFile(new URL('sockets.json', results), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(new URL('sockets.md', results), markdownOf({ ...report, servers }));
  console.table(report.figures);
  console.table(report.targets);
} else console.log(JSON.stringify(measured, null, 2));
