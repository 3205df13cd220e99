import { z } from 'zod';
import { ConfirmDocument, CorrectField, DocumentRef, DocumentView } from './documents.ts';
import type { ErrorBody } from './errors.ts';
import { AcknowledgeAlarm, AlarmView, SetAlarmRule } from './alarms.ts';
import { AnomalyView, SettleAnomaly } from './anomalies.ts';
import { Id, Instant } from './ids.ts';
import type { SessionEnd } from './identity.ts';
import { AskPhoto, DecideReview, TakenReview, TakeReview } from './reviews.ts';
import { MarkRead } from './notices.ts';
import { PaymentRef, PaymentView, StartPayment } from './payments.ts';
import {
  ConfirmSettlement,
  FindRefundable,
  ProposeRefund,
  Refundable,
  RefundRef,
  RefundView,
  RejectRefund,
  SettleRefund,
} from './refunds.ts';
import {
  CashQuote,
  CloseAbsentTill,
  CloseTill,
  HandOverTill,
  OpenTill,
  PayBackCash,
  QuoteCash,
  ReceiveTill,
  TakeCash,
  Taking,
  TillRef,
  TillSummary,
} from './tills.ts';
import {
  ActOnTicket,
  CalledTicket,
  CounterView,
  LinkTicket,
  OpenCounter,
  PauseCounter,
  QueueTicket,
  TakeTicket,
  TicketRef,
  TicketView,
  TransferTicket,
} from './tickets.ts';
import {
  Check,
  CheckAnswer,
  Join,
  Subscribe,
  type Joined,
  type LiveMessage,
  type LiveSnapshot,
  type ResyncReason,
} from './topics.ts';
import { OfficeRef, OfficeSettings, SetOffice } from './office.ts';
import { FindInRegister, FindVehiclesOf, SearchAnswer, VehicleListed } from './register.ts';
import { DecideCorrection, DifferenceView, ExplainDifference, ProposeCorrection } from './reconciliation.ts';
import { ReportRef, ReportView, RequestReport } from './reports.ts';
import { ConfirmTransfer, TransferByCode, TransferPreview, TransferRef, TransferView } from './transfers.ts';
import { DecideClaim, WriteNote } from './vehicle-file.ts';
import { ClaimRef, VehicleRef } from './vehicles.ts';

/** Every socket command: what it takes, what it answers. Commands are imperative; each is answered with data or a coded error. */
export const COMMANDS = {
  'live:subscribe': { input: Subscribe, output: z.custom<LiveSnapshot>() },
  'live:join': { input: Join, output: z.custom<Joined[]>() },
  'live:unsubscribe': { input: Subscribe, output: z.null() },
  'live:check': { input: Check, output: CheckAnswer },
  'document:correct-field': { input: CorrectField, output: DocumentView },
  'document:insist': { input: DocumentRef, output: DocumentView },
  'document:confirm': { input: ConfirmDocument, output: z.object({ vehicleId: Id.nullable(), claimId: Id.nullable() }) },
  'document:discard': { input: DocumentRef, output: z.null() },
  'payment:start': { input: StartPayment, output: PaymentView },
  'payment:cancel': { input: PaymentRef, output: PaymentView },
  'notice:mark-read': { input: MarkRead, output: z.null() },
  'counter:open': { input: OpenCounter, output: CounterView },
  'counter:pause': { input: PauseCounter, output: CounterView },
  'counter:close': { input: z.object({}), output: z.null() },
  'office:read': { input: OfficeRef, output: OfficeSettings },
  'office:set': { input: SetOffice, output: OfficeSettings },
  'ticket:take': { input: TakeTicket, output: TicketView },
  'ticket:call-next': { input: z.object({}), output: CalledTicket },
  'ticket:call': { input: TicketRef, output: QueueTicket },
  'ticket:act': { input: ActOnTicket, output: QueueTicket },
  'ticket:link': { input: LinkTicket, output: QueueTicket },
  'ticket:transfer': { input: TransferTicket, output: QueueTicket },
  'search:find': { input: FindInRegister, output: SearchAnswer },
  'search:vehicles-of': { input: FindVehiclesOf, output: z.array(VehicleListed) },
  'refund:find': { input: FindRefundable, output: Refundable },
  'refund:propose': { input: ProposeRefund, output: RefundView },
  'refund:approve': { input: RefundRef, output: RefundView },
  'refund:reject': { input: RejectRefund, output: RefundView },
  'refund:withdraw': { input: RefundRef, output: RefundView },
  'refund:retry': { input: RefundRef, output: RefundView },
  'refund:settle': { input: SettleRefund, output: RefundView },
  'refund:confirm-settlement': { input: ConfirmSettlement, output: RefundView },
  'reconciliation:explain': { input: ExplainDifference, output: DifferenceView },
  'reconciliation:propose': { input: ProposeCorrection, output: DifferenceView },
  'reconciliation:decide': { input: DecideCorrection, output: DifferenceView },
  'report:request': { input: RequestReport, output: ReportView },
  'report:cancel': { input: ReportRef, output: ReportView },
  'till:open': { input: OpenTill, output: TillSummary },
  'till:close': { input: CloseTill, output: TillSummary },
  'till:close-absent': { input: CloseAbsentTill, output: TillSummary },
  'till:hand-over': { input: HandOverTill, output: TillSummary },
  'till:keep': { input: TillRef, output: TillSummary },
  'till:receive': { input: ReceiveTill, output: TillSummary },
  'till:quote': { input: QuoteCash, output: CashQuote },
  'till:take': { input: TakeCash, output: Taking },
  'till:pay-back': { input: PayBackCash, output: TillSummary },
  'till:note': { input: TillRef, output: TillSummary },
  'alarm:acknowledge': { input: AcknowledgeAlarm, output: AlarmView },
  'alarm-rule:set': { input: SetAlarmRule, output: z.null() },
  'anomaly:settle': { input: SettleAnomaly, output: AnomalyView },
  'review:next': { input: z.object({}), output: TakenReview },
  'review:take': { input: TakeReview, output: TakenReview },
  'review:renew': { input: TakeReview, output: z.object({ heldUntil: Instant }) },
  'review:release': { input: TakeReview, output: z.null() },
  'review:decide': { input: DecideReview, output: z.null() },
  'review:ask-photo': { input: AskPhoto, output: z.null() },
  'vehicle:remove': { input: VehicleRef, output: z.null() },
  'transfer:start': { input: VehicleRef, output: TransferView },
  /** The code that the seller shows; nobody else gets it, and no screen is told it. */
  'transfer:code': { input: TransferRef, output: z.object({ code: z.string() }) },
  'transfer:look-up': { input: TransferByCode, output: TransferPreview },
  'transfer:accept': { input: TransferByCode, output: TransferView },
  'transfer:confirm': { input: ConfirmTransfer, output: TransferView },
  'transfer:cancel': { input: TransferRef, output: TransferView },
  'claim:decide': { input: DecideClaim, output: z.null() },
  'vehicle:note': { input: WriteNote, output: z.null() },
  'claim:withdraw': { input: ClaimRef, output: z.null() },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

export type CommandName = keyof typeof COMMANDS;
export type CommandInput<C extends CommandName> = z.input<(typeof COMMANDS)[C]['input']>;
export type CommandParsed<C extends CommandName> = z.output<(typeof COMMANDS)[C]['input']>;
export type CommandOutput<C extends CommandName> = z.output<(typeof COMMANDS)[C]['output']>;

/** The acknowledgement of a command. */
export type Ack<T> = { data: T } | { error: ErrorBody };

export type ClientToServerEvents = {
  [C in CommandName]: (input: CommandInput<C>, ack: (answer: Ack<CommandOutput<C>>) => void) => void;
};

export interface ServerToClientEvents {
  /** A message of a topic that this socket is subscribed to. */
  live: (message: LiveMessage) => void;
  /** Everything held may be behind: read it again at a random moment within `withinMs`. */
  'live:resync': (notice: { reason: ResyncReason; withinMs: number }) => void;
  /** This node is going away: connect again (to another) at a random moment within `withinMs`. */
  'node:draining': (notice: { withinMs: number }) => void;
  /** The session is over; the socket is closed right after. */
  'session:ended': (notice: { why: SessionEnd }) => void;
}
