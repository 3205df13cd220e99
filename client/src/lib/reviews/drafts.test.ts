import { describe, expect, it } from 'vitest';
import type { FieldView } from '#shared/contracts/documents.ts';
import { deskRows, emptyDraft, parseDraft } from './drafts.ts';

const context = { country: 'MG', today: '2026-03-01' };
const field = (name: FieldView['name'], value: string, about: Partial<FieldView> = {}): FieldView => ({
  ...{ name, value, confidence: 0.97, source: 'label', page: 'recto', box: null, corrected: null },
  ...about,
});

describe('the values on an agent’s desk', () => {
  const fields = [
    field('plate', '1234TAB'),
    field('first_registration', '2007-08-23'),
    field('owner', 'RABE', { confidence: 0.6 }),
    field('fiscal_power', '7', { corrected: '4' }),
  ];
  const reasons = [{ code: 'read_otherwise', field: 'fiscal_power' }] as const;

  it('are all there, those to check first, as people write them', () => {
    const rows = deskRows(fields, reasons, emptyDraft(), context);
    expect(rows).toHaveLength(11);
    expect(rows.slice(0, 2).map(({ name, toCheck }) => [name, toCheck])).toEqual([
      ['owner', true],
      ['fiscal_power', true],
    ]);
    expect(rows.find(({ name }) => name === 'first_registration')?.shown).toBe('23/08/2007');
    expect(rows.some(({ changed, fault }) => changed || fault)).toBe(false);
  });

  it.each([
    ['7', true, null],
    ['4', false, null],
    [' 4 cv', false, null],
    ['', false, 'empty'],
    ['many', false, 'not_a_number'],
  ] as const)('typed “%s” over 4: changed %s, fault %s', (typed, changed, fault) => {
    const rows = deskRows(fields, reasons, { values: { fiscal_power: typed }, seen: [] }, context);
    expect(rows.find(({ name }) => name === 'fiscal_power')).toMatchObject({ changed, fault, shown: typed });
  });

  it('a value that was not there may stay so', () => {
    const rows = deskRows(fields, [], { values: { vin: '' }, seen: [] }, context);
    expect(rows.find(({ name }) => name === 'vin')).toMatchObject({ changed: false, fault: null });
  });
});

it.each([null, '', '{', '[]', '{"values":3}', '{"values":{"x":"1"},"seen":["y"]}'])('a draft that is none is empty: %s', (text) =>
  expect(parseDraft(text)).toEqual(emptyDraft()),
);
it('a draft is read as it was kept', () => {
  const draft = { values: { plate: '1' }, seen: ['owner' as const] };
  expect(parseDraft(JSON.stringify(draft))).toEqual(draft);
});
