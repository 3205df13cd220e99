import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FieldSource, KEY_FIELDS, OTHER_FIELDS, type FieldName } from '#shared/contracts/documents.ts';
import { fieldsToReview, reviewReasons, vinCheckDigitFits, type ConfirmedDocument } from './reviews.ts';

const field = (name: FieldName, value: string, about: Partial<ConfirmedDocument['fields'][number]> = {}) => ({
  ...{ name, value, confidence: 0.97, corrected: null, source: 'label' as const },
  ...about,
});
const document = (about: Partial<ConfirmedDocument> = {}): ConfirmedDocument => ({
  ...{ fields: [field('plate', '1234TAB'), field('fiscal_power', '7')], issuer: 'MG', insisted: false, claim: false },
  ...about,
});

describe('which documents are doubtful', () => {
  it('lets pass what was read surely and left alone', () => expect(reviewReasons(document())).toEqual([]));

  it.each([
    ['sure, and changed by the citizen', field('make', 'RENAULT', { corrected: 'DACIA' }), 'read_otherwise'],
    ['doubtful, and left as read', field('owner', 'RABE', { confidence: 0.7 }), 'doubtful_kept'],
    ['doubtful, and said to be right', field('owner', 'RABE', { confidence: 0.7, corrected: 'RABE' }), 'doubtful_kept'],
    [
      'doubtful, changed, and it decides the tax',
      field('fiscal_power', '17', { confidence: 0.7, corrected: '7' }),
      'typed_for_tax',
    ],
    [
      'typed where nothing was read, and it decides the tax',
      field('fuel', 'EL', { source: 'person', corrected: 'EL' }),
      'typed_for_tax',
    ],
    ['a VIN of North America with a wrong check digit', field('vin', '1M8GDM9A0KP042788'), 'vin_check_digit'],
    ['a plate of no form of its country', field('plate', 'AA123AA'), 'plate_form'],
  ] as const)('%s', (_what, one, code) => {
    const others = document().fields.filter(({ name }) => name !== one.name);
    expect(reviewReasons(document({ fields: [...others, one] }))).toEqual([{ code, field: one.name }]);
  });

  it.each([
    ['doubtful, and changed, and it decides nothing', field('make', 'RENAUIT', { confidence: 0.6, corrected: 'RENAULT' })],
    ['a sure value said to be right', field('make', 'RENAULT', { corrected: 'RENAULT' })],
    ['a field that is no key field', field('seats', '5', { confidence: 0.3 })],
    ['a VIN of Europe, which has no check digit', field('vin', 'VF1AAAAA000000000')],
    ['a plate typed by hand that has the form', field('plate', '1234TAB', { source: 'person', corrected: '1234TAB' })],
  ] as const)('lets pass: %s', (_what, one) => expect(reviewReasons(document({ fields: [one] }))).toEqual([]));

  it('a plate of any known country is none to wonder at where the issuer was not read', () => {
    expect(reviewReasons(document({ fields: [field('plate', 'AA123AA')], issuer: null }))).toEqual([]);
    expect(reviewReasons(document({ fields: [field('plate', 'ABC1')], issuer: null }))).toEqual([
      { code: 'plate_form', field: 'plate' },
    ]);
  });

  it('a claim comes first, what was insisted on last', () => {
    expect(reviewReasons(document({ claim: true, insisted: true })).map(({ code }) => code)).toEqual(['claim', 'insisted']);
  });

  it('names each field once, key fields alone, and more doubt never takes a reason away', () => {
    const fields = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...KEY_FIELDS, ...OTHER_FIELDS),
        value: fc.string(),
        confidence: fc.double({ min: 0, max: 1, noNaN: true }),
        corrected: fc.option(fc.string()),
        source: fc.constantFrom(...FieldSource.options),
      }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(fields, fc.boolean(), fc.boolean(), (some, insisted, claim) => {
        const reasons = reviewReasons(document({ fields: some, insisted, claim }));
        const named = reasons.flatMap(({ field: name }) => (name ? [name] : []));
        expect(new Set(named).size).toBe(named.length);
        expect(named.every((name) => KEY_FIELDS.some((key) => key === name))).toBe(true);
        expect(reasons.some(({ code }) => code === 'claim')).toBe(claim);
        expect(reasons.some(({ code }) => code === 'insisted')).toBe(insisted);
        const untouched = some.map((one) => ({ ...one, corrected: null, source: 'label' as const }));
        const before = reviewReasons(document({ fields: untouched }));
        const doubted = untouched.map((one) => ({ ...one, confidence: one.confidence / 2 }));
        const after = new Set(reviewReasons(document({ fields: doubted })).map((reason) => reason.field));
        expect(before.every((reason) => after.has(reason.field))).toBe(true);
      }),
    );
  });
});

describe('the check digit of a VIN', () => {
  // The worked example of 49 CFR 565, and a string of ones whose sum is known.
  it.each(['1M8GDM9AXKP042788', '11111111111111111'])('%s is right', (vin) => expect(vinCheckDigitFits(vin)).toBe(true));
  it.each([...'0123456789'])('1M8GDM9A%sKP042788 is wrong', (digit) =>
    expect(vinCheckDigitFits(`1M8GDM9A${digit}KP042788`)).toBe(false),
  );
});

it('fields with a reason are looked at first, each once', () => {
  const reasons = [
    { code: 'claim', field: null },
    { code: 'read_otherwise', field: 'make' },
  ] as const;
  expect(fieldsToReview(reasons, ['vin', 'make'])).toEqual(['make', 'vin']);
});
