import { describe, expect, it } from 'vitest';
import { crossCheck } from './cross-check.ts';
import { nearestModel } from './models.ts';
import { pool, type PooledCandidate } from './pool.ts';
import { editDistance, nearest, plain } from './text.ts';

const candidate = (over: Partial<PooledCandidate>): PooledCandidate => ({
  name: 'plate',
  value: 'AB123CD',
  confidence: 0.8,
  source: 'label',
  place: 'field',
  box: { x0: 0, y0: 0, x1: 1, y1: 1 },
  page: 'recto',
  pageIndex: 0,
  pass: 1,
  ...over,
});

describe('pooling', () => {
  it('believes a value more when another pass agrees, and much more when another place does', () => {
    const alone = pool([candidate({})])[0]?.confidence ?? 0;
    const twoPasses = pool([candidate({}), candidate({ pass: 2 })])[0]?.confidence ?? 0;
    const twoPlaces = pool([candidate({}), candidate({ place: 'mrz', source: 'mrz' })])[0]?.confidence ?? 0;
    expect(alone).toBe(0.8);
    expect(twoPasses).toBeGreaterThan(0.88);
    expect(twoPlaces).toBeGreaterThan(twoPasses);
    expect(twoPlaces).toBeLessThan(1);
  });

  it('believes a disputed value less, whichever wins', () => {
    const [chosen] = pool([candidate({ confidence: 0.9 }), candidate({ confidence: 0.6, value: 'AB128CD', pass: 2 })]);
    expect(chosen).toMatchObject({ value: 'AB123CD' });
    expect(chosen?.confidence).toBeLessThan(0.7);
  });

  it('does not call two spellings of a name a dispute', () => {
    const [chosen] = pool([
      candidate({ name: 'owner', value: 'KONÉ ALI' }),
      candidate({ name: 'owner', value: 'KONE ALI', pass: 2 }),
    ]);
    expect(chosen?.confidence).toBeGreaterThan(0.88);
  });

  it('reads the model in the light of the make', () => {
    const chosen = pool([candidate({ name: 'make', value: 'HYUNDAI' }), candidate({ name: 'model', value: '110' })]);
    expect(chosen.find((c) => c.name === 'model')?.value).toBe('I10');
    expect(nearestModel('PEUGEOT', '208')).toEqual({ model: '208', trust: 1 });
    expect(nearestModel('PEUGEOT', '209')).toBeNull();
    expect(nearestModel('UNHEARD OF', 'X')).toBeNull();
  });

  it('shows nothing that is next to nothing', () => expect(pool([candidate({ confidence: 0.05 })])).toEqual([]));
});

describe('cross-check', () => {
  it('doubts a first registration after the issue of the document', () => {
    const chosen = pool([candidate({ name: 'first_registration', value: '2015-06-06', confidence: 0.95 })]);
    expect(crossCheck(chosen, { issueDates: ['2010-01-01'] })[0]?.confidence).toBeCloseTo(0.855);
    expect(crossCheck(chosen, { issueDates: ['2016-01-01'] })[0]?.confidence).toBe(0.95);
  });
});

describe('text', () => {
  it('compares labels without accents and marks', () => expect(plain("N° d'Énergie :")).toBe('nodenergie'));
  it('counts edits', () => expect(editDistance('kitten', 'sitting')).toBe(3));
  it('answers nothing when two entries are equally near', () => {
    expect(nearest('FIAT', ['FIAT', 'SEAT'])).toEqual({ entry: 'FIAT', distance: 0 });
    expect(nearest('XEAT', ['SEAT', 'HEAT'])).toBeNull();
  });
});
