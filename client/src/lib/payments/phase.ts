import type { PaymentState, PaymentView } from '#shared/contracts/payments.ts';
import { acceptUntil } from '#shared/domain/payments/order.ts';

/**
 * What a payment is to who waits for it.
 *   sending    the operator does not have the order yet
 *   asked      the telephone has been asked, there is time left
 *   late       the time is over, the operator has not said how it ended
 *   uncertain  the operator cannot be asked: never shown as failed
 *   booking    paid, the receipt is a moment away
 *   refund     paid, but the tax had been paid by then
 */
export type Phase = 'sending' | 'asked' | 'late' | 'uncertain' | 'failed' | 'expired' | 'booking' | 'refund' | 'paid';

/** @param now milliseconds, by the servers' clock */
export function phaseOf(payment: Pick<PaymentView, 'state' | 'provider' | 'startedAt' | 'expiresAt'>, now: number): Phase {
  const { state } = payment;
  switch (state) {
    case 'created':
    case 'pushed':
      return 'sending';
    case 'pending':
      return now < acceptUntil(payment) ? 'asked' : 'late';
    case 'unknown':
      return 'uncertain';
    case 'succeeded':
      return 'booking';
    case 'reconciled':
      return 'refund';
    case 'receipted':
      return 'paid';
    default:
      return state;
  }
}

/** Whether the page still waits for something. */
export const isWaiting = (phase: Phase): boolean => ['sending', 'asked', 'late', 'uncertain', 'booking'].includes(phase);

/** What is left of the time to accept: its share of the whole and, in minutes and seconds, as a clock shows it. */
export function timeLeft(payment: Pick<PaymentView, 'provider' | 'startedAt' | 'expiresAt'>, now: number) {
  const [from, until] = [Date.parse(payment.startedAt), acceptUntil(payment)];
  const milliseconds = Math.min(Math.max(0, until - now), until - from);
  const seconds = Math.ceil(milliseconds / 1_000);
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return { milliseconds, text, share: until > from ? milliseconds / (until - from) : 0 };
}

export type Step = 'sent' | 'accepted' | 'receipted';
export const STEPS: readonly Step[] = ['sent', 'accepted', 'receipted'];

/** How far a payment that is under way has come. */
export function stepStates(phase: Phase): Record<Step, 'done' | 'current' | 'waiting'> {
  const at = phase === 'sending' ? 0 : phase === 'booking' ? 2 : phase === 'paid' ? 3 : 1;
  const stateOf = (index: number) => (index < at ? 'done' : index === at ? 'current' : 'waiting');
  return { sent: stateOf(0), accepted: stateOf(1), receipted: stateOf(2) };
}

/** The tone of a state's word; the word says it too. */
export const TONES = {
  created: 'active',
  pushed: 'active',
  pending: 'active',
  unknown: 'warn',
  failed: 'bad',
  expired: 'neutral',
  succeeded: 'good',
  reconciled: 'warn',
  receipted: 'good',
} as const satisfies Record<PaymentState, string>;
