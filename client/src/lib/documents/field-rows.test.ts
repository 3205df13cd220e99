import { describe, expect, it } from 'vitest';
import { FieldName, type DocumentView, type FieldView, type ReadingProgress } from '#shared/contracts/documents.ts';
import { createFormats } from '../i18n/format.ts';
import { catalogues } from '../i18n/catalogues.ts';
import { FIELD_ORDER, fieldRows, fieldsToShow, showField } from './field-rows.ts';

const field = (name: FieldName, value: string, confidence: number, corrected: string | null = null): FieldView => ({
  name,
  value,
  confidence,
  source: 'label',
  page: 'recto',
  box: null,
  corrected,
});
const document = (status: DocumentView['status'], attempt: number, fields: FieldView[]): DocumentView => ({
  id: '4f2f4a52-6a0e-4f8f-9a37-0c2d5f0c1a11',
  status,
  version: 1,
  queueNumber: 1,
  attempt,
  insisted: false,
  gate: [],
  failure: null,
  pages: [],
  fields,
  vehicleId: null,
  claimId: null,
  submittedAt: '2026-05-04T10:00:00Z',
  readAt: null,
  readingMs: null,
});
const progress = (attempt: number): ReadingProgress => ({
  attempt,
  counter: 1,
  page: 'recto',
  pageIndex: 0,
  pageCount: 1,
  step: 'first_pass',
  stepShare: null,
  share: 0.5,
  fields: [field('plate', '1234TAB', 0.97)],
  papers: [],
  at: '2026-05-04T10:00:01Z',
});

describe('fieldsToShow', () => {
  it('shows what is read as it is read, of this attempt only', () => {
    expect(fieldsToShow(document('reading', 2, []), progress(2)).map((one) => one.name)).toEqual(['plate']);
    expect(fieldsToShow(document('reading', 2, []), progress(1))).toEqual([]);
    expect(fieldsToShow(document('reading', 2, []), null)).toEqual([]);
  });

  it('shows the document once it is read, whatever progress is still about', () => {
    expect(fieldsToShow(document('read', 2, [field('make', 'KIA', 1)]), progress(2)).map((one) => one.name)).toEqual(['make']);
  });
});

describe('fieldRows', () => {
  it('has one row a field, whatever was found', () => {
    expect([...FIELD_ORDER].sort()).toEqual([...FieldName.options].sort());
    expect(fieldRows([], true).every((row) => row.state === 'waiting')).toBe(true);
    expect(fieldRows([], false).every((row) => row.state === 'missing')).toBe(true);
  });

  it('tells the sure from the doubtful and the corrected', () => {
    const rows = fieldRows(
      [field('plate', '1234TAB', 0.9), field('make', 'K1A', 0.899), field('model', 'RI0', 0.4, 'RIO')],
      false,
    );
    const state = (name: FieldName) => rows.find((row) => row.name === name)?.state;
    expect([state('plate'), state('make'), state('model'), state('vin')]).toEqual(['sure', 'doubtful', 'corrected', 'missing']);
  });
});

describe('showField', () => {
  const show = (name: FieldName, value: string, issuer: string | null = null) =>
    showField(name, value, { country: 'MG', issuer, m: catalogues.fr, f: createFormats('fr', 'MG') }).replace(
      /[\u00a0\u202f]/g,
      ' ',
    );
  it.each([
    ['plate', '1234TAB', '1234 TAB'],
    ['plate', 'TG9664AK', 'TG-9664-AK'],
    ['first_registration', '2016-03-14', '14 mars 2016'],
    ['first_registration', '14/03/16', '14/03/16'],
    ['fuel', 'GO', 'Gazole'],
    ['fuel', '??', '??'],
    ['fiscal_power', '7', '7 CV'],
    ['max_mass', '2115', '2 115 kg'],
    ['owner', 'RABE', 'RABE'],
  ] as const)('%s %s is written %s', (name, value, written) => expect(show(name, value)).toBe(written));

  it('a plate is written as the country does that issued the document', () =>
    expect([show('plate', 'GJ782PW', 'FR'), show('plate', 'GJ782PW')]).toEqual(['GJ-782-PW', 'GJ 782 PW']));
});
