/** What becomes of an order, and what the operator tells of it. */
export interface Behaviour {
  /** For the control page. */
  title: string;
  /**
   * How the order itself is answered the first time.
   *   take      202
   *   conflict  409 although it was never sent before; it is taken
   *   busy      429, not taken; the next time it is
   *   fault     500, not taken; the next time it is
   *   half      500, but taken
   *   silence   taken, no answer at all
   */
  order: 'take' | 'conflict' | 'busy' | 'fault' | 'half' | 'silence';
  /** How it ends, after so many milliseconds; null: it stays pending until somebody settles it on the page. */
  end: { afterMs: number; status: 'SUCCESSFUL' } | { afterMs: number; status: 'FAILED'; reason: string } | null;
  /** What is sent when it ends, in this order. `forged` goes to another address, `earlier` says that it is still pending. */
  callbacks: readonly ('genuine' | 'forged' | 'earlier')[];
  /** Says another amount than was ordered. */
  wrongAmount?: boolean;
}

const SECOND = 1_000;
const paid = (afterMs: number) => ({ afterMs, status: 'SUCCESSFUL' }) as const;
const refused = (title: string, reason: string): Behaviour => ({
  title,
  order: 'take',
  end: { afterMs: 3 * SECOND, status: 'FAILED', reason },
  callbacks: ['genuine'],
});

/** What a payer who does nothing special does: accepts after three seconds. */
export const ORDINARY: Behaviour = { title: 'paid after 3 s', order: 'take', end: paid(3 * SECOND), callbacks: ['genuine'] };

/** By the last two digits of the payer's telephone; any others are ordinary, those of the demo's people among them. */
export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  '21': { ...ORDINARY, title: 'paid after 45 s', end: paid(45 * SECOND) },
  '22': { ...ORDINARY, title: 'paid, and never told of', callbacks: [] },
  '23': { ...ORDINARY, title: 'paid, told of three times', callbacks: ['genuine', 'genuine', 'genuine'] },
  '24': { ...ORDINARY, title: 'paid after 11 minutes, when the order has expired', end: paid(660 * SECOND) },
  '25': refused('refused: not enough money', 'NOT_ENOUGH_FUNDS'),
  '26': refused('refused by the payer', 'APPROVAL_REJECTED'),
  '27': refused('refused: no such account', 'PAYER_NOT_FOUND'),
  '28': refused('refused: the payer was too late', 'EXPIRED'),
  '29': {
    ...ORDINARY,
    title: 'forged message, then silence; never paid',
    end: { afterMs: 3 * SECOND, status: 'FAILED', reason: 'EXPIRED' },
    callbacks: ['forged'],
  },
  '30': { ...ORDINARY, title: 'paid; the order is answered 409', order: 'conflict' },
  '31': { ...ORDINARY, title: 'paid; the order is first answered 429', order: 'busy' },
  '32': { ...ORDINARY, title: 'paid; the order is not answered', order: 'silence' },
  '33': { ...ORDINARY, title: 'paid; the order is first answered 500, not taken', order: 'fault' },
  '34': { ...ORDINARY, title: 'paid; the order is answered 500, but taken', order: 'half' },
  '35': { ...ORDINARY, title: 'paid, but another amount', wrongAmount: true },
  '36': { ...ORDINARY, title: 'paid; "pending" is told after it', callbacks: ['genuine', 'earlier'] },
  '37': { ...ORDINARY, title: 'pending until it is settled on this page', end: null },
};

export const behaviourOf = (msisdn: string): Behaviour => BEHAVIOURS[msisdn.slice(-2)] ?? ORDINARY;
