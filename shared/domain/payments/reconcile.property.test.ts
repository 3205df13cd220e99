import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf } from '../dates.ts';
import { judgedWindow, MIDNIGHT_MARGIN_MS, reconcile, type Difference, type OurRecord, type StatementLine } from './reconcile.ts';

/** A day as it was: our records, and the statement that tells of exactly them. */
const day = fc
  .uniqueArray(fc.tuple(fc.uuid(), fc.integer({ min: 1, max: 1e9 }), fc.constantFrom('MGA', 'XOF'), fc.boolean(), fc.boolean()), {
    minLength: 1,
    maxLength: 30,
    selector: ([id]) => id,
  })
  .map((movements) => {
    const ours = movements.map(([id, amount, currency, refund]): OurRecord => {
      const kind = refund ? 'refund' : 'payment';
      return {
        ...{ key: `${kind[0]}:${id}`, kind, reference: `n${id.slice(0, 8)}-${id.slice(-8)}`, ids: [id] },
        ...{ amount: refund ? -amount : amount, currency, booked: true, expected: true },
      };
    });
    const lines = ours.map(({ kind, reference, ids, amount, currency }, index): StatementLine => {
      // The provider repeats our id, or does not; where it does not, its own number tells.
      const ourId = movements[index]?.[4] ? (ids[0] ?? '') : '';
      return { number: index + 2, kind, reference, ourId, amount, currency, fee: 0, moved: true };
    });
    return { ours, lines };
  });
const shuffled = <T>(all: readonly T[]) => fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length });
const pick = fc.nat();
const sorted = (all: readonly Difference[]): Difference[] => [...all].sort((a, b) => `${a.key}`.localeCompare(`${b.key}`));
const at = <T>(all: readonly T[], index: number): T => {
  const one = all[index % all.length];
  if (one === undefined) throw new Error('empty');
  return one;
};

describe('a statement and our books', () => {
  it('that say the same have no difference, in whatever order', () => {
    fc.assert(
      fc.property(
        day.chain(({ ours, lines }) => fc.tuple(shuffled(ours), shuffled(lines))),
        ([ours, lines]) => {
          expect(reconcile(lines, ours)).toEqual([]);
        },
      ),
    );
  });

  type Corruption = (
    line: StatementLine,
    ours: OurRecord,
    lines: StatementLine[],
  ) => { lines: StatementLine[]; found: Difference };
  const others = (lines: StatementLine[], line: StatementLine): StatementLine[] => lines.filter((one) => one !== line);
  const corruptions: Readonly<Record<string, Corruption>> = {
    missing: (line, { key, kind, amount, currency }, lines) => ({
      lines: others(lines, line),
      found: {
        ...{ kind: kind === 'payment' ? 'not_in_statement' : 'refund_not_in_statement', line: null },
        ...{ key, delta: -amount, currency },
      },
    }),
    extra: (line, _ours, lines) => {
      const number = lines.length + 2;
      const stranger: StatementLine = { ...line, number, reference: 'nobody', ourId: 'unknown', amount: 12_345, kind: 'payment' };
      return {
        lines: [...lines, stranger],
        found: { kind: 'unbooked', line: number, key: null, delta: 12_345, currency: line.currency },
      };
    },
    'extra refund': (line, _ours, lines) => {
      const number = lines.length + 2;
      const stranger: StatementLine = { ...line, number, reference: 'nobody', ourId: '', amount: -5, kind: 'refund' };
      return {
        lines: [...lines, stranger],
        found: { kind: 'unbooked_refund', line: number, key: null, delta: -5, currency: line.currency },
      };
    },
    amount: (line, { key }, lines) => ({
      lines: [...others(lines, line), { ...line, amount: line.amount + 100 }],
      found: { kind: 'amount', line: line.number, key, delta: 100, currency: line.currency },
    }),
    currency: (line, { key }, lines) => ({
      lines: [...others(lines, line), { ...line, currency: 'EUR' }],
      found: { kind: 'currency', line: line.number, key, delta: 0, currency: 'EUR' },
    }),
    doubled: (line, { key }, lines) => ({
      lines: [...lines, { ...line, number: lines.length + 2 }],
      found: { kind: 'doubled', line: lines.length + 2, key, delta: line.amount, currency: line.currency },
    }),
    status: (line, { key, amount }, lines) => ({
      lines: [...others(lines, line), { ...line, moved: false }],
      found: { kind: 'status', line: line.number, key, delta: -amount, currency: line.currency },
    }),
    fee: (line, _ours, lines) => ({
      lines: [...others(lines, line), { ...line, fee: 7 }],
      found: { kind: 'fee', line: null, key: null, delta: -7, currency: line.currency },
    }),
  };
  it.each(Object.entries(corruptions))('with one corruption (%s) differ in exactly that', (_name, corrupt) => {
    fc.assert(
      fc.property(day, pick, fc.nat(), (given, index, seed) => {
        const line = at(given.lines, index);
        const { lines, found } = corrupt(line, at(given.ours, index), given.lines);
        const [order] = fc.sample(shuffled(lines), { numRuns: 1, seed });
        expect(reconcile(order ?? lines, given.ours)).toEqual([found]);
      }),
    );
  });

  it('with several different corruptions differ in each of them and nothing else', () => {
    fc.assert(
      fc.property(day, (given) => {
        const names = Object.keys(corruptions).filter((name) => !/extra|doubled/.test(name));
        let lines = given.lines;
        const expected: Difference[] = [];
        for (const [index, line] of given.lines.entries()) {
          const corrupt = corruptions[at(names, index)];
          if (!corrupt || at(names, index) === 'fee') continue;
          const done = corrupt(line, at(given.ours, index), lines);
          lines = done.lines;
          expected.push(done.found);
        }
        expect(sorted(reconcile(lines, given.ours))).toEqual(sorted(expected));
      }),
    );
  });

  it('a payment that we never booked is found by our id, and is not missing', () => {
    fc.assert(
      fc.property(day, pick, (given, index) => {
        const unbooked = at(given.ours, index);
        const ours = given.ours.map((one) => (one === unbooked ? { ...one, booked: false, reference: '' } : one));
        const lines = given.lines.map((line, at) => ({ ...line, ourId: given.ours[at]?.ids[0] ?? '' }));
        const line = at(lines, index);
        const kind = unbooked.kind === 'payment' ? 'unbooked' : 'unbooked_refund';
        expect(reconcile(lines, ours)).toEqual([
          { kind, line: line.number, key: unbooked.key, delta: line.amount, currency: line.currency },
        ]);
      }),
    );
  });

  it('another day’s movement is not asked for, and is taken when the statement has it', () => {
    fc.assert(
      fc.property(day, fc.nat(), (given, count) => {
        const ours = given.ours.map((one) => ({ ...one, expected: false }));
        expect(reconcile(given.lines.slice(count % given.lines.length), ours)).toEqual([]);
      }),
    );
  });
});

describe('the hour around midnight', () => {
  const zone = 'Indian/Antananarivo';
  const of = (date: string, next: string) => ({
    start: instantOf(date, '00:00:00', zone),
    end: instantOf(next, '00:00:00', zone),
  });
  it('is judged by whichever statement comes second: every instant once', () => {
    const days = ['2026-01-14', '2026-01-15', '2026-01-16', '2026-01-17'];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400_000 - 1 }), shuffled([0, 1, 2]), (offset, order) => {
        const instant = of('2026-01-15', '2026-01-16').start.getTime() + offset;
        const seen = new Set<number>();
        let judged = 0;
        for (const index of order) {
          const { from, to } = judgedWindow(of(days[index] ?? '', days[index + 1] ?? ''), {
            before: seen.has(index - 1),
            after: seen.has(index + 1),
          });
          seen.add(index);
          if (instant >= from.getTime() && instant < to.getTime()) judged += 1;
        }
        expect(judged).toBe(1);
      }),
    );
  });
  it('leaves out what may be the neighbour’s', () => {
    const { from, to } = judgedWindow(of('2026-01-15', '2026-01-16'), { before: false, after: false });
    expect(to.getTime() - from.getTime()).toBe(86_400_000 - 2 * MIDNIGHT_MARGIN_MS);
    expect(from.toISOString()).toBe('2026-01-14T21:15:00.000Z');
  });
  it.each([
    ['2026-03-29', '02:30:00', 'Europe/Paris'],
    ['2026-10-25', '02:30:00', 'Europe/Paris'],
    ['2026-02-15', '00:00:00', 'Africa/Casablanca'],
  ])('%s %s in %s is an instant', (date, time, timeZone) => {
    expect(Number.isNaN(instantOf(date, time, timeZone).getTime())).toBe(false);
  });
});
