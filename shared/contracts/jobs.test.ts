import { expect, it } from 'vitest';
import { PROVIDERS } from './payments.ts';
import { JOBS_OF_EVENTS, askedPerSecond, queueOf } from './jobs.ts';

const paymentId = '00000000-0000-4000-8000-000000000001';

it('asks each provider in a queue of its own, at the pace that it takes', () => {
  const queues = PROVIDERS.map((provider) =>
    (JOBS_OF_EVENTS['payment.notified']?.({ paymentId, provider }, paymentId) ?? []).map(queueOf),
  );
  expect(queues.flat()).toHaveLength(PROVIDERS.length);
  expect(new Set(queues.flat()).size).toBe(PROVIDERS.length);
  expect(PROVIDERS.map((provider) => [provider, askedPerSecond(provider)])).toEqual([
    ['mtn_momo', 10],
    ['mvola', 10],
    ['stripe', 25],
  ]);
});

it('asks at the slowest pace where an event of an earlier release does not say whom', () => {
  expect(queueOf({ name: 'payment.check', payload: { paymentId } })).toBe('payment-checks');
  expect(queueOf({ name: 'payment.initiate', payload: { paymentId } })).toBe('payments');
});
