import { describe, expect, it } from 'vitest';
import { PaymentState } from '#shared/contracts/payments.ts';
import { isWaiting, phaseOf, stepStates, timeLeft } from './phase.ts';

const startedAt = '2026-05-04T10:00:00.000Z';
const expiresAt = '2026-05-04T10:10:00.000Z';
const times = { provider: 'mvola', startedAt, expiresAt } as const;
const at = (seconds: number): number => Date.parse(startedAt) + seconds * 1_000;

describe('a payment', () => {
  it('that the operator cannot tell of is uncertain, whatever the hour, and never failed', () => {
    for (const seconds of [0, 599, 600, 86_400]) expect(phaseOf({ ...times, state: 'unknown' }, at(seconds))).toBe('uncertain');
  });

  it('that has not ended is not failed by a clock of the page', () => {
    const asked = { ...times, state: 'pending' } as const;
    expect([phaseOf(asked, at(599)), phaseOf(asked, at(601))]).toEqual(['asked', 'late']);
  });

  it('is failed or expired only when the server says so', () => {
    const ended = PaymentState.options.filter((state) => ['failed', 'expired'].includes(phaseOf({ ...times, state }, at(900))));
    expect(ended).toEqual(['failed', 'expired']);
    expect(isWaiting('uncertain') && isWaiting('late') && !isWaiting('failed') && !isWaiting('paid')).toBe(true);
  });

  it('shows the time there is, never more than there was, never less than none', () => {
    const payment = times;
    expect(timeLeft(payment, at(0))).toEqual({ milliseconds: 600_000, text: '10:00', share: 1 });
    expect(timeLeft(payment, at(299.2)).text).toBe('5:01');
    expect(timeLeft(payment, at(595)).text).toBe('0:05');
    expect(timeLeft(payment, at(700))).toEqual({ milliseconds: 0, text: '0:00', share: 0 });
    expect(timeLeft(payment, at(-90)).text).toBe('10:00');
  });

  it('can be accepted for as long as its operator says: five minutes by MTN, though we wait for ten', () => {
    const byMtn = { ...times, provider: 'mtn_momo', state: 'pending' } as const;
    expect(timeLeft(byMtn, at(0))).toEqual({ milliseconds: 300_000, text: '5:00', share: 1 });
    expect([phaseOf(byMtn, at(299)), phaseOf(byMtn, at(301))]).toEqual(['asked', 'late']);
  });

  it('goes through its steps in order', () => {
    expect(stepStates('sending')).toEqual({ sent: 'current', accepted: 'waiting', receipted: 'waiting' });
    expect(stepStates('uncertain')).toEqual({ sent: 'done', accepted: 'current', receipted: 'waiting' });
    expect(stepStates('booking')).toEqual({ sent: 'done', accepted: 'done', receipted: 'current' });
    expect(stepStates('paid')).toEqual({ sent: 'done', accepted: 'done', receipted: 'done' });
  });
});
