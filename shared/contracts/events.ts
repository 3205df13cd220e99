import { z } from 'zod';
import { ProviderCode } from './payments.ts';
import { Id } from './ids.ts';
import { Locale, SessionEnd } from './identity.ts';
import { ReceiptReference } from './receipts.ts';

const RefundEvent = z.object({ refundId: Id, paymentId: Id });

const claimDecided = z.object({ claimId: Id, vehicleId: Id, claimantId: Id, formerOwnerId: Id.nullable() });

const transfer = z.object({ transferId: Id, vehicleId: Id, sellerId: Id, buyerId: Id.nullable() });

/** Every domain event that goes through the outbox, past tense, with its payload: ids, never data to be trusted later. */
export const EVENTS = {
  'document.submitted': z.object({ documentId: Id, userId: Id }),
  'document.resubmitted': z.object({ documentId: Id, userId: Id }),
  /** A photograph was added to a document that a job waits for or is reading already: no job of its own. */
  'document.page_added': z.object({ documentId: Id, userId: Id }),
  'document.reading_started': z.object({ documentId: Id, attempt: z.number().int() }),
  'document.read': z.object({ documentId: Id }),
  'document.needs_photo': z.object({ documentId: Id }),
  'document.failed': z.object({ documentId: Id }),
  'document.corrected': z.object({ documentId: Id }),
  'document.confirmed': z.object({ documentId: Id, vehicleId: Id.nullable(), claimId: Id.nullable() }),
  'document.discarded': z.object({ documentId: Id }),
  'document.images_stored': z.object({ documentId: Id }),
  /** An agent has a document before them, still has it, or gave it back. */
  'review.taken': z.object({ documentId: Id }),
  'review.renewed': z.object({ documentId: Id }),
  'review.released': z.object({ documentId: Id }),
  /** An agent decided. */
  'review.accepted': z.object({ documentId: Id }),
  'review.corrected': z.object({ documentId: Id }),
  'review.photo_asked': z.object({ documentId: Id }),
  'vehicle.removed': z.object({ vehicleId: Id, userId: Id }),
  /** An office decided whose a vehicle is; `formerOwnerId`: the account that had it, where there is one. */
  'claim.accepted': claimDecided,
  'claim.refused': claimDecided,
  'vehicle.noted': z.object({ vehicleId: Id, userId: Id }),
  'claim.withdrawn': z.object({ claimId: Id, userId: Id }),
  'payment.started': z.object({ paymentId: Id }),
  'payment.pushed': z.object({ paymentId: Id }),
  'payment.pending': z.object({ paymentId: Id }),
  'payment.unknown': z.object({ paymentId: Id }),
  'payment.failed': z.object({ paymentId: Id }),
  'payment.expired': z.object({ paymentId: Id }),
  /** Posted: paid, with its receipts. */
  'payment.succeeded': z.object({ paymentId: Id }),
  /** A success whose taxes were paid already: in the ledger, to be paid back. */
  'payment.refund_due': z.object({ paymentId: Id }),
  /** A provider's message about it was kept. */
  'payment.notified': z.object({ paymentId: Id, provider: ProviderCode.optional() }),
  /** The payer wants it to end; it has not yet. */
  'payment.cancel_requested': z.object({ paymentId: Id, provider: ProviderCode.optional() }),
  /** How a way to pay does. */
  'channels.changed': z.object({}),
  /** The provider sent a message about a refund: it is to be asked. */
  'refund.notified': RefundEvent,
  /** A refund came to that state; the payment is whose page changes. `succeeded`: the money has gone. */
  'refund.proposed': RefundEvent,
  'refund.approved': RefundEvent,
  'refund.rejected': RefundEvent,
  'refund.withdrawn': RefundEvent,
  'refund.pushed': RefundEvent,
  'refund.pending': RefundEvent,
  'refund.unknown': RefundEvent,
  'refund.failed': RefundEvent,
  'refund.retried': RefundEvent,
  'refund.paid_by_hand': RefundEvent,
  'refund.hand_refused': RefundEvent,
  'refund.succeeded': RefundEvent,
  /** A provider's statement was put into the store, and waits to be read. */
  'reconciliation.requested': z.object({ reconciliationId: Id }),
  'reconciliation.progressed': z.object({ reconciliationId: Id }),
  'reconciliation.ended': z.object({ reconciliationId: Id }),
  /** A statement has a payment that our books do not: its provider is asked again. */
  'reconciliation.unbooked_found': z.object({ paymentIds: z.array(Id).min(1).max(1_000) }),
  /** Somebody explained a difference, or proposed, approved or refused its correction. */
  'difference.decided': z.object({ differenceId: Id }),
  /** These prove nothing any more: the list of revoked receipts is made anew. */
  'receipt.revoked': z.object({ references: z.array(ReceiptReference).min(1) }),
  'ticket.taken': z.object({ ticketId: Id, officeId: Id }),
  /** To a counter: for the first time, or again. */
  'ticket.called': z.object({ ticketId: Id, officeId: Id }),
  /** Served, on hold, back in the line, passed on, not come. */
  'ticket.moved': z.object({ ticketId: Id, officeId: Id }),
  'ticket.done': z.object({ ticketId: Id, officeId: Id }),
  'ticket.cancelled': z.object({ ticketId: Id, officeId: Id }),
  /** Booked, arrived, given up or missed. */
  'appointment.changed': z.object({ appointmentIds: z.array(Id).min(1), officeId: Id }),
  /** Its message, services, hours or rules were changed. */
  'office.changed': z.object({ officeId: Id }),
  /** Opened, paused, closed. */
  'counter.changed': z.object({ agentId: Id, officeId: Id }),
  /** Opened, counted, closed, handed over, or cash moved through it. */
  'till.changed': z.object({ tillId: Id, officeId: Id }),
  /** Past its threshold for long enough, worse, well again; `officeId` null: of the platform. */
  'alarm.opened': z.object({ alarmId: Id, officeId: Id.nullable() }),
  'alarm.escalated': z.object({ alarmId: Id, officeId: Id.nullable() }),
  'alarm.closed': z.object({ alarmId: Id, officeId: Id.nullable() }),
  /** Its value moved. */
  'alarm.measured': z.object({ alarmId: Id, officeId: Id.nullable() }),
  /** Somebody looks after it. */
  'alarm.acknowledged': z.object({ alarmId: Id, officeId: Id.nullable() }),
  'alarm-rule.changed': z.object({ ruleId: z.string() }),
  'anomaly.found': z.object({ anomalyId: Id, officeId: Id.nullable() }),
  'anomaly.settled': z.object({ anomalyId: Id, officeId: Id.nullable() }),
  /** Receipts that had a number first are signed now. */
  'receipt.signed': z.object({ paymentId: Id }),
  'session.ended': z.object({ sessionId: Id, userId: Id, why: SessionEnd.catch('revoked') }),
  /** Signed in with a browser that this person never used before. */
  'session.opened_on_new_browser': z.object({ sessionId: Id, userId: Id }),
  'user.password_changed': z.object({ userId: Id }),
  'user.email_changed': z.object({ userId: Id }),
  'user.phone_changed': z.object({ userId: Id }),
  'message.requested': z.object({ messageId: Id }),
  /** Thousands of messages that may wait: they go through a queue of their own. */
  'message.requested_in_bulk': z.object({ messageIds: z.array(Id).min(1).max(1_000) }),
  /** Somebody was told in the app. */
  'notice.created': z.object({ noticeIds: z.array(Id).min(1).max(1_000) }),
  'notice.read': z.object({ userId: Id }),
  /** The address, the password and all that named the person are gone. */
  'user.closed': z.object({ userId: Id }),
  'export.requested': z.object({ exportId: Id, userId: Id }),
  'export.progressed': z.object({ exportId: Id, userId: Id }),
  'export.ended': z.object({ exportId: Id, userId: Id }),
  'report.requested': z.object({ reportId: Id }),
  'report.begun': z.object({ reportId: Id }),
  /** Ready, failed or given up. */
  'report.ended': z.object({ reportId: Id }),
  /** Files whose time was over were given up. */
  'reports.expired': z.object({ count: z.number().int() }),
  'transfer.started': transfer,
  'transfer.accepted': transfer,
  'transfer.completed': transfer,
  'transfer.cancelled': transfer,
  'transfer.expired': transfer,
  'user.created': z.object({ userId: Id, locale: Locale }),
} as const satisfies Record<string, z.ZodType>;

export type EventName = keyof typeof EVENTS;
export type EventPayload<E extends EventName> = z.infer<(typeof EVENTS)[E]>;
