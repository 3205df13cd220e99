import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { ReceiptReference } from './receipts.ts';

/** What looks wrong, each by a rule of `shared/domain/anomalies`. */
export const ANOMALY_KINDS = ['scanned_far_apart', 'paid_twice', 'reversals_out_of_line', 'silent_hour'] as const;
export const AnomalyKind = z.enum(ANOMALY_KINDS);
export type AnomalyKind = z.infer<typeof AnomalyKind>;

const place = z.object({ place: z.string(), at: Instant });
const receipt = z.object({ reference: ReceiptReference, paymentId: Id, plate: z.string(), country: z.string().length(2) });
/** What each was seen by: ids, figures and instants; the words are made where it is shown. */
export const ANOMALY_EVIDENCE = {
  scanned_far_apart: z.object({ receipt, first: place, second: place, km: z.number(), minutes: z.number() }),
  /** `vin` null: told apart by plate and first registration. */
  paid_twice: z.object({ vin: z.string().nullable(), fiscalYear: z.number().int(), receipts: z.array(receipt).min(2).max(10) }),
  reversals_out_of_line: z.object({
    agentId: Id,
    count: z.number().int(),
    takings: z.number().int(),
    /** Of the agent, and the middle one of their peers; per thousand payments taken. */
    rate: z.number(),
    median: z.number(),
    peers: z.number().int(),
    days: z.number().int(),
    receipts: z.array(receipt).max(20),
  }),
  silent_hour: z.object({ from: Instant, to: Instant, usual: z.number() }),
} as const satisfies Record<AnomalyKind, z.ZodType>;
export type AnomalyEvidence<K extends AnomalyKind> = z.infer<(typeof ANOMALY_EVIDENCE)[K]>;
export type AnomalyContent = { [K in AnomalyKind]: { kind: K; evidence: AnomalyEvidence<K> } }[AnomalyKind];

/** A stored kind with its evidence; null when it is of no kind that is known. */
export function parseAnomaly(value: unknown): AnomalyContent | null {
  const { kind, evidence } = (value ?? {}) as { kind?: unknown; evidence?: unknown };
  const known = AnomalyKind.safeParse(kind);
  if (!known.success) return null;
  const parsed = ANOMALY_EVIDENCE[known.data].safeParse(evidence);
  return parsed.success ? ({ kind: known.data, evidence: parsed.data } as AnomalyContent) : null;
}

export const AnomalyState = z.enum(['open', 'explained', 'confirmed']);
export type AnomalyState = z.infer<typeof AnomalyState>;

export const AnomalyView = z.object({
  id: Id,
  content: z.custom<AnomalyContent>((value) => parseAnomaly(value) !== null),
  office: z.object({ id: Id, name: z.string() }).nullable(),
  /** The agent whom it is about. */
  agent: z.object({ id: Id, name: z.string() }).nullable(),
  foundAt: Instant,
  state: AnomalyState,
  settled: z.object({ by: z.object({ id: Id, name: z.string() }), at: Instant, note: z.string() }).nullable(),
});
export type AnomalyView = z.infer<typeof AnomalyView>;

/** Of the state that a screen is told. */
export const ANOMALIES_LISTED = 50;
/** State of the topics `anomalies:national`, `anomalies:<office>` and `anomalies:all`: the newest that nobody settled, and how many. */
export const AnomaliesView = z.object({ open: z.number().int(), newest: z.array(AnomalyView) });
export type AnomaliesView = z.infer<typeof AnomaliesView>;

/** Input of `anomaly:settle`. */
export const SettleAnomaly = z
  .object({ anomalyId: Id, as: z.enum(['explained', 'confirmed']), note: z.string().trim().min(3).max(500) })
  .strict();
export type SettleAnomaly = z.infer<typeof SettleAnomaly>;

/** Query of `GET /api/anomalies`: newest first; `before` is when the last one held was found. */
export const AnomalyFilter = z
  .object({ kind: AnomalyKind.optional(), state: AnomalyState.optional(), before: Instant.optional() })
  .strict();
export type AnomalyFilter = z.infer<typeof AnomalyFilter>;
export const AnomalyPage = z.object({ anomalies: z.array(AnomalyView), more: z.boolean() });
export type AnomalyPage = z.infer<typeof AnomalyPage>;

/** Scans that one page sends at once. */
export const SCANS_AT_ONCE = 50;
/**
 * A receipt was checked somewhere: sent only by inspectors who allowed it. `id` is the page's own, so that sending twice tells once;
 * `place` is the region that the inspector chose (`shared/domain/anomalies/places.ts`), nothing finer, and nothing of the person.
 */
export const ReceiptScan = z
  .object({ id: Id, reference: ReceiptReference, place: z.string().min(2).max(8), scannedAt: Instant })
  .strict();
export type ReceiptScan = z.infer<typeof ReceiptScan>;
/** Body of `POST /api/verify/scans`. */
export const ReportScans = z.object({ scans: z.array(ReceiptScan).min(1).max(SCANS_AT_ONCE) }).strict();
export type ReportScans = z.infer<typeof ReportScans>;
/** Its answer: those kept, new or known; the rest is of no receipt of ours, too old, or of the future. */
export const ScansKept = z.object({ kept: z.number().int() });
export type ScansKept = z.infer<typeof ScansKept>;
