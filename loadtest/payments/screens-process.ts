import { io } from 'socket.io-client';
import { createLiveClient, type LiveClient, type LiveSocket } from '#client/src/lib/live/live-client.ts';
import { PaymentView } from '#shared/contracts/payments.ts';

/**
 * The citizens' pages, in a process of their own: each the real client store over a real Socket.IO line to the balancer, watching its
 * payments. Says when all of them are shown, keeps when each was first shown as receipted, and tells it when asked.
 */
export interface Watchers {
  origin: string;
  people: { cookie: string; topics: string[] }[];
}
/** By topic, milliseconds since 1970 by this machine's clock. */
export type Shown = Record<string, number>;

const AT_ONCE = 20;
const clients: LiveClient[] = [];
const shown: Shown = {};

async function open(origin: string, { cookie, topics }: Watchers['people'][number]): Promise<void> {
  const socket: LiveSocket = io(origin, {
    ...{ autoConnect: false, forceNew: true, transports: ['websocket'], extraHeaders: { cookie, origin } },
  });
  const client = createLiveClient({ socket, onSessionEnded: (why) => fail(new Error(`a session ended: ${why}`)) });
  clients.push(client);
  const read = topics.map(
    (topic) =>
      new Promise<void>((resolve, reject) => {
        const { entry } = client.watch(topic, () => {
          const now = Date.now();
          if (entry.status === 'error') reject(new Error(`${topic}: ${entry.error?.code}`));
          if (entry.status !== 'live') return;
          resolve();
          if (!(topic in shown) && PaymentView.parse(entry.state).state === 'receipted') shown[topic] = now;
        });
      }),
  );
  await Promise.all(read);
}

function fail(error: unknown): void {
  process.send?.({ error: error instanceof Error ? error.message : String(error) });
}

async function openAll({ origin, people }: Watchers): Promise<void> {
  const left = [...people];
  const openOneByOne = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) await open(origin, next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, openOneByOne));
}

process.on('message', (message: { watch: Watchers } | 'tell') => {
  if (message === 'tell') return void process.send?.({ shown });
  openAll(message.watch).then(() => process.send?.('ready'), fail);
});
process.on('disconnect', () => process.exit());
