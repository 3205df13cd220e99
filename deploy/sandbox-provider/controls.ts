import { BY_DIGITS, BEHAVIOURS, type Behaviour, type BehaviourName } from './behaviours.ts';

export const OPERATORS = ['mtn', 'mvola', 'stripe'] as const;
export type Operator = (typeof OPERATORS)[number];

/** How an operator is down: it answers 503, or not at all. */
export type Outage = 'unavailable' | 'hangs';
export const STATEMENT_FAULTS = ['missing', 'extra', 'amount', 'doubled'] as const;
export type StatementFault = (typeof STATEMENT_FAULTS)[number];

/** What the operators were told to do, by the page or by a test. */
export interface Controls {
  /** What the next orders of everybody do, `count` of them. */
  next(vice: BehaviourName, count: number): void;
  /** What every order of a telephone does; null: as its digits say. */
  number(phone: string, vice: BehaviourName | null): void;
  /** What orders do of which nothing was said: they are paid by themselves, or wait for the page's telephone. */
  ordinary(vice: 'ordinary' | 'wait'): void;
  /** No operator, or one, answers for so long; 0: it is up again. */
  outage(operator: Operator, kind: Outage, seconds: number): void;
  statement(fault: StatementFault | null): void;
  reset(): void;
  /** Takes what was said of the next order. `payer`: null for a card. */
  behaviourFor(payer: string | null): Behaviour;
  /** Null: it is up. */
  outageOf(operator: Operator): Outage | null;
  statementFault(): StatementFault | null;
  state(): ControlState;
}

export interface ControlState {
  ordinary: 'ordinary' | 'wait';
  next: { vice: BehaviourName; count: number } | null;
  numbers: { phone: string; vice: BehaviourName }[];
  outages: { operator: Operator; kind: Outage; until: number }[];
  statement: StatementFault | null;
}

/** Telephones of which something was said. */
const MAX_NUMBERS = 100;
/** A telephone is the same with and without its country: the last digits tell it. */
const LOCAL_DIGITS = 8;
const keyOf = (phone: string): string => phone.replace(/\D/g, '').slice(-LOCAL_DIGITS);

export function createControls({ clock }: { clock: () => number }): Controls {
  let ordinary: 'ordinary' | 'wait' = 'ordinary';
  let next: ControlState['next'] = null;
  let statement: StatementFault | null = null;
  const numbers = new Map<string, { phone: string; vice: BehaviourName }>();
  const outages = new Map<Operator, { kind: Outage; until: number }>();

  const outageOf = (operator: Operator): Outage | null => {
    const outage = outages.get(operator);
    return outage && clock() < outage.until ? outage.kind : null;
  };

  return {
    next(vice, count) {
      next = count > 0 ? { vice, count } : null;
    },
    number(phone, vice) {
      numbers.delete(keyOf(phone));
      if (vice === null) return;
      if (numbers.size >= MAX_NUMBERS) numbers.delete(numbers.keys().next().value ?? '');
      numbers.set(keyOf(phone), { phone, vice });
    },
    ordinary: (vice) => void (ordinary = vice),
    outage(operator, kind, seconds) {
      outages.set(operator, { kind, until: clock() + seconds * 1_000 });
    },
    statement: (fault) => void (statement = fault),
    reset() {
      ordinary = 'ordinary';
      next = null;
      statement = null;
      numbers.clear();
      outages.clear();
    },
    behaviourFor(payer) {
      if (next) {
        const { vice, count } = next;
        next = count > 1 ? { vice, count: count - 1 } : null;
        return BEHAVIOURS[vice];
      }
      if (payer === null) return BEHAVIOURS.ordinary;
      return BEHAVIOURS[numbers.get(keyOf(payer))?.vice ?? BY_DIGITS[payer.slice(-2)] ?? ordinary];
    },
    outageOf,
    statementFault: () => statement,
    state: () => ({
      ...{ ordinary, next, statement, numbers: [...numbers.values()] },
      outages: [...outages].flatMap(([operator, { kind, until }]) => (outageOf(operator) ? [{ operator, kind, until }] : [])),
    }),
  };
}
