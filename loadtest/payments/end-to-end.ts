import { connectRaw } from '#db/connect.ts';
import { GENUINE } from '#server/payments/testing/scripted-provider.ts';
import type { PaymentsFixture } from '#server/payments/testing/payments-fixture.ts';
import { PaymentView } from '#shared/contracts/payments.ts';
import { createBusPublisher, subscribeBus } from '#shared/node/live-bus.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import { createJobQueues, workQueue } from '#shared/node/queues.ts';
import { connectRedis } from '#shared/node/redis.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { startRelay } from '#workers/relay/relay.ts';
import { percentilesOf } from './percentiles.ts';
import { seedVehicles } from './seed-intents.ts';

/** Orders on their way at once. */
const AT_ONCE = 50;
/** No pace: the provider of this bench has no limit. */
const NO_PACE = 10_000;

/**
 * Orders, the provider's word, the posting and the outbox with real queues and a real relay in this process: from the order until the
 * page would hear that it is receipted. Milliseconds. What is published is told by the live bus.
 */
export async function measureEndToEnd(
  fixture: PaymentsFixture,
  env: { REDIS_QUEUES_URL: string },
  { payments: count, each }: { payments: number; each: number },
) {
  const [redisUrl, prefix, logger] = [env.REDIS_QUEUES_URL, testPrefix(), silentLogger()];
  const { payments, confirmations, provider, database } = fixture;
  const queues = createJobQueues({ redisUrl, prefix, logger });
  await Promise.all((['payments', 'payment-checks'] as const).map((name) => queues.queue(name).waitUntilReady()));
  const publisher = connectRedis(redisUrl, 'fail-fast', logger, 'bench-bus');
  const listener = connectRedis(redisUrl, 'patient', logger, 'bench-listener');
  const heardAt = new Map<string, number>();
  const waiting = new Map<string, () => void>();
  const took: number[] = [];
  const bus = await subscribeBus({
    redis: listener,
    prefix,
    logger,
    onRestored: () => undefined,
    onMessage(message) {
      if (message.kind !== 'live' || !message.message.topic.startsWith('payment:')) return;
      const { id, state } = PaymentView.parse(message.message.state);
      if (state !== 'receipted' || heardAt.has(id)) return;
      heardAt.set(id, performance.now());
      waiting.get(id)?.();
    },
  });
  const relay = startRelay({
    connect: () => connectRaw({ url: database.url, max: 1, applicationName: 'bench-relay' }),
    ...{
      bus: createBusPublisher(publisher, prefix),
      queues,
      projections: [],
      logger,
      metrics: createMetrics({ process: 'bench' }),
    },
    beforeSessionsEnd: () => Promise.resolve(),
    pollMs: 10,
  });
  await until(() => relay.leading);
  const common = { redisUrl, prefix, logger, perSecond: NO_PACE };
  const ignored = (): Promise<void> => Promise.resolve();
  const workers = [
    workQueue({
      ...{ ...common, name: 'payments' as const, concurrency: AT_ONCE },
      handlers: {
        async 'payment.initiate'({ paymentId }) {
          await confirmations.initiate(paymentId);
          provider.succeed(paymentId);
          const body = Buffer.from(paymentId);
          await payments.receiveWebhook('mtn_momo', { path: [paymentId, GENUINE], signature: null, body });
        },
        ...{ 'refund.push': ignored, 'refund.open': ignored, 'receipt.render': ignored },
        ...{ 'revocations.issue': ignored, 'payment.poll': ignored, 'channels.look': ignored },
      },
    }),
    workQueue({
      ...{ ...common, name: 'payment-checks' as const, concurrency: AT_ONCE },
      handlers: { 'payment.check': ({ paymentId }) => confirmations.check(paymentId), 'refund.check': ignored },
    }),
  ];
  const left = await seedVehicles(database.db, count, each);
  const start = performance.now();
  async function payOneByOne(): Promise<void> {
    for (let vehicle = left.pop(); vehicle; vehicle = left.pop()) {
      const ordered = performance.now();
      const { id } = await payments.start(vehicle.userId, fixture.orderOf([vehicle.id]));
      if (!heardAt.has(id)) await new Promise<void>((resolve) => waiting.set(id, resolve));
      took.push((heardAt.get(id) ?? NaN) - ordered);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, payOneByOne));
  const seconds = (performance.now() - start) / 1_000;
  await Promise.all(workers.map((worker) => worker.close(1_000)));
  await relay.stop();
  await Promise.all([bus.close(), queues.close()]);
  publisher.disconnect();
  return { payments: count, atOnce: AT_ONCE, perSecond: Math.round(count / seconds), ...percentilesOf(took) };
}
