import { findAlarmView } from '#db/alarm-views.repository.ts';
import { findAlarm, findRule, recipientsOf } from '#db/alarms.repository.ts';
import type { Tx } from '#db/connect.ts';
import { findDocumentView } from '#db/document-views.repository.ts';
import { findRefundToTell, usersOfVehicles } from '#db/notice-sources.repository.ts';
import type { NewNotice } from '#db/notices.repository.ts';
import { findDocument } from '#db/documents.repository.ts';
import { readPayment } from '#db/payment-views.repository.ts';
import { findClaim, findVehicle } from '#db/vehicles.repository.ts';
import type { NoticeSource } from '#shared/contracts/notices.ts';
import type { PaymentState } from '#shared/contracts/payments.ts';
import { effectiveValue } from '#shared/domain/documents.ts';
import { countriesOfPlate, isPlate, normalisePlate } from '#shared/domain/plates.ts';
import { turnNotices } from './turn-notices.ts';

/** Whom an event is told to, and what; nobody when it was overtaken by a later one, which is told of by itself. */
export async function noticesOf(tx: Tx, eventId: string, source: NoticeSource, at: Date): Promise<NewNotice[]> {
  switch (source.event) {
    case 'document.read':
    case 'document.needs_photo':
    case 'document.failed':
      return documentNotices(tx, eventId, source.event, source.documentId);
    case 'review.corrected':
    case 'review.photo_asked':
      return reviewNotices(tx, eventId, source.event, source.documentId);
    case 'payment.succeeded':
    case 'payment.failed':
    case 'payment.expired':
    case 'payment.refund_due':
      return paymentNotices(tx, source.event, source.paymentId);
    case 'refund.approved':
    case 'refund.succeeded':
      return refundNotices(tx, source.event, source.refundId);
    case 'transfer.accepted':
    case 'transfer.completed':
      return transferNotices(tx, source);
    case 'claim.accepted':
    case 'claim.refused':
      return claimNotices(tx, source);
    case 'alarm.opened':
    case 'alarm.escalated':
      return alarmNotices(tx, source.event, source.alarmId);
    case 'ticket.called':
      return turnNotices(tx, source, at);
    case 'session.opened_on_new_browser': {
      const { userId, sessionId } = source;
      return [{ userId, eventKey: sessionId, content: { kind: 'sign_in_new_browser', params: { sessionId } } }];
    }
    case 'user.password_changed':
      return [{ userId: source.userId, eventKey: eventId, content: { kind: 'password_changed', params: {} } }];
    case 'user.email_changed':
      return [{ userId: source.userId, eventKey: eventId, content: { kind: 'email_changed', params: {} } }];
    case 'user.phone_changed':
      return [{ userId: source.userId, eventKey: eventId, content: { kind: 'phone_changed', params: {} } }];
  }
}

/** Who paid learns that the money comes back, whatever was decided by whom. */
async function refundNotices(tx: Tx, event: 'refund.approved' | 'refund.succeeded', refundId: string): Promise<NewNotice[]> {
  const refund = await findRefundToTell(tx, refundId);
  if (!refund) return [];
  const { payerId: userId, paymentId, amount, currency } = refund;
  const kind = event === 'refund.approved' ? 'refund_approved' : 'refund_paid';
  return [{ userId, eventKey: refundId, content: { kind, params: { paymentId, refundId, amount, currency } } }];
}

/** The seller has to answer; what is done both learn. */
async function transferNotices(tx: Tx, source: Extract<NoticeSource, { transferId: string }>): Promise<NewNotice[]> {
  const { transferId, vehicleId, sellerId, buyerId } = source;
  const vehicle = await findVehicle(tx, vehicleId);
  if (!vehicle) return [];
  const params = { transferId, vehicleId, plate: vehicle.plate, country: vehicle.country };
  const told = (userId: string, kind: 'transfer_asked' | 'transfer_confirmed'): NewNotice => ({
    userId,
    eventKey: transferId,
    content: { kind, params },
  });
  if (source.event === 'transfer.accepted') return [told(sellerId, 'transfer_asked')];
  return [sellerId, ...(buyerId ? [buyerId] : [])].map((userId) => told(userId, 'transfer_confirmed'));
}

/** Who claimed learns what was decided; who had the vehicle, when it is another's now. */
async function claimNotices(tx: Tx, source: Extract<NoticeSource, { claimId: string }>): Promise<NewNotice[]> {
  const { claimId, vehicleId, claimantId, formerOwnerId } = source;
  const [vehicle, claim] = [await findVehicle(tx, vehicleId), await findClaim(tx, claimId)];
  // Gone with the account of who claimed.
  if (!vehicle || !claim) return [];
  const params = { claimId, vehicleId, plate: vehicle.plate, country: vehicle.country };
  const told = (userId: string, content: NewNotice['content']): NewNotice => ({ userId, eventKey: claimId, content });
  if (source.event === 'claim.refused')
    return [told(claimantId, { kind: 'claim_refused', params: { ...params, reason: claim.reason ?? '' } })];
  return [
    told(claimantId, { kind: 'claim_accepted', params }),
    ...(formerOwnerId ? [told(formerOwnerId, { kind: 'vehicle_reassigned', params })] : []),
  ];
}

/** Those whom its rule names now, each once an alarm and once more when it gets worse. */
async function alarmNotices(tx: Tx, event: 'alarm.opened' | 'alarm.escalated', alarmId: string): Promise<NewNotice[]> {
  const [alarm, view] = [await findAlarm(tx, alarmId), await findAlarmView(tx, alarmId)];
  const rule = alarm && (await findRule(tx, alarm.ruleId));
  if (!alarm || !view || !rule?.recipients.channels.notice) return [];
  const { metric, subject, level, threshold, value } = view;
  const params = { alarmId, metric, subject, office: view.office?.name ?? null, level, value, threshold };
  const kind = event === 'alarm.opened' ? 'alarm_opened' : 'alarm_escalated';
  const people = await recipientsOf(tx, rule.recipients, alarm.officeId);
  return people.map((userId): NewNotice => ({
    ...{ userId, eventKey: alarmId, content: { kind, params } },
    ...(rule.recipients.channels.email ? {} : { inAppOnly: true as const }),
  }));
}

const DOCUMENT_KINDS = {
  'document.read': { kind: 'document_read', status: 'read' },
  'document.needs_photo': { kind: 'document_needs_photo', status: 'needs_photo' },
  'document.failed': { kind: 'document_failed', status: 'failed' },
} as const;

/** A document may be read several times: each time is an event of its own. */
async function documentNotices(
  tx: Tx,
  eventId: string,
  event: keyof typeof DOCUMENT_KINDS,
  documentId: string,
): Promise<NewNotice[]> {
  const { kind, status } = DOCUMENT_KINDS[event];
  const [document, view] = [await findDocument(tx, documentId), await findDocumentView(tx, documentId)];
  if (!document || view?.status !== status) return [];
  const field = view.fields.find(({ name }) => name === 'plate');
  const vehicle = field ? vehicleOf(effectiveValue(field), view.country ?? null) : null;
  return [{ userId: document.userId, eventKey: eventId, content: { kind, params: { documentId, vehicle } } }];
}

/** What an agent decided; nothing when it was decided anew meanwhile. */
async function reviewNotices(
  tx: Tx,
  eventId: string,
  event: 'review.corrected' | 'review.photo_asked',
  documentId: string,
): Promise<NewNotice[]> {
  const [document, view] = [await findDocument(tx, documentId), await findDocumentView(tx, documentId)];
  if (!document || !view?.review || `review.${view.review.status}` !== event) return [];
  const { userId } = document;
  const { photo, changes } = view.review;
  const field = view.fields.find(({ name }) => name === 'plate');
  const params = { documentId, vehicle: field ? vehicleOf(effectiveValue(field), view.country ?? null) : null };
  if (event === 'review.corrected') {
    const fields = changes.map(({ name }) => name);
    return [{ userId, eventKey: eventId, content: { kind: 'document_review_corrected', params: { ...params, fields } } }];
  }
  if (!photo) return [];
  return [{ userId, eventKey: eventId, content: { kind: 'document_photo_asked', params: { ...params, reason: photo.reason } } }];
}

/** What was read as a plate, when it can be one: nothing else that stands on a photograph gets into a message. */
function vehicleOf(text: string, issuer: string | null): { plate: string; country: string } | null {
  const plate = normalisePlate(text);
  const country = issuer !== null && isPlate(plate, issuer) ? issuer : countriesOfPlate(plate)[0];
  return country === undefined ? null : { plate, country };
}

const PAYMENT_STATES = {
  'payment.succeeded': 'receipted',
  'payment.failed': 'failed',
  'payment.expired': 'expired',
  'payment.refund_due': 'reconciled',
} as const satisfies Record<string, PaymentState>;

async function paymentNotices(tx: Tx, event: keyof typeof PAYMENT_STATES, paymentId: string): Promise<NewNotice[]> {
  const payment = await readPayment(tx, paymentId);
  if (!payment || payment.state !== PAYMENT_STATES[event]) return [];
  const { payerId: userId, amount, currency } = payment;
  // Paid at a counter by somebody without an account: only the vehicles' owners can be told.
  if (userId === null) return event === 'payment.succeeded' ? paidForOthers(tx, payment) : [];
  const items = payment.items.map(({ plate, country, fiscalYear }) => ({ plate, country, fiscalYear }));
  const params = { paymentId, amount, currency, items };
  const eventKey = paymentId;
  switch (event) {
    case 'payment.failed':
      return [{ userId, eventKey, content: { kind: 'payment_failed', params: { ...params, failure: payment.failure } } }];
    case 'payment.expired':
      return [{ userId, eventKey, content: { kind: 'payment_expired', params } }];
    case 'payment.refund_due':
      return [{ userId, eventKey, content: { kind: 'refund_due', params } }];
    case 'payment.succeeded': {
      const receipts = payment.items.flatMap(({ receipt }) =>
        receipt ? [{ reference: receipt.reference, number: receipt.number }] : [],
      );
      const late = payment.settledAt !== null && payment.settledAt > payment.expiresAt;
      const kind = late ? 'payment_confirmed_late' : 'payment_succeeded';
      return [{ userId, eventKey, content: { kind, params: { ...params, receipts } } }, ...(await paidForOthers(tx, payment))];
    }
  }
}

/** Whoever owns a vehicle learns that its tax is paid, not by whom. */
async function paidForOthers(
  tx: Tx,
  {
    payerId,
    items,
  }: { payerId: string | null; items: readonly { vehicleId: string; plate: string; country: string; fiscalYear: number }[] },
): Promise<NewNotice[]> {
  const users = await usersOfVehicles(
    tx,
    items.map(({ vehicleId }) => vehicleId),
  );
  return items.flatMap(({ vehicleId, plate, country, fiscalYear }): NewNotice[] => {
    const userId = users.get(vehicleId);
    if (userId === undefined || userId === payerId) return [];
    const params = { vehicleId, plate, country, fiscalYear };
    return [{ userId, eventKey: `${vehicleId}:${fiscalYear}`, content: { kind: 'tax_paid_by_other', params } }];
  });
}
