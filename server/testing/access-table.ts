import type { CommandName } from '#shared/contracts/commands.ts';
import type { ErrorCode } from '#shared/contracts/errors.ts';
import type { TopicName } from '#shared/contracts/topics.ts';

/**
 * What everybody is answered who asks for what is not theirs. `stranger`: a citizen; `agent`: one of another office; `auditor`: who reads and
 * changes nothing. `yes` stands where the thing is open to that person by the policy; the reason is beside it.
 */
export interface Answers {
  stranger: ErrorCode | 'yes';
  agent: ErrorCode | 'yes';
  auditor: ErrorCode | 'yes';
}

/** Things that are somebody else's: a citizen's, or those of office B. All of them are there: what is refused is not merely absent. */
export interface Foreign {
  userId: string;
  documentId: string;
  reviewId: string;
  vehicleId: string;
  plate: string;
  claimId: string;
  paymentId: string;
  itemId: string;
  refundId: string;
  transferId: string;
  officeId: string;
  serviceId: string;
  ticketId: string;
  agentId: string;
  reportId: string;
  tillId: string;
  differenceId: string;
  runId: string;
  alarmId: string;
  anomalyId: string;
  noticeId: string;
}

const all = (code: ErrorCode | 'yes'): Answers => ({ stranger: code, agent: code, auditor: code });
const staff = (agent: ErrorCode | 'yes', auditor: ErrorCode | 'yes' = 'FORBIDDEN'): Answers => ({
  stranger: 'FORBIDDEN',
  agent,
  auditor,
});
const someId = '7c9d1c2e-0000-4000-8000-000000000001';
/** Of the right form. */
const WRONG_CODE = '22222222';
const count = [{ value: 100, count: 1 }];

type CommandLine = Answers & { input: (of: Foreign) => unknown };
const command = (answers: Answers, input: CommandLine['input']): CommandLine => ({ ...answers, input });

/** Every command, aimed at what is somebody else's. A command without a line does not compile. */
export const COMMAND_ACCESS: Readonly<Record<Exclude<CommandName, `live:${string}`>, CommandLine>> = {
  'document:correct-field': command(all('DOCUMENT_NOT_FOUND'), ({ documentId }) => ({
    documentId,
    name: 'plate',
    value: '1TAB',
  })),
  'document:insist': command(all('DOCUMENT_NOT_FOUND'), ({ documentId }) => ({ documentId })),
  'document:confirm': command(all('DOCUMENT_NOT_FOUND'), ({ documentId }) => ({ documentId })),
  'document:discard': command(all('DOCUMENT_NOT_FOUND'), ({ documentId }) => ({ documentId })),
  // No provider is set up here; whose vehicle it is, the tests of payments ask.
  'payment:start': command(all('PROVIDER_OFF'), ({ vehicleId }) => ({
    idempotencyKey: someId,
    items: [{ vehicleId, fiscalYear: 2026 }],
    amount: 100,
    provider: 'mtn_momo',
    phone: '+261340000199',
  })),
  'payment:cancel': command(all('PAYMENT_NOT_FOUND'), ({ paymentId }) => ({ paymentId })),
  'notice:mark-read': command(all('NOT_FOUND'), ({ noticeId }) => ({ noticeId })),
  'counter:open': command(staff('SERVICE_NOT_FOUND'), ({ serviceId }) => ({ label: '9', serviceIds: [serviceId] })),
  'counter:pause': command(staff('COUNTER_CLOSED'), () => ({ paused: true })),
  // Closes one's own, and says nothing where there is none.
  'counter:close': command(staff('yes'), () => ({})),
  'office:read': command(staff('FORBIDDEN'), ({ officeId }) => ({ officeId })),
  'office:set': command(staff('FORBIDDEN'), ({ officeId }) => ({ officeId, change: { what: 'message', message: null } })),
  'ticket:take': command(staff('FORBIDDEN'), ({ officeId, serviceId }) => ({
    clientId: someId,
    officeId,
    serviceId,
    priority: 'none',
  })),
  'ticket:call-next': command(staff('COUNTER_CLOSED'), () => ({})),
  'ticket:call': command(staff('COUNTER_CLOSED'), ({ ticketId }) => ({ ticketId })),
  'ticket:act': command(staff('TICKET_NOT_FOUND'), ({ ticketId }) => ({ ticketId, event: 'cancel' })),
  'ticket:transfer': command(staff('TICKET_NOT_FOUND'), ({ ticketId, agentId }) => ({ ticketId, to: { agentId } })),
  'ticket:link': command(staff('TICKET_NOT_FOUND'), ({ ticketId, vehicleId }) => ({ ticketId, vehicleId })),
  'claim:decide': command(staff('yes'), ({ claimId }) => ({ claimId, decision: 'accept' })),
  'vehicle:note': command(staff('yes'), ({ vehicleId }) => ({ noteId: someId, vehicleId, text: 'a note' })),
  // The register of vehicles is one for all offices.
  'search:find': command(staff('yes', 'yes'), ({ plate }) => ({ query: plate })),
  'search:vehicles-of': command(staff('yes'), ({ userId }) => ({ userId })),
  // Payments online are of no office: see the policy. Who proposed a refund alone takes it back.
  'refund:find': command(staff('PAYMENT_NOT_FOUND'), ({ paymentId }) => ({ query: paymentId })),
  'refund:propose': command(staff('REFUND_NOT_POSSIBLE'), ({ paymentId, itemId }) => ({
    idempotencyKey: someId,
    paymentId,
    itemIds: [itemId],
    amount: 100,
    reason: 'paid_twice',
    note: '',
  })),
  'refund:approve': command(staff('FORBIDDEN'), ({ refundId }) => ({ refundId })),
  'refund:reject': command(staff('FORBIDDEN'), ({ refundId }) => ({ refundId, note: 'not theirs to say' })),
  'refund:withdraw': command(staff('FORBIDDEN'), ({ refundId }) => ({ refundId })),
  'refund:retry': command(staff('REFUND_STATE_CONFLICT'), ({ refundId }) => ({ refundId })),
  'refund:settle': command(staff('REFUND_STATE_CONFLICT'), ({ refundId }) => ({ refundId, reference: 'VIR-1' })),
  'refund:confirm-settlement': command(staff('FORBIDDEN'), ({ refundId }) => ({ refundId, agreed: true })),
  'reconciliation:explain': command(staff('FORBIDDEN'), ({ differenceId }) => ({
    differenceId,
    reason: 'other',
    note: 'because',
  })),
  'reconciliation:propose': command(staff('FORBIDDEN'), ({ differenceId }) => ({
    differenceId,
    reason: 'other',
    note: 'because',
    amount: 1,
  })),
  'reconciliation:decide': command(staff('FORBIDDEN'), ({ differenceId }) => ({ differenceId, agreed: true })),
  // Reports tell of the whole country and change nothing of it: auditors have them made.
  'report:request': command(staff('FORBIDDEN', 'yes'), ({ officeId }) => ({
    idempotencyKey: someId,
    period: 'day',
    from: '2026-01-05',
    scope: `office-${officeId}`,
    content: 'summary',
    format: 'pdf',
  })),
  'report:cancel': command(staff('FORBIDDEN'), ({ reportId }) => ({ reportId })),
  'till:open': command(staff('yes'), () => ({ idempotencyKey: someId, float: count })),
  'till:close': command(staff('TILL_NOT_FOUND'), ({ tillId }) => ({ tillId, count })),
  'till:close-absent': command(staff('FORBIDDEN'), ({ tillId }) => ({ tillId, count, reason: 'not theirs to close' })),
  'till:hand-over': command(staff('TILL_NOT_FOUND'), ({ tillId, agentId }) => ({ tillId, count, toAgentId: agentId })),
  'till:keep': command(staff('TILL_NOT_FOUND'), ({ tillId }) => ({ tillId })),
  'till:receive': command(staff('TILL_NOT_FOUND'), ({ tillId }) => ({ tillId, idempotencyKey: someId, count })),
  // No price grid is in force here: an agent gets so far.
  'till:quote': command(staff('UNAVAILABLE'), ({ plate }) => ({ items: [{ plate, fiscalYear: 2026 }] })),
  'till:take': command(staff('TILL_NOT_FOUND'), ({ tillId, plate }) => ({
    tillId,
    idempotencyKey: someId,
    items: [{ plate, fiscalYear: 2026 }],
    amount: 100,
    given: 100,
  })),
  'till:pay-back': command(staff('REFUND_NOT_FOUND'), ({ tillId, refundId }) => ({ tillId, refundId })),
  'till:note': command(staff('FORBIDDEN'), ({ tillId }) => ({ tillId })),
  'alarm:acknowledge': command(staff('FORBIDDEN'), ({ alarmId }) => ({ alarmId, level: 'warning', note: 'not theirs' })),
  'alarm-rule:set': command(staff('FORBIDDEN'), () => ({
    ...{ ruleId: 'relay-late', version: 1, enabled: false, warnAt: 1, alarmAt: 2, holdSeconds: 0, clearSeconds: 0 },
    recipients: { roles: [], userIds: [], channels: { banner: false, notice: false, email: false } },
  })),
  'anomaly:settle': command(staff('FORBIDDEN'), ({ anomalyId }) => ({ anomalyId, as: 'explained', note: 'not theirs' })),
  // Documents to examine are of no office: whoever is free takes the next.
  'review:next': command(staff('yes'), () => ({})),
  'review:take': command(staff('yes'), ({ reviewId }) => ({ documentId: reviewId })),
  'review:renew': command(staff('yes'), ({ reviewId }) => ({ documentId: reviewId })),
  'review:release': command(staff('yes'), ({ reviewId }) => ({ documentId: reviewId })),
  'review:decide': command(staff('REVIEW_LOST'), ({ reviewId }) => ({ documentId: reviewId, round: 1, corrections: [] })),
  'review:ask-photo': command(staff('REVIEW_LOST'), ({ reviewId }) => ({
    documentId: reviewId,
    round: 1,
    reason: 'blurred',
    side: 'recto',
  })),
  'vehicle:remove': command(all('VEHICLE_NOT_FOUND'), ({ vehicleId }) => ({ vehicleId })),
  'transfer:start': command(all('VEHICLE_NOT_FOUND'), ({ vehicleId }) => ({ vehicleId })),
  'transfer:code': command(all('TRANSFER_NOT_FOUND'), ({ transferId }) => ({ transferId })),
  // Who has the code is let in by it: it is shown to the seller alone.
  'transfer:look-up': command(all('TRANSFER_CODE_INVALID'), () => ({ code: WRONG_CODE })),
  'transfer:accept': command(all('TRANSFER_CODE_INVALID'), () => ({ code: WRONG_CODE })),
  'transfer:confirm': command(all('TRANSFER_NOT_FOUND'), ({ transferId }) => ({ transferId, version: 1 })),
  'transfer:cancel': command(all('TRANSFER_NOT_FOUND'), ({ transferId }) => ({ transferId })),
  'claim:withdraw': command(all('NOT_FOUND'), ({ claimId }) => ({ claimId })),
};

type TopicLine = Answers & { guest: ErrorCode | 'yes'; key?: (of: Foreign) => string };
const no = 'TOPIC_FORBIDDEN';
/** Every topic, of what is somebody else's. */
export const TOPIC_ACCESS: Readonly<Record<TopicName, TopicLine>> = {
  document: { ...all(no), guest: no, key: ({ documentId }) => documentId },
  'document-progress': { ...all(no), guest: no, key: ({ documentId }) => documentId },
  // How long one waits, without a name.
  'reading-queue': { ...all('yes'), guest: no },
  payment: { ...all(no), guest: no, key: ({ paymentId }) => paymentId },
  channels: { ...all('yes'), guest: 'yes' },
  notifications: { ...all(no), guest: no, key: ({ userId }) => userId },
  queue: { ...all(no), auditor: 'yes', guest: no, key: ({ officeId }) => officeId },
  // What hangs on the wall of the office, and what whoever holds a ticket sees: numbers, no names.
  line: { ...all('yes'), guest: 'yes', key: ({ officeId }) => officeId },
  board: { ...all('yes'), guest: 'yes', key: ({ officeId }) => officeId },
  ticket: { ...all('yes'), guest: 'yes', key: ({ ticketId }) => ticketId },
  visits: { ...all(no), guest: no, key: ({ userId }) => userId },
  'vehicle-file': { stranger: no, agent: 'yes', auditor: no, guest: no, key: ({ vehicleId }) => vehicleId },
  till: { ...all(no), guest: no, key: ({ agentId }) => agentId },
  tills: { ...all(no), auditor: 'yes', guest: no, key: ({ officeId }) => officeId },
  // The nation's is asked of below, beside another office's.
  dashboard: { ...all(no), auditor: 'yes', guest: no, key: ({ officeId }) => `office-${officeId}` },
  reviews: { ...all(no), agent: 'yes', guest: no },
  refunds: { stranger: no, agent: 'yes', auditor: 'yes', guest: no },
  reconciliations: { stranger: no, agent: no, auditor: 'yes', guest: no },
  alarms: { ...all(no), auditor: 'yes', guest: no, key: ({ officeId }) => officeId },
  anomalies: { ...all(no), auditor: 'yes', guest: no, key: ({ officeId }) => officeId },
  reports: { ...all(no), auditor: 'yes', guest: no },
  report: { ...all(no), auditor: 'yes', guest: no, key: ({ reportId }) => reportId },
  transfer: { ...all(no), guest: no, key: ({ transferId }) => transferId },
  'account-export': { ...all(no), guest: no, key: ({ userId }) => userId },
  garage: { ...all(no), guest: no, key: ({ userId }) => userId },
};

type RouteLine = Answers & {
  guest: ErrorCode | 'yes';
  /** What stands for the path's parameters; `x` where nothing is said. */
  fill?: Readonly<Record<string, string>> | ((of: Foreign) => Readonly<Record<string, string>>);
  body?: unknown;
  headers?: Record<string, string>;
  /** Asked by a session that waits for its second step: it is what takes it, or ends the session. */
  beforeSecondStep?: true;
};
/**
 * Every route under `/api`, by method and path, aimed at what is somebody else's. A route without a line fails the test. Where it says
 * INVALID_INPUT beside UNAUTHENTICATED, a route of one's own things was let in and given nothing; `yes` there is one's own list.
 * UNAVAILABLE: open to all, and nothing to tell here (no price grid, no list of revoked receipts).
 */
export const ROUTE_ACCESS: Readonly<Record<string, RouteLine>> = {
  'DELETE /api/appointments/:id': { guest: 'UNAUTHENTICATED', ...all('APPOINTMENT_NOT_FOUND'), fill: { id: someId } },
  'DELETE /api/auth/sessions/:id': { guest: 'UNAUTHENTICATED', ...all('NOT_FOUND'), fill: { id: someId } },
  'DELETE /api/tickets/:id': { guest: 'yes', ...all('yes'), fill: ({ ticketId }) => ({ id: ticketId }) },
  'GET /api/account/closing': { guest: 'UNAUTHENTICATED', ...all('yes') },
  'GET /api/account/export/:id/zip': { guest: 'UNAUTHENTICATED', ...all('EXPORT_NOT_READY'), fill: { id: someId } },
  'GET /api/alarms': { guest: 'UNAUTHENTICATED', ...staff('FORBIDDEN', 'yes') },
  'GET /api/alarms/:id/samples': {
    guest: 'UNAUTHENTICATED',
    ...staff('FORBIDDEN', 'yes'),
    fill: ({ alarmId }) => ({ id: alarmId }),
  },
  'GET /api/alarms/rules': { guest: 'UNAUTHENTICATED', ...staff('FORBIDDEN', 'yes') },
  'GET /api/alarms/rules/:id/trial': { guest: 'UNAUTHENTICATED', ...staff('FORBIDDEN') },
  'GET /api/anomalies': { guest: 'UNAUTHENTICATED', ...staff('FORBIDDEN', 'yes') },
  'GET /api/appointments': { guest: 'UNAUTHENTICATED', ...all('yes') },
  'GET /api/auth/clock': {
    beforeSecondStep: true,
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'yes',
    auditor: 'yes',
  },
  'GET /api/auth/second-factor': { guest: 'UNAUTHENTICATED', ...all('yes') },
  'GET /api/auth/sessions': { guest: 'UNAUTHENTICATED', ...all('yes') },
  // Collected money is of the whole country; who paid it is not in it. Auditors look, agents do not.
  'GET /api/collections': { guest: 'UNAUTHENTICATED', stranger: 'FORBIDDEN', agent: 'FORBIDDEN', auditor: 'INVALID_INPUT' },
  'GET /api/collections/export': {
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'FORBIDDEN',
    auditor: 'INVALID_INPUT',
  },
  'GET /api/collections/hours': { guest: 'UNAUTHENTICATED', stranger: 'FORBIDDEN', agent: 'FORBIDDEN', auditor: 'INVALID_INPUT' },
  'GET /api/collections/orders': {
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'FORBIDDEN',
    auditor: 'INVALID_INPUT',
  },
  'GET /api/collections/payments/:id': {
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'FORBIDDEN',
    auditor: 'yes',
    fill: ({ paymentId }) => ({ id: paymentId }),
  },
  'GET /api/config': { guest: 'yes', ...all('yes') },
  'GET /api/documents/:id/pages/:side/image': {
    guest: 'UNAUTHENTICATED',
    ...all('DOCUMENT_NOT_FOUND'),
    fill: ({ documentId }) => ({ id: documentId, side: 'recto' }),
  },
  'GET /api/grid': { guest: 'UNAVAILABLE', ...all('UNAVAILABLE') },
  'GET /api/me': { guest: 'UNAUTHENTICATED', ...all('yes') },
  'GET /api/notices': { guest: 'UNAUTHENTICATED', ...all('INVALID_INPUT') },
  'GET /api/notices/preferences': { guest: 'UNAUTHENTICATED', ...all('yes') },
  'GET /api/offices': { guest: 'yes', ...all('yes') },
  'GET /api/offices/:id/door': { guest: 'FORBIDDEN', ...all('FORBIDDEN'), fill: ({ officeId }) => ({ id: officeId }) },
  'GET /api/offices/:id/slots': {
    guest: 'SERVICE_NOT_FOUND',
    ...all('SERVICE_NOT_FOUND'),
    fill: ({ officeId }) => ({ id: officeId }),
  },
  'GET /api/payments': { guest: 'UNAUTHENTICATED', ...all('yes') },
  'GET /api/payments/:id': {
    guest: 'UNAUTHENTICATED',
    ...all('PAYMENT_NOT_FOUND'),
    fill: ({ paymentId }) => ({ id: paymentId }),
  },
  'GET /api/payments/channels': { guest: 'yes', ...all('yes') },
  'GET /api/payments/providers': { guest: 'yes', ...all('yes') },
  'GET /api/plates/:plate': { guest: 'UNAVAILABLE', ...all('UNAVAILABLE'), fill: ({ plate }) => ({ plate }) },
  'GET /api/receipts/:reference': { guest: 'UNAUTHENTICATED', ...all('RECEIPT_NOT_FOUND') },
  'GET /api/receipts/:reference/pdf': { guest: 'UNAUTHENTICATED', ...all('RECEIPT_NOT_FOUND') },
  'GET /api/reconciliations/:id/file': {
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'FORBIDDEN',
    auditor: 'RECONCILIATION_NOT_FOUND',
    fill: ({ runId }) => ({ id: runId }),
  },
  'GET /api/reconciliations/differences': { guest: 'UNAUTHENTICATED', stranger: 'FORBIDDEN', agent: 'FORBIDDEN', auditor: 'yes' },
  'GET /api/reconciliations/differences.csv': {
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'FORBIDDEN',
    auditor: 'yes',
  },
  'GET /api/reports': { guest: 'UNAUTHENTICATED', ...staff('FORBIDDEN', 'yes') },
  // A link is of who asked for it.
  'GET /api/reports/files/:token': { guest: 'UNAUTHENTICATED', ...staff('FORBIDDEN', 'REPORT_NOT_FOUND') },
  'GET /api/reviews/:id/pages/:side/image': {
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'DOCUMENT_NOT_FOUND',
    auditor: 'FORBIDDEN',
    fill: ({ reviewId }) => ({ id: reviewId, side: 'recto' }),
  },
  'GET /api/tills/:id': {
    guest: 'UNAUTHENTICATED',
    stranger: 'TILL_NOT_FOUND',
    agent: 'TILL_NOT_FOUND',
    auditor: 'yes',
    fill: ({ tillId }) => ({ id: tillId }),
  },
  'GET /api/unsubscribe/:token': { guest: 'LINK_INVALID', ...all('LINK_INVALID') },
  'GET /api/vehicle-files/documents/:id/pages/:side/image': {
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'DOCUMENT_NOT_FOUND',
    auditor: 'FORBIDDEN',
    fill: ({ reviewId }) => ({ id: reviewId, side: 'recto' }),
  },
  'GET /api/verify/keys': { guest: 'yes', ...all('yes') },
  'GET /api/verify/receipts/:reference': { guest: 'RECEIPT_NOT_FOUND', ...all('RECEIPT_NOT_FOUND') },
  'GET /api/verify/revocations': { guest: 'UNAVAILABLE', ...all('UNAVAILABLE') },
  'POST /api/walls': {
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'FORBIDDEN',
    auditor: 'yes',
    body: { scope: 'national' },
  },
  'POST /api/account/close': { guest: 'UNAUTHENTICATED', ...all('INVALID_INPUT'), body: {} },
  'POST /api/account/export': { guest: 'UNAUTHENTICATED', ...all('INVALID_INPUT'), body: {} },
  'POST /api/appointments': { guest: 'UNAUTHENTICATED', ...all('INVALID_INPUT'), body: {} },
  'POST /api/auth/contact': { guest: 'UNAUTHENTICATED', ...all('INVALID_INPUT'), body: {} },
  'POST /api/auth/contact/complete': { guest: 'UNAUTHENTICATED', ...all('INVALID_INPUT'), body: {} },
  'POST /api/auth/password': { guest: 'UNAUTHENTICATED', ...all('INVALID_INPUT'), body: {} },
  'POST /api/auth/recovery': { guest: 'INVALID_INPUT', ...all('INVALID_INPUT'), body: {} },
  'POST /api/auth/recovery/complete': { guest: 'INVALID_INPUT', ...all('INVALID_INPUT'), body: {} },
  'POST /api/auth/second-factor': {
    beforeSecondStep: true,
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'INVALID_INPUT',
    auditor: 'INVALID_INPUT',
    body: {},
  },
  'POST /api/auth/second-factor/begin': {
    beforeSecondStep: true,
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'yes',
    auditor: 'yes',
    body: {},
  },
  'POST /api/auth/second-factor/codes': {
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'yes',
    auditor: 'yes',
    body: {},
  },
  'POST /api/auth/second-factor/confirm': {
    beforeSecondStep: true,
    guest: 'UNAUTHENTICATED',
    stranger: 'FORBIDDEN',
    agent: 'INVALID_INPUT',
    auditor: 'INVALID_INPUT',
    body: {},
  },
  'POST /api/auth/sign-in': { guest: 'INVALID_INPUT', ...all('INVALID_INPUT'), body: {} },
  'POST /api/auth/sign-out': { guest: 'yes', ...all('yes'), body: {} },
  'POST /api/auth/sign-up': { guest: 'INVALID_INPUT', ...all('INVALID_INPUT'), body: {} },
  'POST /api/auth/sign-up/complete': { guest: 'INVALID_INPUT', ...all('INVALID_INPUT'), body: {} },
  'POST /api/auth/stay': { guest: 'UNAUTHENTICATED', ...all('yes'), body: {} },
  'POST /api/documents': { guest: 'UNAUTHENTICATED', ...all('INVALID_INPUT'), body: {} },
  'POST /api/documents/:id/pages': {
    guest: 'UNAUTHENTICATED',
    ...all('INVALID_INPUT'),
    fill: ({ documentId }) => ({ id: documentId, side: 'recto' }),
    body: {},
  },
  'POST /api/notices/preferences': { guest: 'UNAUTHENTICATED', ...all('INVALID_INPUT'), body: {} },
  'POST /api/offices/:id/check-in': {
    guest: 'INVALID_INPUT',
    ...all('INVALID_INPUT'),
    fill: ({ officeId }) => ({ id: officeId }),
    body: {},
  },
  'POST /api/offices/:id/kiosk': {
    guest: 'UNAUTHENTICATED',
    ...all('FORBIDDEN'),
    fill: ({ officeId }) => ({ id: officeId }),
    body: {},
  },
  'POST /api/reconciliations': { guest: 'UNAUTHENTICATED', ...all('FORBIDDEN'), body: {} },
  'POST /api/reports/:id/link': {
    guest: 'UNAUTHENTICATED',
    ...staff('FORBIDDEN', 'REPORT_NOT_READY'),
    fill: ({ reportId }) => ({ id: reportId }),
  },
  'POST /api/tickets': { guest: 'INVALID_INPUT', ...all('INVALID_INPUT'), body: {} },
  'POST /api/unsubscribe/:token': { guest: 'LINK_INVALID', ...all('LINK_INVALID'), body: {} },
  // Nothing is kept of a receipt that is not there.
  'POST /api/verify/scans': {
    guest: 'yes',
    ...all('yes'),
    body: { scans: [{ id: someId, reference: 'A'.repeat(20), place: 'MG-T', scannedAt: '2026-01-01T00:00:00Z' }] },
  },
  'POST /api/webhooks/:provider/*': { guest: 'NOT_FOUND', ...all('NOT_FOUND'), body: {} },
  'PUT /api/webhooks/:provider/*': { guest: 'NOT_FOUND', ...all('NOT_FOUND'), body: {} },
};
