import type { NoticeContent } from '#shared/contracts/notices.ts';

/** The page that a notice is about. */
export function pageOf({ kind, params }: NoticeContent): string {
  switch (kind) {
    case 'document_read':
    case 'document_needs_photo':
    case 'document_failed':
    case 'document_review_corrected':
    case 'document_photo_asked':
      return `/vehicules/documents/${params.documentId}`;
    case 'payment_succeeded':
    case 'payment_confirmed_late':
    case 'payment_failed':
    case 'payment_expired':
    case 'refund_due':
    case 'refund_approved':
    case 'refund_paid':
      return `/paiements/${params.paymentId}`;
    case 'tax_due':
    case 'tax_overdue':
      return '/payer';
    case 'tax_paid_by_other':
    case 'transfer_asked':
    case 'transfer_confirmed':
    case 'claim_accepted':
    case 'claim_refused':
    case 'vehicle_reassigned':
      return '/vehicules';
    case 'alarm_opened':
    case 'alarm_escalated':
      return `/bureau/alarmes?alarme=${params.alarmId}`;
    case 'ticket_near':
    case 'ticket_called':
      return `/ticket/${params.ticketId}`;
    case 'appointment_near':
      return '/rendez-vous';
    case 'sign_in_new_browser':
    case 'password_changed':
    case 'email_changed':
    case 'phone_changed':
      return '/compte';
  }
}
