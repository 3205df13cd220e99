import { expect, it } from 'vitest';
import type { Actor } from '../policy.ts';
import type { Terms } from './condition.ts';
import { mayOf, mayWatch, reachOf, scopesOf, scopesWith } from './scope.ts';
import { termsFault } from './terms.ts';
import { trialOf } from './trial.ts';

const MINUTE = 60_000;
const TERMS: Terms = { comparison: 'above', warnAt: 30, alarmAt: 90, holdMs: 120_000, clearMs: 60_000 };
const minutes = (values: readonly number[]) => values.map((value, index) => ({ at: index * MINUTE, low: 0, high: value }));

it('a trial tells what would have opened, how bad it got and when it closed', () => {
  expect(trialOf(minutes([10, 40, 40, 40, 95, 95, 95, 5, 5, 5]), TERMS)).toEqual([
    { level: 'alarm', openedAt: 3 * MINUTE, closedAt: 8 * MINUTE, peak: 95 },
  ]);
  expect(trialOf(minutes([40, 40, 40]), TERMS)).toEqual([{ level: 'warning', openedAt: 2 * MINUTE, closedAt: null, peak: 40 }]);
  expect(trialOf(minutes([40, 10, 40, 10, 40]), TERMS)).toEqual([]);
  // Where nothing was measured for long, nothing is said of it.
  expect(trialOf([...minutes([40]), { at: 60 * MINUTE, low: 0, high: 40 }], TERMS)).toEqual([]);
  const below = { ...TERMS, comparison: 'below' as const, warnAt: 5, alarmAt: null, holdMs: 0 };
  expect(trialOf([{ at: 0, low: 2, high: 80 }], below)).toMatchObject([{ peak: 2 }]);
});

it('thresholds must make a rule', () => {
  expect(termsFault({ warnAt: null, alarmAt: null }, 'above', 'count')).toBe('none');
  expect(termsFault({ warnAt: 5, alarmAt: 5 }, 'above', 'count')).toBe('order');
  expect(termsFault({ warnAt: 5, alarmAt: 6 }, 'below', 'count')).toBe('order');
  expect(termsFault({ warnAt: 5, alarmAt: 101 }, 'above', 'percent')).toBe('range');
  expect(termsFault({ warnAt: 60, alarmAt: 20 }, 'below', 'percent')).toBeNull();
  expect(termsFault({ warnAt: null, alarmAt: 0 }, 'above', 'money')).toBeNull();
});

it('what is of an office is for its supervisor and for those of all offices; what is of the platform for all who may at all', () => {
  const actor = (role: Actor['role'], officeId: string | null): Actor => ({ userId: 'u', role, officeId });
  const [here, nowhere] = [actor('supervisor', 'a'), actor('supervisor', null)];
  expect(scopesOf(here, 'alarm.read')).toEqual(['national', 'a']);
  expect(scopesOf(nowhere, 'alarm.read')).toEqual(['national']);
  expect(scopesOf(actor('administrator', 'a'), 'alarm.read')).toEqual(['all']);
  expect(scopesOf(actor('agent', 'a'), 'alarm.read')).toEqual([]);
  expect(scopesOf(actor('citizen', null), 'alarm.read')).toEqual([]);
  // Each scope that somebody follows they may watch, and no other.
  for (const scope of ['national', 'all', 'a', 'b']) {
    expect(mayWatch(here, 'alarm.read', scope)).toBe(['national', 'a'].includes(scope));
    expect(mayWatch(actor('auditor', null), 'alarm.read', scope)).toBe(true);
    expect(mayWatch(actor('agent', 'a'), 'alarm.read', scope)).toBe(false);
  }
  expect(mayOf(here, 'alarm.acknowledge', null)).toBe(true);
  expect(mayOf(here, 'alarm.acknowledge', 'b')).toBe(false);
  expect(mayOf(actor('auditor', null), 'alarm.acknowledge', 'b')).toBe(false);
  expect(reachOf(here, 'alarm.read')).toEqual({ officeId: 'a' });
  expect(reachOf(actor('auditor', 'a'), 'alarm.read')).toEqual({ officeId: null });
  // Without an office there is none in reach, and not every one.
  expect(reachOf(nowhere, 'alarm.read').officeId).not.toBeNull();
  expect(scopesWith(null)).toEqual(['all', 'national']);
  expect(scopesWith('a')).toEqual(['all', 'a']);
});
