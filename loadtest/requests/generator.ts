// Sends requests of a mix at a steady rate, whether or not they are answered, and says how long each took: a process of bench-requests.ts.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { PreparedSession } from '../country/sessions.ts';
import type { Answered, GeneratorOrder, RequestKind, Round, RoundResult } from './mix.ts';

/** A person at a keyboard of their own: one connection, one address. */
class Browser {
  private asked = 0;
  private readonly agent: http.Agent;
  constructor(
    private readonly origin: URL,
    address: string,
    private readonly cookie?: string,
  ) {
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 4, localAddress: address });
  }
  /** Status of the answer, after its last byte. */
  async send(method: string, path: string, body?: { type: string; content: Buffer }): Promise<number> {
    this.asked += 1;
    const { port } = this.origin;
    const headers: http.OutgoingHttpHeaders = {
      host: this.origin.host,
      ...(this.cookie && { cookie: this.cookie }),
      ...(body && { origin: order.origin, 'content-type': body.type, 'content-length': body.content.length }),
    };
    const request = http.request({ host: '127.0.0.1', port, method, path, headers, agent: this.agent });
    request.end(body?.content);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.resume();
    await once(response, 'end');
    return response.statusCode ?? 0;
  }
  get worn(): boolean {
    return this.asked >= LOOK_UPS_EACH;
  }
  close(): void {
    this.agent.destroy();
  }
}

/** Below what one address may ask an hour (tax.routes.ts). */
const LOOK_UPS_EACH = 40;
const VISITORS = 120;
let order: GeneratorOrder;
let origin: URL;
let visitors: Browser[] = [];
let people: { session: PreparedSession; browser: Browser; socket: Socket }[] = [];
let agents: { session: PreparedSession; socket: Socket }[] = [];
let photograph: Buffer;
let addresses = 0;
let plates = 0;

/** Another address of the loopback range for each visitor: people do not share one. */
const nextAddress = (): string => {
  addresses += 1;
  return `127.${order.range}.${(addresses >> 8) & 255}.${addresses & 255}`;
};
const newVisitor = (): Browser => new Browser(origin, nextAddress());
const anyOf = <T>(list: readonly T[]): T => {
  const one = list[Math.floor(Math.random() * list.length)];
  if (one === undefined) throw new Error('nobody is signed in for this');
  return one;
};

async function connect(session: PreparedSession): Promise<Socket> {
  const socket: Socket = io(`http://127.0.0.1:${origin.port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 1_000,
    extraHeaders: { cookie: session.cookie, origin: order.origin },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
    socket.on('disconnect', (why) => console.log('a socket ended:', why));
  });
  return socket;
}

async function begin(given: GeneratorOrder): Promise<void> {
  order = given;
  origin = new URL(given.origin);
  photograph = readFileSync(given.photograph);
  visitors = Array.from({ length: VISITORS }, newVisitor);
  const citizens = given.sessions.filter(({ role }) => role === 'citizen');
  people = await Promise.all(
    citizens.map(async (session) => ({
      session,
      browser: new Browser(origin, nextAddress(), session.cookie),
      socket: await connect(session),
    })),
  );
  agents = await Promise.all(
    given.sessions.filter(({ role }) => role === 'agent').map(async (session) => ({ session, socket: await connect(session) })),
  );
}

const command = async (socket: Socket, name: string, input: unknown): Promise<boolean> => {
  const answer = (await socket.timeout(30_000).emitWithAck(name, input)) as { error?: unknown };
  return answer.error === undefined;
};

/** The plate that is looked up: one of a few thousand, some far oftener than others, or one that nobody has asked for. */
function plateOf(hot: boolean): string {
  const { length } = order.plates;
  const index = hot
    ? Math.floor(order.hot * Math.random() ** 2)
    : order.hot + ((order.range * 1_000_000 + plates++) % (length - order.hot));
  return order.plates[index] ?? '';
}

const SEND: Readonly<Record<RequestKind, (round: Round) => Promise<boolean>>> = {
  async lookUp({ hot }) {
    const index = Math.floor(Math.random() * visitors.length);
    let visitor = visitors[index];
    if (!visitor || visitor.worn) {
      visitor?.close();
      visitors[index] = visitor = newVisitor();
    }
    return (await visitor.send('GET', `/api/plates/${plateOf(hot)}`)) === 200;
  },
  async list() {
    const { session, socket } = anyOf(people);
    const topic = `garage:${session.userId}`;
    const done = await command(socket, 'live:subscribe', { topic });
    void command(socket, 'live:unsubscribe', { topic }).catch(() => undefined);
    return done;
  },
  history: async () => (await anyOf(people).browser.send('GET', '/api/payments')) === 200,
  search: () => command(anyOf(agents).socket, 'search:find', { query: anyOf(order.searches) }),
  async upload() {
    const path = `/api/documents?clientId=${randomUUID()}&side=recto`;
    return (await anyOf(people).browser.send('POST', path, { type: 'image/jpeg', content: photograph })) < 300;
  },
};

/** Sends at the rate of the round: a request that is late is counted from when it should have been sent. */
async function run(round: Round): Promise<RoundResult> {
  const answered: Answered[] = [];
  const under: Promise<void>[] = [];
  const kinds = Object.entries(round.mix) as [RequestKind, number][];
  const draw = (): RequestKind => {
    let at = Math.random();
    for (const [kind, share] of kinds) if ((at -= share) < 0) return kind;
    return 'lookUp';
  };
  const began = performance.now();
  const total = Math.round(round.rate * round.seconds);
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * round.rate) + 1);
    for (; sent < due; sent += 1) {
      const [kind, should] = [draw(), began + (sent / round.rate) * 1000];
      under.push(
        SEND[kind](round).then(
          (ok) => void answered.push({ kind, ms: performance.now() - should, ok }),
          () => void answered.push({ kind, ms: performance.now() - should, ok: false }),
        ),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const sentSeconds = (performance.now() - began) / 1000;
  await Promise.all(under);
  return { answered, sentSeconds, seconds: (performance.now() - began) / 1000 };
}

process.on('message', (message: { begin: GeneratorOrder } | { round: Round }) => {
  const work = 'begin' in message ? begin(message.begin) : run(message.round);
  work.then(
    (result) => process.send?.({ result: result ?? null }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
