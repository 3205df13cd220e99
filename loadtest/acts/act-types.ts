import type { Tally } from '../live/tally.ts';

/** What people of the crowd do: citizens the first three, agents the others. */
export const ACTS = ['upload', 'pay', 'leave', 'serve', 'search', 'cash'] as const;
export type ActName = (typeof ACTS)[number];

/** How often a second each is done, by everybody together. */
export type ActRates = Record<ActName, number>;
export const NO_ACTS: ActRates = { upload: 0, pay: 0, leave: 0, serve: 0, search: 0, cash: 0 };

/** Who does more than look on, and with what; everybody who is no agent may leave and come back. */
export type Part = CitizenPart | AgentPart;

export interface CitizenPart {
  role: 'citizen';
  userId: string;
  /** Vehicles of theirs whose tax can be paid now. */
  payable: number;
  /** A plate that is nobody's, for each photograph that they may send. */
  plates: string[];
}

export interface AgentPart {
  role: 'agent';
  userId: string;
  officeId: string;
  /** What their counter is called, and serves. */
  counter: string;
  serviceId: string;
  fiscalYear: number;
  /** Plates to look for. */
  known: string[];
  /** Plates whose tax can be paid here, once each. */
  payable: string[];
}

/** Adds up over processes. Milliseconds. */
export interface ActFigures {
  done: Record<string, number>;
  /** By act and code: `pay: TAX_BEING_PAID`. */
  failed: Record<string, number>;
  /** Press → answer, by what was pressed. */
  answers: Record<string, Tally>;
  /** Press → what it leads to on the screen. */
  screens: Record<string, Tally>;
}

export const noActFigures = (): ActFigures => ({ done: {}, failed: {}, answers: {}, screens: {} });

/** An act did not come to its end; `code` is the platform's own, or what was waited for in vain. */
export class ActError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}
