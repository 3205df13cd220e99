/** What is sent when an order ends. `forged` is not genuine, `earlier` says that it is still pending. */
export type Message = 'genuine' | 'forged' | 'earlier';

/** What becomes of an order, and what the operator tells of it. */
export interface Behaviour {
  /** For the control page, in French and in English. */
  title: { fr: string; en: string };
  /**
   * How the order itself is answered the first time.
   *   take      as the documentation says
   *   conflict  409 although it was never sent before; it is taken
   *   busy      429, not taken; the next time it is
   *   fault     500, not taken; the next time it is
   *   half      500, but taken
   *   silence   taken, no answer at all
   *   garbage   taken, answered by a page that says nothing
   */
  order: 'take' | 'conflict' | 'busy' | 'fault' | 'half' | 'silence' | 'garbage';
  /** How it ends, after so many milliseconds; null: it stays pending until somebody settles it on the page. */
  end: { afterMs: number; status: 'SUCCESSFUL' } | { afterMs: number; status: 'FAILED'; reason: string } | null;
  /** What is sent when it ends, in this order. */
  callbacks: readonly Message[];
  /** Says another amount than was ordered. */
  wrongAmount?: boolean;
  /** Says another currency than was ordered. */
  wrongCurrency?: boolean;
  /** So many questions about it are answered by nonsense. */
  garbage?: number;
}

const SECOND = 1_000;
const ended = (afterMs: number) => ({ afterMs, status: 'SUCCESSFUL' }) as const;
const title = (fr: string, en: string) => ({ title: { fr, en } });

/** What a payer who does nothing special does: accepts after three seconds. */
export const ORDINARY: Behaviour = {
  ...title('payé après 3 s', 'paid after 3 s'),
  ...{ order: 'take', end: ended(3 * SECOND), callbacks: ['genuine'] },
};
const refused = (fr: string, en: string, reason: string): Behaviour => ({
  ...ORDINARY,
  ...title(fr, en),
  end: { afterMs: 3 * SECOND, status: 'FAILED', reason },
});

/** Everything that an order can go through, by the name that controls use. */
export const BEHAVIOURS = {
  ordinary: ORDINARY,
  wait: { ...ORDINARY, ...title('attend le téléphone du payeur', 'waits for the payer’s telephone'), end: null },
  delay: { ...ORDINARY, ...title('payé après 45 s', 'paid after 45 s'), end: ended(45 * SECOND) },
  silent: { ...ORDINARY, ...title('payé, sans jamais prévenir', 'paid, and never told of'), callbacks: [] },
  duplicate: {
    ...ORDINARY,
    ...title('payé, annoncé trois fois', 'paid, told of three times'),
    callbacks: ['genuine', 'genuine', 'genuine'],
  },
  late: {
    ...ORDINARY,
    ...title('payé après 11 minutes, la demande étant expirée', 'paid after 11 minutes, when the order has expired'),
    end: ended(660 * SECOND),
  },
  no_money: refused('refusé : solde insuffisant', 'refused: not enough money', 'NOT_ENOUGH_FUNDS'),
  rejected: refused('refusé par le payeur', 'refused by the payer', 'APPROVAL_REJECTED'),
  unknown_payer: refused('refusé : compte inconnu', 'refused: no such account', 'PAYER_NOT_FOUND'),
  too_late: refused('refusé : le payeur a trop tardé', 'refused: the payer was too late', 'EXPIRED'),
  limit: refused('refusé : plafond atteint', 'refused: limit reached', 'PAYER_LIMIT_REACHED'),
  forged: {
    ...ORDINARY,
    ...title('message falsifié, puis silence ; jamais payé', 'forged message, then silence; never paid'),
    ...{ end: { afterMs: 3 * SECOND, status: 'FAILED', reason: 'EXPIRED' }, callbacks: ['forged'] },
  },
  conflict: { ...ORDINARY, ...title('payé ; répond 409', 'paid; the order is answered 409'), order: 'conflict' },
  busy: { ...ORDINARY, ...title('payé ; répond d’abord 429', 'paid; the order is first answered 429'), order: 'busy' },
  no_answer: { ...ORDINARY, ...title('payé ; ne répond pas', 'paid; the order is not answered'), order: 'silence' },
  fault: {
    ...ORDINARY,
    ...title('payé ; répond d’abord 500 sans prendre la demande', 'paid; the order is first answered 500, not taken'),
    order: 'fault',
  },
  half: {
    ...ORDINARY,
    ...title('payé ; répond 500 mais prend la demande', 'paid; the order is answered 500, but taken'),
    order: 'half',
  },
  other_amount: { ...ORDINARY, ...title('payé, mais un autre montant', 'paid, but another amount'), wrongAmount: true },
  reordered: {
    ...ORDINARY,
    ...title('payé ; « en attente » annoncé après', 'paid; "pending" is told after it'),
    callbacks: ['genuine', 'earlier'],
  },
  other_currency: {
    ...ORDINARY,
    ...title('payé, mais dans une autre monnaie', 'paid, but in another currency'),
    wrongCurrency: true,
  },
  garbage: {
    ...ORDINARY,
    ...title('payé ; répond d’abord n’importe quoi', 'paid; answers nonsense at first'),
    ...{ order: 'garbage', garbage: 2 },
  },
} as const satisfies Record<string, Behaviour>;
export type BehaviourName = keyof typeof BEHAVIOURS;
export const BEHAVIOUR_NAMES = Object.keys(BEHAVIOURS) as [BehaviourName, ...BehaviourName[]];

/** By the last two digits of the payer's telephone; any others do as told by the page, those of the demo's people among them. */
export const BY_DIGITS: Readonly<Record<string, BehaviourName>> = {
  ...{
    '21': 'delay',
    '22': 'silent',
    '23': 'duplicate',
    '24': 'late',
    '25': 'no_money',
    '26': 'rejected',
    '27': 'unknown_payer',
  },
  ...{ '28': 'too_late', '29': 'forged', '30': 'conflict', '31': 'busy', '32': 'no_answer', '33': 'fault', '34': 'half' },
  ...{ '35': 'other_amount', '36': 'reordered', '37': 'wait', '38': 'limit', '39': 'other_currency', '40': 'garbage' },
};
