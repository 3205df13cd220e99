import type { TicketPriority } from '#shared/contracts/tickets.ts';

const MINUTE_MS = 60_000;

/**
 * How an office lets people pass. Everybody's place is one moment, the *rank*: who came earlier goes first, and a priority is a head
 * start of so many minutes. A head start of a day puts its people before all others; a shorter one lets who has waited longer than that
 * go before them.
 */
export interface QueueRules {
  headStartMinutes: Readonly<Record<Exclude<TicketPriority, 'none'>, number>>;
  /** Who comes with an appointment takes the place of somebody who has waited so long when the hour strikes. */
  appointmentHeadStartMinutes: number;
  /** Later than this after the hour, an appointment is a ticket like others. */
  appointmentGraceMinutes: number;
}

/** Elderly, pregnant and disabled people first, whoever waits. */
export const USUAL_RULES: QueueRules = {
  headStartMinutes: { elderly: 24 * 60, pregnant: 24 * 60, disabled: 24 * 60 },
  appointmentHeadStartMinutes: 60,
  appointmentGraceMinutes: 15,
};

export interface RankedTicket {
  priority: TicketPriority;
  /** When the person came. */
  takenAt: Date;
  appointmentAt: Date | null;
}

/** Whether somebody who comes at `at` still has the appointment of `appointmentAt`. */
export const isInTime = (at: Date, appointmentAt: Date, rules: QueueRules): boolean =>
  at.getTime() <= appointmentAt.getTime() + rules.appointmentGraceMinutes * MINUTE_MS;

/** The ticket's place in the line: it is called before those with a later rank. Never changes while it waits. */
export function rankOf({ priority, takenAt, appointmentAt }: RankedTicket, rules: QueueRules): Date {
  const inTime = appointmentAt !== null && isInTime(takenAt, appointmentAt, rules);
  const from = inTime ? appointmentAt.getTime() - rules.appointmentHeadStartMinutes * MINUTE_MS : takenAt.getTime();
  const headStart = priority === 'none' ? 0 : rules.headStartMinutes[priority];
  return new Date(from - headStart * MINUTE_MS);
}

/** `A012`: three digits, more when a day has more. */
export const ticketNumber = (prefix: string, ordinal: number): string => `${prefix}${String(ordinal).padStart(3, '0')}`;
