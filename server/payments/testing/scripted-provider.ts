import { createHash } from 'node:crypto';
import type { InitiateAnswer, PaymentProvider, PaymentRequest, ProviderStatus } from '../providers/provider.ts';

/** A provider that does what a test says; without a word it accepts everything and every order is pending. */
export interface ScriptedProvider extends PaymentProvider {
  /** Orders as they came, every time. */
  readonly orders: readonly PaymentRequest[];
  readonly statusCalls: number;
  /** The next answers to orders, first first. */
  answer(...answers: InitiateAnswer[]): void;
  /** How an order stands from now on. */
  set(id: string, status: ProviderStatus): void;
  /** It was paid: exactly what was ordered. */
  succeed(id: string, changes?: Partial<Extract<ProviderStatus, { kind: 'succeeded' }>>): void;
}

export const GENUINE = 'genuine';

export function createScriptedProvider(): ScriptedProvider {
  const orders: PaymentRequest[] = [];
  const answers: InitiateAnswer[] = [];
  const statuses = new Map<string, ProviderStatus>();
  let statusCalls = 0;
  return {
    code: 'mtn_momo',
    orders,
    get statusCalls() {
      return statusCalls;
    },
    answer: (...given) => void answers.push(...given),
    set: (id, status) => void statuses.set(id, status),
    succeed(id, changes) {
      const order = orders.find((one) => one.id === id);
      const amount = String(order?.amount ?? 0);
      statuses.set(id, { kind: 'succeeded', reference: `T-${id}`, amount, currency: 'MGA', intentId: id, ...changes });
    },
    writeAmount: String,
    async initiate(request) {
      orders.push(request);
      return answers.shift() ?? { kind: 'accepted' };
    },
    async fetchStatus(id) {
      statusCalls += 1;
      return statuses.get(id) ?? (orders.some((one) => one.id === id) ? { kind: 'pending' } : { kind: 'not_found' });
    },
    parseWebhook: ({ intentId, token, body }) =>
      token === GENUINE ? { eventId: createHash('sha256').update(intentId).update(body).digest('hex') } : null,
  };
}
