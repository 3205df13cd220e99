import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startActs } from '../run/acts.ts';
import { ACT_RATES, actRatesOf, SCENARIOS, timesIn } from '../run/scenarios.ts';
import { dealParts } from '../live/parts.ts';
import { Hands, type Page } from './act.ts';
import { search } from './agent-acts.ts';
import { ActError, NO_ACTS, noActFigures, type ActName, type AgentPart, type CitizenPart } from './act-types.ts';
import { Troupe } from './troupe.ts';
import { Watches } from './watches.ts';

const agent = (change: Partial<AgentPart> = {}): AgentPart => ({
  ...{ role: 'agent', userId: 'agent', officeId: 'office', counter: '1', serviceId: 'service', fiscalYear: 2026 },
  ...{ known: ['1234TBA'], payable: [], ...change },
});
const citizen = (change: Partial<CitizenPart> = {}): CitizenPart => ({
  ...{ role: 'citizen', userId: 'citizen', payable: 0, plates: [], ...change },
});

/** A page whose commands are answered by the test. */
function pageOf(command: Page['command'], change: Partial<Page> = {}): Page {
  const watches = new Watches();
  return {
    ...{ isThere: true, from: undefined, cookie: '', hold: () => undefined, stateOf: () => null, command },
    shown: (topic, question, withinMs) => watches.until(topic, null, question, withinMs),
    leaveAndReturn: () => Promise.resolve(7),
    ...change,
  };
}
const troupe = (anybody: () => Page | null = () => null): Troupe => new Troupe(() => Promise.reject(new Error('none')), anybody);

describe('what is waited for on a screen', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is seen at once when it is there, or with the state that brings it, and told once', async () => {
    const watches = new Watches();
    expect(await watches.until('a', { n: 1 }, ({ n }: { n: number }) => n, 10)).toBe(1);
    const seen = watches.until('a', null, ({ n }: { n: number }) => (n > 2 ? n : null), 10);
    watches.tell('b', { n: 9 });
    watches.tell('a', { n: 2 });
    watches.tell('a', { n: 3 });
    watches.tell('a', { n: 4 });
    expect(await seen).toBe(3);
  });

  it('is given up after its time; a question that throws ends it', async () => {
    const watches = new Watches();
    const late = watches.until('a', null, () => null, 10).catch((error: unknown) => error);
    vi.advanceTimersByTime(11);
    expect(await late).toMatchObject({ code: 'NOT_SHOWN' });
    const failed = watches.until(
      'a',
      {},
      () => {
        throw new ActError('PAYMENT_FAILED');
      },
      10,
    );
    await expect(failed).rejects.toMatchObject({ code: 'PAYMENT_FAILED' });
  });
});

describe('the troupe', () => {
  it('does nothing with who is busy, away or without what is needed, and counts what came of it', async () => {
    const answers: ((hits: unknown) => void)[] = [];
    const page = pageOf(() => new Promise((resolve) => answers.push(resolve)));
    const acting = troupe();
    acting.add(page, agent());
    expect(acting.begin('search', 1, 0)).toBe(0);
    acting.add(
      pageOf(() => Promise.reject(new ActError('FORBIDDEN')), { isThere: false }),
      citizen({ payable: 1 }),
    );
    expect([acting.begin('pay', 1, 0), acting.begin('upload', 1, 0), acting.begin('leave', 1, 0)]).toEqual([0, 0, 0]);
    expect(acting.acting).toBe(0);
  });

  it('agents act once they have come to work; a refusal has its code', async () => {
    const queue = { tickets: [] };
    const till = { till: { id: 'till', state: 'open' }, takings: [] };
    const stateOf = (topic: string): unknown => (topic.startsWith('queue') ? queue : till);
    const command = vi.fn<Page['command']>(() => Promise.resolve({ hits: [], incomplete: false }));
    const page = pageOf(command, { shown: (topic, question) => Promise.resolve(question(stateOf(topic) as never) as never) });
    const acting = troupe();
    acting.add(page, agent());
    await acting.comeToWork();
    expect(acting.begin('search', 3, 0)).toBe(1);
    await vi.waitFor(() => expect(acting.acting).toBe(0));
    expect(acting.takeFigures()).toMatchObject({ done: {}, failed: { 'search: NOT_FOUND_FIRST': 1 } });
    expect(acting.takeFigures()).toEqual(noActFigures());
  });

  it('whoever leaves is measured from the moment they are back', async () => {
    const acting = troupe(() => pageOf(() => Promise.resolve(null)));
    expect(acting.begin('leave', 2, 0)).toBe(2);
    await vi.waitFor(() => expect(acting.acting).toBe(0));
    expect(acting.takeFigures()).toMatchObject({ done: { leave: 2 }, screens: { leave: { 7: 2 } } });
  });

  it('a search must find the plate first', async () => {
    const found = { hits: [{ vehicle: { plate: '1234TBA' } }], incomplete: false };
    const figures = noActFigures();
    const hands = (answer: unknown): Hands =>
      new Hands(
        pageOf(() => Promise.resolve(answer)),
        () => figures,
      );
    await search(hands(found), agent());
    expect(Object.keys(figures.answers)).toEqual(['search']);
    await expect(search(hands({ hits: [], incomplete: true }), agent())).rejects.toMatchObject({ code: 'SEARCH_INCOMPLETE' });
  });
});

describe('how often', () => {
  it('is made up for when nobody was free, and never begun twice', async () => {
    let free = 0;
    const begun: Partial<Record<ActName, number>> = {};
    const acts = startActs({
      generators: {
        act: (act, count) => {
          const some = Math.min(count, free);
          begun[act] = (begun[act] ?? 0) + some;
          return Promise.resolve(some);
        },
        state: () => Promise.resolve({ users: 0, connected: 0, settled: 0, acting: 0 }),
      },
      rates: { ...NO_ACTS, pay: 40 },
      backInMs: 0,
    });
    await vi.waitFor(() => expect(acts.due().pay).toBeGreaterThan(8));
    expect(begun.pay ?? 0).toBe(0);
    free = 1_000;
    await vi.waitFor(() => expect(begun.pay ?? 0).toBeGreaterThan(8));
    await acts.stop();
    const due = acts.due().pay;
    expect(begun).toEqual({ pay: Math.floor(due) });
  });

  it('a scenario says who leaves, also when nobody acts; under a storm nobody does', () => {
    const given = { users: 2_000, storm: false, acts: ACT_RATES };
    expect(actRatesOf(SCENARIOS.steady, given)).toEqual(ACT_RATES);
    expect(actRatesOf(SCENARIOS['last-day'], given)).toEqual({ ...ACT_RATES, leave: 20 });
    expect(actRatesOf(SCENARIOS['last-day'], { ...given, acts: null })).toEqual({ ...NO_ACTS, leave: 20 });
    expect(actRatesOf(SCENARIOS.soak, { ...given, storm: true })).toEqual({ ...ACT_RATES, leave: 0 });
    expect(timesIn(SCENARIOS.steady, 60)).toBe(60);
    expect(timesIn(SCENARIOS.spike, 90)).toBeCloseTo(150, -1);
  });

  it('every plate goes to one person', () => {
    const people = {
      citizens: [1, 2, 3].map((n) => ({ userId: `c${n}`, plate: `${n}`, payable: n === 1 ? 2 : 0 })),
      agents: [
        { userId: 'a1', officeId: 'o' },
        { userId: 'a2', officeId: 'o' },
      ],
      offices: [{ id: 'o', serviceId: 's' }],
      cashPlates: ['p1', 'p2', 'p3'],
    };
    const parts = dealParts(people, { freePlates: ['f1', 'f2', 'f3'], uploaders: 2, fiscalYear: 2026 });
    expect(parts.citizens).toMatchObject([{ payable: 2, plates: ['f1', 'f3'] }, { payable: 0, plates: ['f2'] }, undefined]);
    expect(parts.agents.map(({ payable }) => payable)).toEqual([['p1', 'p3'], ['p2']]);
    expect(new Set(parts.agents.map(({ counter }) => counter)).size).toBe(2);
  });
});
