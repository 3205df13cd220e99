import type { DifferenceKind, Sums } from '#shared/contracts/reconciliation.ts';

/** A line of a statement, as its format's parser understood it. Amounts in the minor unit, what went back is negative. */
export interface StatementLine {
  number: number;
  kind: 'payment' | 'refund';
  /** The provider's own number of the movement. */
  reference: string;
  /** What we called it, where the provider repeats that. */
  ourId: string;
  amount: number;
  currency: string;
  /** What the provider kept. */
  fee: number;
  /** Whether their word is that the money moved. */
  moved: boolean;
}

/** A movement that our books know of. Amounts in the minor unit, what went back is negative. */
export interface OurRecord {
  /** `p:` or `r:` and the id of the payment or refund. */
  key: string;
  kind: 'payment' | 'refund';
  /** The provider's number; '' when none is known. */
  reference: string;
  /** What it may be called in a statement besides. */
  ids: readonly string[];
  amount: number;
  currency: string;
  /** Whether our books say that the money moved. */
  booked: boolean;
  /** Whether this statement has to have it: it moved on that day, and no other statement has it. */
  expected: boolean;
}

export interface Difference {
  kind: DifferenceKind;
  /** Null: the statement has no line of it. */
  line: number | null;
  /** Null: our books have nothing of it. */
  key: string | null;
  /** What the statement has more than our books. */
  delta: number;
  currency: string;
}

/** Finds records by the provider's number, then by our id. A number of theirs is told apart by what moved. */
export function createIndex(ours: readonly OurRecord[]) {
  const byReference = new Map<string, OurRecord>();
  const byId = new Map<string, OurRecord>();
  for (const one of ours) {
    if (one.reference !== '') byReference.set(`${one.kind} ${one.reference}`, one);
    for (const id of one.ids) byId.set(`${one.kind} ${id}`, one);
  }
  return ({ kind, reference, ourId }: Pick<StatementLine, 'kind' | 'reference' | 'ourId'>): OurRecord | null =>
    byReference.get(`${kind} ${reference}`) ?? (ourId === '' ? null : byId.get(`${kind} ${ourId}`)) ?? null;
}

/** What a statement calls one movement: lines with the same name are the same movement told again. */
export const movementOf = (line: Pick<StatementLine, 'kind' | 'reference'>, ours: { key: string } | null): string =>
  ours?.key ?? `${line.kind} ${line.reference}`;

/** In what the lines of one movement differ from our record of it. The lines in the order of their numbers. */
export function judge(lines: readonly StatementLine[], ours: OurRecord | null): Difference[] {
  const [line, ...again] = lines;
  const key = ours?.key ?? null;
  if (!line) {
    if (!ours?.booked || !ours.expected) return [];
    const kind = ours.kind === 'payment' ? 'not_in_statement' : 'refund_not_in_statement';
    return [{ kind, line: null, key, delta: -ours.amount, currency: ours.currency }];
  }
  const doubled = again
    .filter(({ moved }) => moved)
    .map(({ number, amount, currency }): Difference => ({ kind: 'doubled', line: number, key, delta: amount, currency }));
  const of = (kind: DifferenceKind, delta: number): Difference => ({
    ...{ kind, delta, key },
    ...{ line: line.number, currency: line.currency },
  });
  if (!ours?.booked) {
    if (!line.moved) return doubled;
    return [of(line.kind === 'payment' ? 'unbooked' : 'unbooked_refund', line.amount), ...doubled];
  }
  if (!line.moved) return [{ ...of('status', -ours.amount), currency: ours.currency }, ...doubled];
  // Two currencies have no difference: what theirs is has to be found out first.
  if (line.currency !== ours.currency) return [of('currency', 0), ...doubled];
  if (line.amount !== ours.amount) return [of('amount', line.amount - ours.amount), ...doubled];
  return doubled;
}

/** What providers kept is one difference a currency: a person corrects the fees of a day at once. */
export const feeDifferences = (fees: Readonly<Sums>): Difference[] =>
  Object.entries(fees)
    .filter(([, fee]) => fee !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, fee]) => ({ kind: 'fee', line: null, key: null, delta: -fee, currency }));

/** All differences of a statement and our records: what the import does in pages, done at once. */
export function reconcile(lines: readonly StatementLine[], ours: readonly OurRecord[]): Difference[] {
  const find = createIndex(ours);
  const groups = new Map<string, { lines: StatementLine[]; ours: OurRecord | null }>();
  for (const one of ours) groups.set(one.key, { lines: [], ours: one });
  for (const line of [...lines].sort((a, b) => a.number - b.number)) {
    const found = find(line);
    const name = movementOf(line, found);
    const group = groups.get(name) ?? { lines: [], ours: found };
    group.lines.push(line);
    groups.set(name, group);
  }
  const fees: Sums = {};
  for (const { fee, currency, moved } of lines) if (moved) fees[currency] = (fees[currency] ?? 0) + fee;
  return [...[...groups.values()].flatMap((group) => judge(group.lines, group.ours)), ...feeDifferences(fees)];
}

/** How far around midnight the two sides' clocks may disagree about the day. Milliseconds. */
export const MIDNIGHT_MARGIN_MS = 15 * 60_000;

/**
 * Between which instants our movements must be in the statement of a day. Those near midnight are judged by whichever of the two
 * statements comes second, with both at hand, so that none is missed and none is asked for twice.
 */
export function judgedWindow(
  day: { start: Date; end: Date },
  neighbours: { before: boolean; after: boolean },
): { from: Date; to: Date } {
  const at = (instant: Date, sign: number): Date => new Date(instant.getTime() + sign * MIDNIGHT_MARGIN_MS);
  return { from: at(day.start, neighbours.before ? -1 : 1), to: at(day.end, neighbours.after ? 1 : -1) };
}
