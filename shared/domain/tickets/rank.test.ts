import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TicketState } from '#shared/contracts/tickets.ts';
import { TICKET_EVENTS, afterTicketEvent, isAtCounter, isOver } from './ticket-state.ts';
import { USUAL_RULES, rankOf, ticketNumber, type RankedTicket } from './rank.ts';

const at = (time: string): Date => new Date(`2026-01-12T${time}:00Z`);
const ticket = (time: string, rest: Partial<RankedTicket> = {}): RankedTicket => ({
  priority: 'none',
  takenAt: at(time),
  appointmentAt: null,
  ...rest,
});
const order = (tickets: Record<string, RankedTicket>, rules = USUAL_RULES): string[] =>
  Object.entries(tickets)
    .sort(([, a], [, b]) => rankOf(a, rules).getTime() - rankOf(b, rules).getTime())
    .map(([name]) => name);

describe('the place in the line', () => {
  it('is that of arrival, but for those whom the rule lets pass', () => {
    expect(
      order({
        second: ticket('08:05'),
        elderly: ticket('09:30', { priority: 'elderly' }),
        first: ticket('08:00'),
        pregnant: ticket('09:00', { priority: 'pregnant' }),
      }),
    ).toEqual(['pregnant', 'elderly', 'first', 'second']);
  });

  it('with a shorter head start lets who has waited longer go first', () => {
    const rules = { ...USUAL_RULES, headStartMinutes: { elderly: 20, pregnant: 20, disabled: 20 } };
    expect(
      order({ disabled: ticket('09:00', { priority: 'disabled' }), early: ticket('08:30'), late: ticket('08:50') }, rules),
    ).toEqual(['early', 'disabled', 'late']);
  });

  it('of an appointment that is kept is that of who waits since an hour before', () => {
    const appointmentAt = at('10:00');
    expect(
      order({
        kept: ticket('09:50', { appointmentAt }),
        before: ticket('08:59'),
        after: ticket('09:01'),
        tooLate: ticket('10:16', { appointmentAt }),
      }),
    ).toEqual(['before', 'kept', 'after', 'tooLate']);
  });

  it('is never behind somebody of the same kind who came later', () => {
    const priority = fc.constantFrom('none', 'elderly', 'pregnant', 'disabled' as const);
    fc.assert(
      fc.property(priority, fc.nat(600), fc.nat(600), (kind, a, b) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)].map((minutes) =>
          rankOf({ priority: kind, takenAt: new Date(minutes * 60_000), appointmentAt: null }, USUAL_RULES),
        );
        expect(first!.getTime()).toBeLessThanOrEqual(second!.getTime());
      }),
    );
  });

  it('has a number of three digits or more', () => {
    expect([ticketNumber('A', 7), ticketNumber('C', 1234)]).toEqual(['A007', 'C1234']);
  });
});

describe('the states of a ticket', () => {
  it('end: nothing happens to what is over, and from everywhere else there is a way there', () => {
    for (const over of ['done', 'cancelled'] as const) {
      expect(isOver(over)).toBe(true);
      expect(TICKET_EVENTS.map((event) => afterTicketEvent(over, event)).filter(Boolean)).toEqual([]);
    }
    for (const open of ['waiting', 'called', 'serving', 'on_hold', 'no_show'] as const) {
      const seen = new Set<TicketState>([open]);
      for (const state of seen)
        for (const event of TICKET_EVENTS) {
          const next = afterTicketEvent(state, event);
          if (next) seen.add(next);
        }
      expect(seen).toContain('done');
      expect(seen).toContain('cancelled');
    }
  });

  it('at a counter are two', () => {
    expect((['waiting', 'called', 'serving', 'on_hold', 'no_show'] as const).filter(isAtCounter)).toEqual(['called', 'serving']);
  });
});
