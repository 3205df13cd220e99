import { sql } from 'drizzle-orm';
import { itemsOfEach } from '#db/payments.repository.ts';
import { createPoster } from '#server/payments/poster.ts';
import { prepareSuccess } from '#server/payments/posting.ts';
import { testSigner } from '#server/payments/testing/payments-fixture.ts';
import { createNodeFixture, send } from '#server/testing/node-fixture.ts';
import type { AssessmentLine } from '#shared/contracts/tax.ts';
import { PaymentView } from '#shared/contracts/payments.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { createOutboxNotifier, OUTBOX_CHANNEL } from '#shared/node/outbox-notifier.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';
import { seedPending, seedVehicles } from './seed-intents.ts';

/** Payments that each citizen watches: all topics that a socket may have are not needed. */
const EACH = 20;

/**
 * From the commit of a posting until the citizen who watches has the message on their socket, while so many are confirmed a second, each
 * at its moment whether or not those before have arrived. Poster, relay, node and the citizens' sockets are in this one process, on real
 * Postgres and Redis; the jobs that follow are enqueued and not worked. Milliseconds.
 */
export async function measureScreens(lines: readonly AssessmentLine[], perSecond: number, seconds: number) {
  const fixture = await createNodeFixture('uws');
  const [{ db }, logger, signer, at] = [fixture.database, silentLogger(), testSigner(), new Date()];
  try {
    await until(() => fixture.relay.leading);
    const seeded = await seedVehicles(db, perSecond * seconds, EACH);
    const ids = await seedPending(db, seeded, lines, at);
    const items = await itemsOfEach(db, ids);
    const seenAt = new Map<string, number>();
    for (const userId of new Set(seeded.map((one) => one.userId))) {
      const person = await fixture.person({ userId });
      const socket = await fixture.connected(fixture.socket({ cookie: person.cookie }));
      socket.on('live', ({ topic, state }) => {
        const now = performance.now();
        if (topic.startsWith('payment:') && PaymentView.parse(state).state === 'receipted') seenAt.set(topic, now);
      });
      for (const id of ids.filter((_, index) => seeded[index]?.userId === userId)) {
        const answer = await send(socket, 'live:subscribe', { topic: topicOf('payment', id) });
        if ('error' in answer) throw new Error(`not subscribed: ${answer.error.code}`);
      }
    }
    await db.execute(sql`vacuum analyze`);
    const notify = (): Promise<unknown> => db.execute(sql`select pg_notify(${OUTBOX_CHANNEL}, '')`);
    const notifier = createOutboxNotifier({ notify, logger });
    const poster = createPoster({ db, logger, onCommit: () => notifier.wake() });
    const committedAt = new Map<string, number>();
    const began = performance.now();
    const posted = ids.map(async (id, index) => {
      await new Promise((resolve) => setTimeout(resolve, (index * 1_000) / perSecond));
      const given = { providerReference: `T-${id}`, items: items.get(id) ?? [], at, timeZone: 'Indian/Antananarivo' };
      await poster.post(prepareSuccess(signer, { id, currency: 'MGA' }, given));
      committedAt.set(topicOf('payment', id), performance.now());
    });
    await Promise.all(posted);
    const took = (performance.now() - began) / 1_000;
    await until(() => seenAt.size === ids.length, { what: 'every screen has its confirmation', timeoutMs: 60_000 });
    const delays = [...committedAt].map(([topic, from]) => Math.max(0, (seenAt.get(topic) ?? NaN) - from)).sort((a, b) => a - b);
    const share = (part: number): number => Number((delays[Math.floor(delays.length * part)] ?? NaN).toFixed(1));
    return {
      ...{ asked: perSecond, perSecond: Math.round(ids.length / took), payments: ids.length },
      ...{ p50: share(0.5), p95: share(0.95), p99: share(0.99), most: share(0.999_999) },
    };
  } finally {
    await fixture.close();
  }
}
