/**
 * What can be watched: `name → (subject) → value | unknown`. A metric without a measure (a part that is not there, or does not answer)
 * never raises an alarm and is shown as such. Who measures is `workers/alarms/measures.ts`; a part that comes later needs a line here,
 * a measure there, and a row of `alarm_rules`.
 */
export const METRICS = {
  /** People who wait at an office. */
  'tickets.waiting': { unit: 'count', subject: 'office' },
  /** How long the one who waits longest at an office has waited. */
  'tickets.wait': { unit: 'minutes', subject: 'office' },
  /** Of what was asked of a provider in five minutes, the part that it left without an outcome. */
  'provider.failing': { unit: 'percent', subject: 'provider' },
  /** The largest difference between count and ledger of the tills that an office closed, and that no supervisor took note of. */
  'till.variance': { unit: 'money', subject: 'office' },
  /** In what a provider's statements differ from our books, as long as no person has settled it. */
  'statement.differences': { unit: 'count', subject: 'provider' },
  /** Of the documents read in fifteen minutes, those that could not be. */
  'reading.failing': { unit: 'percent', subject: 'none' },
  /** Jobs that wait in the queues of one class. */
  'jobs.waiting': { unit: 'count', subject: 'queue' },
  /** Age of the oldest change that screens and queues were not told of. */
  'relay.late': { unit: 'seconds', subject: 'none' },
  /** Changes that could not be told at all, and were put aside. */
  'outbox.parked': { unit: 'count', subject: 'none' },
  /** How many of the totals that dashboards show differ from the payments themselves, by the newest comparison. */
  'totals.difference': { unit: 'count', subject: 'none' },
  'http.errors': { unit: 'percent', subject: 'none' },
  'http.response': { unit: 'milliseconds', subject: 'none' },
  'cache.hit': { unit: 'percent', subject: 'none' },
  'replica.late': { unit: 'seconds', subject: 'none' },
} as const satisfies Record<string, { unit: MetricUnit; subject: SubjectKind }>;

/** `percent` of 100; `money` in the minor unit. */
export type MetricUnit = 'count' | 'minutes' | 'seconds' | 'milliseconds' | 'percent' | 'money';
/** What a measure is of: an office, one of several queues or providers, or the platform as a whole. */
export type SubjectKind = 'none' | 'queue' | 'provider' | 'office';
export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
export const isMetric = (name: string): name is MetricName => Object.hasOwn(METRICS, name);

/** How bad. An alarm that was worse once stays so until it closes: it never tells of the same height twice. */
export const LEVELS = ['warning', 'alarm'] as const;
export type Level = (typeof LEVELS)[number];
export type Comparison = 'above' | 'below';
