import { z } from 'zod';
import { ExportView } from './account.ts';
import { AlarmsView } from './alarms.ts';
import { AnomaliesView } from './anomalies.ts';
import { VisitsView } from './appointments.ts';
import { ChannelsView } from './channels.ts';
import { DashboardView } from './dashboards.ts';
import { DocumentView, ReadingProgress, ReadingQueueView } from './documents.ts';
import type { ErrorBody } from './errors.ts';
import { Instant } from './ids.ts';
import { NotificationsView } from './notices.ts';
import { PaymentView } from './payments.ts';
import { BoardView, LineView, QueueView, TicketView } from './tickets.ts';
import { RefundsView } from './refunds.ts';
import { ReportProgress, ReportsView } from './reports.ts';
import { ReviewsView } from './reviews.ts';
import { TillsView, TillView } from './tills.ts';
import { ReconciliationsView } from './reconciliation.ts';
import { TransferView } from './transfers.ts';
import { VehicleFileView } from './vehicle-file.ts';
import { GarageView } from './vehicles.ts';

/**
 * All that a screen watches is a *topic*: `<name>` or `<name>:<key>`.
 *   state      a message carries the whole small state; the newest `seq` wins, gaps do not matter
 *   delta      a message carries one event; a gap in `seq` means: read the snapshot again
 *   ephemeral  progress of a running job; state-like, kept in Redis, `seq` made of attempt and counter
 */
export type TopicKind = 'state' | 'delta' | 'ephemeral';

/** The typed map of topics: what each is keyed by, its kind and the schema of its state (and of its events, for a delta). */
export const TOPICS = {
  document: { keyed: true, kind: 'state', state: DocumentView },
  'document-progress': { keyed: true, kind: 'ephemeral', state: ReadingProgress.nullable() },
  'reading-queue': { keyed: false, kind: 'state', state: ReadingQueueView },
  payment: { keyed: true, kind: 'state', state: PaymentView },
  channels: { keyed: false, kind: 'state', state: ChannelsView },
  notifications: { keyed: true, kind: 'state', state: NotificationsView },
  queue: { keyed: true, kind: 'state', state: QueueView },
  line: { keyed: true, kind: 'state', state: LineView },
  board: { keyed: true, kind: 'state', state: BoardView },
  ticket: { keyed: true, kind: 'state', state: TicketView },
  visits: { keyed: true, kind: 'state', state: VisitsView },
  till: { keyed: true, kind: 'state', state: TillView },
  tills: { keyed: true, kind: 'state', state: TillsView },
  dashboard: { keyed: true, kind: 'state', state: DashboardView },
  reviews: { keyed: false, kind: 'state', state: ReviewsView },
  refunds: { keyed: false, kind: 'state', state: RefundsView },
  reconciliations: { keyed: false, kind: 'state', state: ReconciliationsView },
  alarms: { keyed: true, kind: 'state', state: AlarmsView },
  anomalies: { keyed: true, kind: 'state', state: AnomaliesView },
  reports: { keyed: false, kind: 'state', state: ReportsView },
  report: { keyed: true, kind: 'ephemeral', state: ReportProgress.nullable() },
  transfer: { keyed: true, kind: 'state', state: TransferView },
  'account-export': { keyed: true, kind: 'state', state: ExportView.nullable() },
  'vehicle-file': { keyed: true, kind: 'state', state: VehicleFileView },
  garage: { keyed: true, kind: 'state', state: GarageView },
} as const satisfies Record<string, { keyed: boolean; kind: TopicKind; state: z.ZodType }>;

export type TopicName = keyof typeof TOPICS;
export type TopicState<N extends TopicName> = z.infer<(typeof TOPICS)[N]['state']>;

/** The name of a topic as it goes over the wire, `document:6f1c…`. */
export type Topic<N extends TopicName = TopicName> = (typeof TOPICS)[N]['keyed'] extends true ? `${N}:${string}` : N;

/** Names the topic of one entity. */
export function topicOf<N extends TopicName>(
  name: N,
  ...key: (typeof TOPICS)[N]['keyed'] extends true ? [string] : []
): Topic<N> {
  return (key.length ? `${name}:${key[0]}` : name) as Topic<N>;
}

/** Takes a topic apart; null when no such topic exists or its key is missing or superfluous. */
export function parseTopic(topic: string): { name: TopicName; key: string } | null {
  const colon = topic.indexOf(':');
  const name = colon < 0 ? topic : topic.slice(0, colon);
  const key = colon < 0 ? '' : topic.slice(colon + 1);
  if (!Object.hasOwn(TOPICS, name)) return null;
  const known = name as TopicName;
  return TOPICS[known].keyed === key.length > 0 && key.length <= 64 ? { name: known, key } : null;
}

/** Attempts and counters of ephemeral topics, as one number that grows: the newest wins as everywhere else. */
export const EPHEMERAL_ATTEMPT = 1_000_000;
export const ephemeralSeq = (attempt: number, counter: number): number =>
  attempt * EPHEMERAL_ATTEMPT + Math.min(counter, EPHEMERAL_ATTEMPT - 1);

/** What the server answers to `live:subscribe`: state and number read at one moment. */
export interface LiveSnapshot<S = unknown> {
  topic: string;
  kind: TopicKind;
  seq: number;
  state: S;
  /** When the state was read from the database: "true as of". */
  asOf: Instant;
}

/** What became of a topic that a page joined: its state, or nothing newer than what the page holds, or why it may not. */
export type Joined =
  LiveSnapshot | { topic: string; seq: number; unchanged: true; asOf: Instant } | { topic: string; error: ErrorBody };

/** One message of a topic, pushed. `state` for state and ephemeral topics (or `again`: too large, to be read), `event` for delta topics. */
export interface LiveMessage<S = unknown> {
  topic: string;
  seq: number;
  state?: S;
  event?: unknown;
  again?: true;
  /** When it was committed (state, delta) or produced (ephemeral). */
  at: Instant;
}

/** Why a node asks its clients to read everything again. */
export type ResyncReason = 'bus_restored' | 'draining';

const TopicText = z.string().max(120);
export const Subscribe = z.object({ topic: TopicText });
/**
 * All that a page watches, in one question, with the number of the state that it holds of each and that is good still if nothing
 * happened since; null where it holds none, or an old one.
 */
export const Join = z.object({
  topics: z
    .array(z.tuple([TopicText, z.number().int().nonnegative().nullable()]))
    .min(1)
    .max(50),
});
export type Join = z.infer<typeof Join>;
/** The (topic, seq) pairs a client holds; the node answers with those that are behind. */
export const Check = z.object({ held: z.array(z.tuple([z.string().max(120), z.number().int().nonnegative()])).max(100) });
export const CheckAnswer = z.object({ behind: z.array(z.string()), asOf: Instant });
export type CheckAnswer = z.infer<typeof CheckAnswer>;
