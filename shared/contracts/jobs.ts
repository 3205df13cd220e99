import { z } from 'zod';
import type { EventName, EventPayload } from './events.ts';
import { Id } from './ids.ts';
import { NoticeSource } from './notices.ts';
import { ProviderCode } from './payments.ts';

/** Classes of work, most urgent first. */
export type QueueClass = 'high' | 'medium' | 'low';

/** One queue (BullMQ) a kind of work; the class decides what an operator may delay. */
export const QUEUES = {
  payments: { class: 'high' },
  /**
   * Ask providers how payments stand: one queue a provider (`queueOf`), each paced over all processes by what that provider takes a second,
   * so that none waits at another's pace. MTN MoMo documents ten; this one is also of what is not known whose it is.
   */
  'payment-checks': { class: 'high', perSecond: 10 },
  /** No limit is documented. */
  'payment-checks-mvola': { class: 'high', perSecond: 10 },
  /** 100 are documented, 25 with test keys. */
  'payment-checks-stripe': { class: 'high', perSecond: 25 },
  /** Statements of providers: long work, beside the payments so that none waits behind it. */
  statements: { class: 'low' },
  messages: { class: 'medium' },
  notices: { class: 'medium' },
  /** Reminders: beside the others, so that no one-time code waits behind thousands of them. */
  'bulk-messages': { class: 'low' },
  /** Files that somebody waits for. A list of everything takes minutes: it holds up no notice. */
  reports: { class: 'medium' },
  ocr: { class: 'low' },
  images: { class: 'low' },
  /** Copies of what is held about a person. */
  accounts: { class: 'low' },
  upkeep: { class: 'low' },
} as const satisfies Record<string, { class: QueueClass; perSecond?: number }>;
export type QueueName = keyof typeof QUEUES;

/**
 * Every job: its queue, its payload (ids only), how often it is tried and how long after the first failure (ms, growing).
 * Handlers are idempotent: a job can run twice.
 */
export const JOBS = {
  'payment.initiate': { queue: 'payments', payload: z.object({ paymentId: Id }), attempts: 3, backoffMs: 5_000 },
  /** Comes up by itself every two seconds: asks for a check of each payment whose provider is silent. */
  'payment.poll': { queue: 'payments', payload: z.object({}), attempts: 1, backoffMs: 0 },
  /** Comes up by itself every ten seconds: looks how each way to pay does. */
  'channels.look': { queue: 'payments', payload: z.object({}), attempts: 1, backoffMs: 0 },
  'payment.check': {
    queue: 'payment-checks',
    payload: z.object({ paymentId: Id, provider: ProviderCode.optional() }),
    attempts: 3,
    backoffMs: 1_000,
  },
  'receipt.render': { queue: 'payments', payload: z.object({ paymentId: Id }), attempts: 3, backoffMs: 5_000 },
  /** Gives an approved refund to the provider. */
  'refund.push': { queue: 'payments', payload: z.object({ refundId: Id }), attempts: 3, backoffMs: 5_000 },
  'refund.check': { queue: 'payment-checks', payload: z.object({ refundId: Id }), attempts: 3, backoffMs: 1_000 },
  /** Proposes to pay back what came too late. */
  'refund.open': { queue: 'payments', payload: z.object({ paymentId: Id }), attempts: 3, backoffMs: 5_000 },
  /** Makes the signed list of revoked receipts. Comes up by itself as well, so that the list's date stays new. */
  'revocations.issue': { queue: 'payments', payload: z.object({}), attempts: 5, backoffMs: 1_000 },
  'reconciliation.run': { queue: 'statements', payload: z.object({ reconciliationId: Id }), attempts: 5, backoffMs: 5_000 },
  /** Comes up by itself: fetches yesterday's statements, where a provider offers them and nobody brought them. */
  'statements.fetch': { queue: 'statements', payload: z.object({}), attempts: 1, backoffMs: 0 },
  'report.make': { queue: 'reports', payload: z.object({ reportId: Id }), attempts: 3, backoffMs: 5_000 },
  /** Comes up by itself every minute: asks for the reports that are due, finds those that were forgotten, gives up old files. */
  'reports.look': { queue: 'reports', payload: z.object({}), attempts: 1, backoffMs: 0 },
  'document.ocr': { queue: 'ocr', payload: z.object({ documentId: Id }), attempts: 2, backoffMs: 2_000 },
  'document.images': { queue: 'images', payload: z.object({ documentId: Id }), attempts: 3, backoffMs: 60_000 },
  'message.send': { queue: 'messages', payload: z.object({ messageId: Id }), attempts: 3, backoffMs: 60_000 },
  'message.send-bulk': { queue: 'bulk-messages', payload: z.object({ messageId: Id }), attempts: 3, backoffMs: 60_000 },
  'notice.deliver': {
    queue: 'notices',
    payload: z.object({ eventId: Id, source: NoticeSource }),
    attempts: 3,
    backoffMs: 5_000,
  },
  /** Comes up by itself every few minutes; does what is left of the day's work. */
  'reminders.run': { queue: 'notices', payload: z.object({}), attempts: 1, backoffMs: 0 },
  'account.export': { queue: 'accounts', payload: z.object({ exportId: Id }), attempts: 3, backoffMs: 5_000 },
  'upkeep.sweep': { queue: 'upkeep', payload: z.object({}), attempts: 1, backoffMs: 0 },
  /** Comes up by itself every hour: compares what dashboards show with the payments. */
  'totals.check': { queue: 'upkeep', payload: z.object({}), attempts: 1, backoffMs: 0 },
} as const satisfies Record<string, { queue: QueueName; payload: z.ZodType; attempts: number; backoffMs: number }>;

export type JobName = keyof typeof JOBS;
export type JobPayload<J extends JobName> = z.infer<(typeof JOBS)[J]['payload']>;
export type JobOrder = { [J in JobName]: { name: J; payload: JobPayload<J> } }[JobName];

const CHECKS = {
  mtn_momo: 'payment-checks',
  mvola: 'payment-checks-mvola',
  stripe: 'payment-checks-stripe',
} as const satisfies Record<ProviderCode, QueueName>;

/** Questions a second that a provider takes from the whole platform. */
export const askedPerSecond = (provider: ProviderCode): number => QUEUES[CHECKS[provider]].perSecond;

/** The queue in which a job waits: its own, a check in that of the provider that is asked. */
export function queueOf(order: JobOrder): QueueName {
  if (order.name === 'payment.check' && order.payload.provider) return CHECKS[order.payload.provider];
  return JOBS[order.name].queue;
}

/** `eventId`: the outbox row's. */
type JobsOfEvents = { [E in EventName]?: (payload: EventPayload<E>, eventId: string) => JobOrder[] };

const notice = (eventId: string, source: NoticeSource): JobOrder => ({ name: 'notice.deliver', payload: { eventId, source } });

/** Which jobs an event asks for. The relay enqueues them; nobody else does (but the sweeper, for what was lost). */
export const JOBS_OF_EVENTS: JobsOfEvents = {
  'document.submitted': ({ documentId }) => [{ name: 'document.ocr', payload: { documentId } }],
  'document.resubmitted': ({ documentId }) => [{ name: 'document.ocr', payload: { documentId } }],
  'document.read': ({ documentId }, eventId) => [
    { name: 'document.images', payload: { documentId } },
    notice(eventId, { event: 'document.read', documentId }),
  ],
  'document.needs_photo': ({ documentId }, eventId) => [notice(eventId, { event: 'document.needs_photo', documentId })],
  'document.failed': ({ documentId }, eventId) => [notice(eventId, { event: 'document.failed', documentId })],
  'review.corrected': ({ documentId }, eventId) => [notice(eventId, { event: 'review.corrected', documentId })],
  'review.photo_asked': ({ documentId }, eventId) => [notice(eventId, { event: 'review.photo_asked', documentId })],
  'payment.started': ({ paymentId }) => [{ name: 'payment.initiate', payload: { paymentId } }],
  'payment.succeeded': ({ paymentId }, eventId) => [
    { name: 'receipt.render', payload: { paymentId } },
    notice(eventId, { event: 'payment.succeeded', paymentId }),
  ],
  'payment.failed': ({ paymentId }, eventId) => [notice(eventId, { event: 'payment.failed', paymentId })],
  'payment.expired': ({ paymentId }, eventId) => [notice(eventId, { event: 'payment.expired', paymentId })],
  'payment.refund_due': ({ paymentId }, eventId) => [
    { name: 'refund.open', payload: { paymentId } },
    notice(eventId, { event: 'payment.refund_due', paymentId }),
  ],
  'payment.notified': (payment) => [{ name: 'payment.check', payload: payment }],
  'payment.cancel_requested': (payment) => [{ name: 'payment.check', payload: payment }],
  'refund.approved': ({ refundId, paymentId }, eventId) => [
    { name: 'refund.push', payload: { refundId } },
    // The receipts are drawn anew, with what became of them.
    { name: 'receipt.render', payload: { paymentId } },
    notice(eventId, { event: 'refund.approved', refundId, paymentId }),
  ],
  'refund.succeeded': ({ refundId, paymentId }, eventId) => [notice(eventId, { event: 'refund.succeeded', refundId, paymentId })],
  'refund.notified': ({ refundId }) => [{ name: 'refund.check', payload: { refundId } }],
  'refund.retried': ({ refundId }) => [{ name: 'refund.push', payload: { refundId } }],
  'reconciliation.requested': ({ reconciliationId }) => [{ name: 'reconciliation.run', payload: { reconciliationId } }],
  'reconciliation.unbooked_found': ({ paymentIds }) =>
    paymentIds.map((paymentId) => ({ name: 'payment.check', payload: { paymentId } })),
  'report.requested': ({ reportId }) => [{ name: 'report.make', payload: { reportId } }],
  'receipt.revoked': () => [{ name: 'revocations.issue', payload: {} }],
  'export.requested': ({ exportId }) => [{ name: 'account.export', payload: { exportId } }],
  'claim.accepted': (claim, eventId) => [notice(eventId, { event: 'claim.accepted', ...claim })],
  'claim.refused': (claim, eventId) => [notice(eventId, { event: 'claim.refused', ...claim })],
  'transfer.accepted': (transfer, eventId) => [notice(eventId, { event: 'transfer.accepted', ...transfer })],
  'transfer.completed': (transfer, eventId) => [notice(eventId, { event: 'transfer.completed', ...transfer })],
  'alarm.opened': ({ alarmId }, eventId) => [notice(eventId, { event: 'alarm.opened', alarmId })],
  'alarm.escalated': ({ alarmId }, eventId) => [notice(eventId, { event: 'alarm.escalated', alarmId })],
  'ticket.called': (ticket, eventId) => [notice(eventId, { event: 'ticket.called', ...ticket })],
  'message.requested': ({ messageId }) => [{ name: 'message.send', payload: { messageId } }],
  'message.requested_in_bulk': ({ messageIds }) =>
    messageIds.map((messageId) => ({ name: 'message.send-bulk', payload: { messageId } })),
  'session.opened_on_new_browser': ({ sessionId, userId }, eventId) => [
    notice(eventId, { event: 'session.opened_on_new_browser', sessionId, userId }),
  ],
  'user.password_changed': ({ userId }, eventId) => [notice(eventId, { event: 'user.password_changed', userId })],
  'user.email_changed': ({ userId }, eventId) => [notice(eventId, { event: 'user.email_changed', userId })],
  'user.phone_changed': ({ userId }, eventId) => [notice(eventId, { event: 'user.phone_changed', userId })],
};
