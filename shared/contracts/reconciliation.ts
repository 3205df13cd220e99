import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { PaymentState, ProviderCode } from './payments.ts';
import { RefundState } from './refunds.ts';

/**
 * A *reconciliation* compares a provider's statement of a day with our books. Each difference stays open until a person settles it: by an
 * explanation, or, where money moves, by a correcting posting that one person proposes and another approves.
 *
 *   run         waiting ─► reading ─► matching ─► done          (failed: the file is no statement of this provider)
 *   difference  open ─► proposed ─► settled                     (not approved: open again; explained: settled at once)
 */
export const ReconciliationState = z.enum(['waiting', 'reading', 'matching', 'done', 'failed']);
export type ReconciliationState = z.infer<typeof ReconciliationState>;

/** How a statement came: on the page, by the command line, or fetched by itself. */
export const StatementSource = z.enum(['page', 'command', 'daily']);
export type StatementSource = z.infer<typeof StatementSource>;

/** Why nothing could be read: another provider's file or none, another encoding, gone from the store. */
export const StatementFault = z.enum(['columns_missing', 'not_text', 'file_missing']);
export type StatementFault = z.infer<typeof StatementFault>;

/** Why a line could not be read. It is kept as it came, and is a difference. */
export const LineFault = z.enum(['not_csv', 'too_long', 'columns', 'amount', 'currency', 'date', 'reference', 'kind']);
export type LineFault = z.infer<typeof LineFault>;

/**
 * In what statement and books differ.
 *   unbooked          a payment in the statement that our books do not have
 *   not_in_statement  a payment of our books that the statement does not have; `refund_not_in_statement`: money paid back
 *   amount, currency  the same movement, another sum
 *   doubled           a line that is there again
 *   status            their word is not that the money moved; our books say it did
 *   unbooked_refund   money that went back, and not by us
 *   fee               what the provider kept, all lines of the day together
 *   unreadable        a line that could not be read
 */
export const DifferenceKind = z.enum([
  'unbooked',
  'not_in_statement',
  'amount',
  'currency',
  'doubled',
  'status',
  'unbooked_refund',
  'refund_not_in_statement',
  'fee',
  'unreadable',
]);
export type DifferenceKind = z.infer<typeof DifferenceKind>;

export const DifferenceState = z.enum(['open', 'proposed', 'settled']);
export type DifferenceState = z.infer<typeof DifferenceState>;

/** Why a difference is settled without a posting. `booked_since`: the provider was asked again, and it was booked. */
export const EXPLAINED_BY = ['booked_since', 'other_statement', 'provider_corrected', 'no_money_moved', 'other'] as const;
/** Why a difference is settled by a posting. */
export const CORRECTED_FOR = ['money_received', 'money_missing', 'provider_fee', 'other'] as const;
export const SettleReason = z.enum([...EXPLAINED_BY, 'money_received', 'money_missing', 'provider_fee']);
export type SettleReason = z.infer<typeof SettleReason>;

const Note = z.string().trim().min(3).max(500);
export const DifferenceRef = z.object({ differenceId: Id });
/** Input of `reconciliation:explain`: settled, no money moves. */
export const ExplainDifference = DifferenceRef.extend({ reason: z.enum(EXPLAINED_BY), note: Note });
/** Input of `reconciliation:propose`: a correcting posting of what the statement has more (or less) than our books. */
export const ProposeCorrection = DifferenceRef.extend({
  reason: z.enum(CORRECTED_FOR),
  note: Note,
  /** What the person was shown, minor unit, signed: nothing is proposed over another one. */
  amount: z.number().int(),
});
/** Input of `reconciliation:decide`, of another person. */
export const DecideCorrection = DifferenceRef.extend({ agreed: z.boolean(), note: z.string().trim().max(500).default('') });

/** Sums of money that moved, by currency, minor unit. Refunds count less. */
export const Sums = z.record(z.string().length(3), z.number().int());
export type Sums = z.infer<typeof Sums>;

export const ReconciliationView = z.object({
  id: Id,
  provider: ProviderCode,
  /** The day of the statement, on the provider's own calendar. */
  day: z.iso.date(),
  source: StatementSource,
  fileName: z.string(),
  state: ReconciliationState,
  fault: StatementFault.nullable(),
  importedBy: z.string().nullable(),
  createdAt: Instant,
  endedAt: Instant.nullable(),
  /** Lines read so far, and how much of the file that is, 0..1. */
  lines: z.number().int(),
  unreadable: z.number().int(),
  share: z.number().min(0).max(1),
  theirs: Sums,
  ours: Sums,
  differences: z.number().int(),
  open: z.number().int(),
});
export type ReconciliationView = z.infer<typeof ReconciliationView>;

/** State of the topic `reconciliations`: the newest runs, and what is open over all of them. */
export const ReconciliationsView = z.object({
  runs: z.array(ReconciliationView),
  open: z.number().int(),
  toApprove: z.number().int(),
});
export type ReconciliationsView = z.infer<typeof ReconciliationsView>;

/** Answer of an upload. `known`: the same file was imported before; nothing changed. */
export const ImportAnswer = z.object({ id: Id, known: z.boolean() });
export type ImportAnswer = z.infer<typeof ImportAnswer>;

const Side = z.object({ amount: z.number().int(), currency: z.string() });
const Person = z.object({ id: Id, name: z.string() });
export const DecisionView = z.object({
  action: z.enum(['explained', 'proposed', 'approved', 'refused']),
  by: Person,
  reason: SettleReason.nullable(),
  note: z.string(),
  at: Instant,
});
export type DecisionView = z.infer<typeof DecisionView>;

/** A difference with both of its sides. */
export const DifferenceView = z.object({
  id: Id,
  reconciliationId: Id,
  provider: ProviderCode,
  day: z.iso.date(),
  kind: DifferenceKind,
  state: DifferenceState,
  /** What the statement has more than our books, minor unit; negative: less. What a correction posts. 0: no money. */
  delta: z.number().int(),
  currency: z.string(),
  /** The line as it came; null: the difference is that there is none, or it is of all lines. */
  line: z
    .object({
      number: z.number().int(),
      raw: z.string(),
      fault: LineFault.nullable(),
      side: Side.nullable(),
      reference: z.string(),
    })
    .nullable(),
  /** What our books have, as it is now. */
  ours: z
    .object({
      paymentId: Id,
      refundId: Id.nullable(),
      state: z.union([PaymentState, RefundState]),
      side: Side,
      reference: z.string(),
      at: Instant,
    })
    .nullable(),
  decisions: z.array(DecisionView),
});
export type DifferenceView = z.infer<typeof DifferenceView>;

/** What of the differences is wanted. Filters of `GET /api/reconciliations/differences`. */
export const DifferenceFilter = z.object({
  provider: ProviderCode.optional(),
  kind: DifferenceKind.optional(),
  /** `unsettled`: open or proposed. */
  state: z.enum(['unsettled', 'settled', 'all']).default('unsettled'),
  run: Id.optional(),
});
export type DifferenceFilter = z.infer<typeof DifferenceFilter>;
/** At most so many in one answer; the export has all. */
export const DIFFERENCES_SHOWN = 200;
export const DifferenceList = z.object({ differences: z.array(DifferenceView), total: z.number().int(), asOf: Instant });
export type DifferenceList = z.infer<typeof DifferenceList>;

export const ImportQuery = z.object({
  provider: ProviderCode,
  day: z.iso.date(),
  name: z.string().trim().min(1).max(120),
});
export const STATEMENT_MAX_BYTES = 128 * 1024 * 1024;
