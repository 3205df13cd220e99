import { describe, expect, it } from 'vitest';
import { PaymentState } from '#shared/contracts/payments.ts';
import { isWaiting, phaseOf, stepStates, timeLeft } from './phase.ts';

const startedAt = '2026-05-04T10:00:00.000Z';
const expiresAt = '2026-05-04T10:10:00.000Z';
const at = (seconds: number): number => Date.parse(startedAt) + seconds * 1_000;

describe('a payment', () => {
  it('that the operator cannot tell of is uncertain, whatever the hour, and never failed', () => {
    for (const seconds of [0, 599, 600, 86_400]) expect(phaseOf({ state: 'unknown', expiresAt }, at(seconds))).toBe('uncertain');
  });

  it('that has not ended is not failed by a clock of the page', () => {
    const asked = { state: 'pending', expiresAt } as const;
    expect([phaseOf(asked, at(599)), phaseOf(asked, at(601))]).toEqual(['asked', 'late']);
  });

  it('is failed or expired only when the server says so', () => {
    const ended = PaymentState.options.filter((state) => ['failed', 'expired'].includes(phaseOf({ state, expiresAt }, at(900))));
    expect(ended).toEqual(['failed', 'expired']);
    expect(isWaiting('uncertain') && isWaiting('late') && !isWaiting('failed') && !isWaiting('paid')).toBe(true);
  });

  it('shows the time there is, never more than there was, never less than none', () => {
    const payment = { startedAt, expiresAt };
    expect(timeLeft(payment, at(0))).toEqual({ milliseconds: 600_000, text: '10:00', share: 1 });
    expect(timeLeft(payment, at(299.2)).text).toBe('5:01');
    expect(timeLeft(payment, at(595)).text).toBe('0:05');
    expect(timeLeft(payment, at(700))).toEqual({ milliseconds: 0, text: '0:00', share: 0 });
    expect(timeLeft(payment, at(-90)).text).toBe('10:00');
  });

  it('goes through its steps in order', () => {
    expect(stepStates('sending')).toEqual({ sent: 'current', accepted: 'waiting', receipted: 'waiting' });
    expect(stepStates('uncertain')).toEqual({ sent: 'done', accepted: 'current', receipted: 'waiting' });
    expect(stepStates('booking')).toEqual({ sent: 'done', accepted: 'done', receipted: 'current' });
    expect(stepStates('paid')).toEqual({ sent: 'done', accepted: 'done', receipted: 'done' });
  });
});
