import { createHash } from 'node:crypto';
import type {
  InitiateAnswer,
  PaymentProvider,
  PaymentRequest,
  ProviderStatus,
  RefundAnswer,
  RefundRequest,
  RefundStatus,
} from '../providers/provider.ts';

/** A provider that does what a test says; without a word it accepts everything and every order is pending. */
export interface ScriptedProvider extends PaymentProvider {
  /** Orders as they came, every time. */
  readonly orders: readonly PaymentRequest[];
  readonly statusCalls: number;
  /** The next answers to orders, first first. */
  answer(...answers: InitiateAnswer[]): void;
  /** Refunds as they came, every time. One that was accepted is pending, until `setRefund`; one that never was is not found. */
  readonly refunds: readonly RefundRequest[];
  /** The next answers to refunds, first first. */
  answerRefund(...answers: RefundAnswer[]): void;
  setRefund(id: string, status: RefundStatus): void;
  /** The money went back: exactly what was asked. */
  payBack(id: string): void;
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
  const refunds: RefundRequest[] = [];
  const refundAnswers: RefundAnswer[] = [];
  const refundStatuses = new Map<string, RefundStatus>();
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
    refunds,
    answerRefund: (...given) => void refundAnswers.push(...given),
    setRefund: (id, status) => void refundStatuses.set(id, status),
    payBack(refundId) {
      const { amount, currency } = refunds.find(({ id }) => id === refundId) ?? { amount: 0, currency: 'MGA' };
      refundStatuses.set(refundId, { kind: 'succeeded', reference: `R-${refundId}`, amount: String(amount), currency, refundId });
    },
    canRefund: true,
    async refund(request) {
      refunds.push(request);
      const answer = refundAnswers.shift() ?? { kind: 'accepted' };
      if (answer.kind === 'accepted' && !refundStatuses.has(request.id)) refundStatuses.set(request.id, { kind: 'pending' });
      return answer;
    },
    fetchRefund: async ({ id }) => refundStatuses.get(id) ?? { kind: 'not_found' },
    writeAmount: String,
    async initiate(request) {
      orders.push(request);
      return answers.shift() ?? { kind: 'accepted' };
    },
    async fetchStatus({ id }) {
      statusCalls += 1;
      return statuses.get(id) ?? (orders.some((one) => one.id === id) ? { kind: 'pending' } : { kind: 'not_found' });
    },
    parseWebhook: ({ path: [intentId = '', token], body }) =>
      token === GENUINE ? { intentId, eventId: createHash('sha256').update(intentId).update(body).digest('hex') } : null,
  };
}
