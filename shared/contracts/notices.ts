import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { FieldName, PhotoReason } from './documents.ts';
import { PaymentFailure } from './payments.ts';
import { AlarmNotice } from './alarms.ts';

/**
 * A *notice* tells one person of one event: in the app, and by e-mail or SMS as they wish. What a person may wish away is a *category*;
 * what concerns the safety of the account always comes.
 */
export const NOTICE_CATEGORIES = ['reminders', 'payments', 'documents', 'security', 'alarms'] as const;
export const NoticeCategory = z.enum(NOTICE_CATEGORIES);
export type NoticeCategory = z.infer<typeof NoticeCategory>;

/** How a notice leaves the app. */
export const NoticeChannel = z.enum(['email', 'sms']);
export type NoticeChannel = z.infer<typeof NoticeChannel>;

const plate = { plate: z.string(), country: z.string().length(2) };
const money = { amount: z.number().int(), currency: z.string().length(3) };
/** A tax that is told of. */
export const NoticeTax = z.object({ ...plate, fiscalYear: z.number().int() });
export type NoticeTax = z.infer<typeof NoticeTax>;
/** Vehicles named in one notice; the rest are counted. */
export const MOST_NAMED = 20;

/** The plate, once one was read that can be one. */
const document = z.object({ documentId: Id, vehicle: z.object(plate).nullable() });
/** What an agent changed, by name: the values stay on the document's page. */
const corrected = document.extend({ fields: z.array(FieldName).min(1) });
const payment = z.object({ paymentId: Id, ...money, items: z.array(NoticeTax) });
/** Of its own, not a view's: what is kept must be read for years. */
const receipts = payment.extend({ receipts: z.array(z.object({ reference: z.string(), number: z.string() })) });
const refund = z.object({ paymentId: Id, refundId: Id, ...money });
const transfer = z.object({ transferId: Id, vehicleId: Id, ...plate });
const claim = z.object({ claimId: Id, vehicleId: Id, ...plate });
const reminder = z.object({
  fiscalYear: z.number().int(),
  dueDate: z.iso.date(),
  /** What is owed for all of them on the day of the reminder. */
  ...money,
  vehicleCount: z.number().int().positive(),
  vehicles: z.array(z.object(plate)).min(1).max(MOST_NAMED),
});
const ticket = z.object({ ticketId: Id, number: z.string(), office: z.string() });
/** Days before the due date from which each reminder goes out. */
export const REMINDER_DAYS = [30, 7, 1] as const;

/**
 * Every kind of notice and what it is made from: ids and typed data, never text. The words are those who show it
 * (`client/src/lib/i18n/messages/notices.*.ts`, `workers/messages/notice-texts.*.ts`).
 */
export const NOTICES = {
  document_read: document,
  document_needs_photo: document,
  document_failed: document,
  document_review_corrected: corrected,
  /** Words of the agent's own stay on the document's page as well. */
  document_photo_asked: document.extend({ reason: PhotoReason }),
  payment_succeeded: receipts,
  /** Confirmed after the payer's time was over: the provider had been silent. */
  payment_confirmed_late: receipts,
  payment_failed: payment.extend({ failure: PaymentFailure.nullable() }),
  payment_expired: payment,
  refund_due: payment,
  refund_approved: refund,
  refund_paid: refund,
  tax_due: reminder.extend({ daysBefore: z.literal(REMINDER_DAYS) }),
  tax_overdue: reminder,
  tax_paid_by_other: NoticeTax.extend({ vehicleId: Id }),
  /** Who has the seller's code wants the vehicle: the seller's answer is waited for. */
  transfer_asked: transfer,
  transfer_confirmed: transfer,
  /** An office gave them the vehicle, or did not; or gave theirs to somebody else. */
  claim_accepted: claim,
  claim_refused: claim.extend({ reason: z.string() }),
  vehicle_reassigned: claim,
  /** Soon: who sits outside, or went for a coffee, has time to come back. */
  ticket_near: ticket.extend({ minutes: z.number().int().nonnegative() }),
  ticket_called: ticket.extend({ counter: z.string() }),
  appointment_near: z.object({ appointmentId: Id, office: z.string(), startsAt: Instant, code: z.string() }),
  sign_in_new_browser: z.object({ sessionId: Id }),
  password_changed: z.object({}),
  email_changed: z.object({}),
  phone_changed: z.object({}),
  /** To those of the staff whom its rule names. */
  alarm_opened: AlarmNotice,
  alarm_escalated: AlarmNotice,
} as const satisfies Record<string, z.ZodType<Record<string, unknown>>>;

export type NoticeKind = keyof typeof NOTICES;
export const NOTICE_KINDS = Object.keys(NOTICES) as NoticeKind[];
export type NoticeParams<K extends NoticeKind> = z.infer<(typeof NOTICES)[K]>;
/** A kind with its parameters. */
export type NoticeContent = { [K in NoticeKind]: { kind: K; params: NoticeParams<K> } }[NoticeKind];

/** The category of each kind, and whether one e-mail or SMS of it goes out whatever the person wishes (receipts and money: the law). */
export const NOTICE_RULES: { readonly [K in NoticeKind]: { category: NoticeCategory; obligatory: boolean } } = {
  document_read: { category: 'documents', obligatory: false },
  document_needs_photo: { category: 'documents', obligatory: false },
  document_failed: { category: 'documents', obligatory: false },
  document_review_corrected: { category: 'documents', obligatory: true },
  document_photo_asked: { category: 'documents', obligatory: true },
  payment_succeeded: { category: 'payments', obligatory: true },
  payment_confirmed_late: { category: 'payments', obligatory: true },
  payment_failed: { category: 'payments', obligatory: false },
  payment_expired: { category: 'payments', obligatory: false },
  refund_due: { category: 'payments', obligatory: true },
  refund_approved: { category: 'payments', obligatory: false },
  refund_paid: { category: 'payments', obligatory: true },
  tax_due: { category: 'reminders', obligatory: false },
  tax_overdue: { category: 'reminders', obligatory: false },
  tax_paid_by_other: { category: 'payments', obligatory: false },
  transfer_asked: { category: 'security', obligatory: true },
  transfer_confirmed: { category: 'security', obligatory: true },
  claim_accepted: { category: 'security', obligatory: true },
  claim_refused: { category: 'security', obligatory: true },
  vehicle_reassigned: { category: 'security', obligatory: true },
  ticket_near: { category: 'reminders', obligatory: false },
  ticket_called: { category: 'reminders', obligatory: false },
  appointment_near: { category: 'reminders', obligatory: false },
  sign_in_new_browser: { category: 'security', obligatory: true },
  password_changed: { category: 'security', obligatory: true },
  email_changed: { category: 'security', obligatory: true },
  phone_changed: { category: 'security', obligatory: true },
  // By which channels, the rule says.
  alarm_opened: { category: 'alarms', obligatory: true },
  alarm_escalated: { category: 'alarms', obligatory: true },
};

/** One entry of the list, as its person sees it. `kind` and `params` are a NoticeContent. */
export const NoticeView = z.object({
  id: Id,
  content: z.custom<NoticeContent>((value) => parseNotice(value) !== null),
  createdAt: Instant,
  readAt: Instant.nullable(),
});
export type NoticeView = z.infer<typeof NoticeView>;

/** A stored kind with its parameters; null when no such kind exists (any more) or the parameters do not fit. */
export function parseNotice(value: unknown): NoticeContent | null {
  const { kind, params } = (value ?? {}) as { kind?: unknown; params?: unknown };
  if (typeof kind !== 'string' || !Object.hasOwn(NOTICES, kind)) return null;
  const parsed = NOTICES[kind as NoticeKind].safeParse(params);
  return parsed.success ? ({ kind, params: parsed.data } as NoticeContent) : null;
}

/** Entries of the state, and of a page of older ones. */
export const NOTICES_LISTED = 20;

/** State of the topic `notifications:<user>`: the newest notices and how many are unread of all. */
export const NotificationsView = z.object({
  unread: z.number().int().nonnegative(),
  notices: z.array(NoticeView),
  /** Whether there are older ones. */
  more: z.boolean(),
});
export type NotificationsView = z.infer<typeof NotificationsView>;

/** Answer of `GET /api/notices?before=<id of the last one held>`. */
export const NoticePage = NotificationsView.pick({ notices: true, more: true });
export type NoticePage = z.infer<typeof NoticePage>;

/** Input of `notice:mark-read`: one, or all that are there. */
export const MarkRead = z.union([z.object({ noticeId: Id }).strict(), z.object({ all: z.literal(true) }).strict()]);
export type MarkRead = z.infer<typeof MarkRead>;

/** What may be wished away. */
export const PREFERENCE_CATEGORIES = ['reminders', 'payments', 'documents'] as const satisfies readonly NoticeCategory[];
export const PreferenceCategory = z.enum(PREFERENCE_CATEGORIES);
export type PreferenceCategory = z.infer<typeof PreferenceCategory>;

const Choice = z.object({ email: z.boolean(), sms: z.boolean() }).strict();
/** What a person wants by which channel; input of `PUT`-like `POST /api/notices/preferences`. */
export const NoticePreferences = z.object({ reminders: Choice, payments: Choice, documents: Choice }).strict();
export type NoticePreferences = z.infer<typeof NoticePreferences>;

/** Answer of `GET /api/notices/preferences`: `reachable` says by what the person can be reached at all. */
export const NoticePreferencesView = z.object({
  preferences: NoticePreferences,
  reachable: z.object({ email: z.boolean(), sms: z.boolean() }),
});
export type NoticePreferencesView = z.infer<typeof NoticePreferencesView>;

/** What an unsubscribe link is about: answer of `GET /api/unsubscribe/:token`. `wanted`: whether it still comes. */
export const Unsubscription = z.object({ category: PreferenceCategory, channel: NoticeChannel, wanted: z.boolean() });
export type Unsubscription = z.infer<typeof Unsubscription>;

/** Events that somebody is told of, with what each is about. The relay asks for `notice.deliver` for each of them. */
export const NoticeSource = z.discriminatedUnion('event', [
  z.object({ event: z.enum(['document.read', 'document.needs_photo', 'document.failed']), documentId: Id }),
  z.object({ event: z.enum(['review.corrected', 'review.photo_asked']), documentId: Id }),
  z.object({ event: z.enum(['payment.succeeded', 'payment.failed', 'payment.expired', 'payment.refund_due']), paymentId: Id }),
  z.object({ event: z.enum(['refund.approved', 'refund.succeeded']), refundId: Id, paymentId: Id }),
  z.object({
    event: z.enum(['transfer.accepted', 'transfer.completed']),
    ...{ transferId: Id, vehicleId: Id, sellerId: Id, buyerId: Id.nullable() },
  }),
  z.object({
    event: z.enum(['claim.accepted', 'claim.refused']),
    ...{ claimId: Id, vehicleId: Id, claimantId: Id, formerOwnerId: Id.nullable() },
  }),
  z.object({ event: z.enum(['alarm.opened', 'alarm.escalated']), alarmId: Id }),
  z.object({ event: z.literal('ticket.called'), ticketId: Id, officeId: Id }),
  z.object({ event: z.literal('session.opened_on_new_browser'), sessionId: Id, userId: Id }),
  z.object({ event: z.enum(['user.password_changed', 'user.email_changed', 'user.phone_changed']), userId: Id }),
]);
export type NoticeSource = z.infer<typeof NoticeSource>;
