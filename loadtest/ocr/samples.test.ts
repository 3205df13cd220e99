import { beforeAll, describe, expect, it } from 'vitest';
import { findMrz } from '#workers/ocr/reading/parse/mrz.ts';
import { useBundledFonts } from './fonts.ts';
import { machineReadableLines } from './layouts/french.ts';
import { createRandom } from './random.ts';
import { makeSample } from './samples.ts';
import { comparable, compareFields, sumUp } from './score.ts';
import { drawVehicle } from './vehicle.ts';

beforeAll(() => useBundledFonts());

describe('generated samples', () => {
  it('are the same for the same seed and others for another', async () => {
    const [once, again, other] = await Promise.all([makeSample(7, 6), makeSample(7, 6), makeSample(8, 6)]);
    expect(again.truth).toEqual(once.truth);
    expect(again.files[0]?.jpeg.equals(once.files[0]?.jpeg ?? Buffer.alloc(0))).toBe(true);
    expect(other.truth.fields).not.toEqual(once.truth.fields);
  });

  it('have two lines of 44 characters', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const lines = machineReadableLines(drawVehicle(createRandom(seed), 'FR'));
      for (const line of lines) expect(line).toMatch(/^[A-Z0-9<]{44}$/);
      expect(findMrz([{ text: lines[0], confidence: 1, box: { x0: 0, y0: 0, x1: 900, y1: 20 } }]).first).not.toBeNull();
    }
  });
});

describe('scores', () => {
  it('ignores spaces, dashes, accents and case', () => expect(comparable('Gé-014 ed')).toBe('GE014ED'));
  it('counts what is right, wrong and accepted', () => {
    const printed = {
      plate: 'GE-014-ED',
      vin: 'V',
      first_reg: '2001-01-01',
      make: 'MAZDA',
      model: 'MAZDA 3',
      fuel: 'GO',
      fiscal_power: 7,
      owner: 'A B',
    };
    const field = { source: 'label', page: 'recto', box: null } as const;
    const score = compareFields(
      [
        { ...field, name: 'plate', value: 'GE014ED', confidence: 0.95 },
        { ...field, name: 'fiscal_power', value: '9', confidence: 0.91 },
      ],
      printed,
    );
    expect(score).toMatchObject({ right: 1, accepted: 2, acceptedRight: 1 });
    expect(score.wrong).toHaveLength(7);
    expect(sumUp('all', [])).toMatchObject({ documents: 0, fieldsRight: 0 });
  });
});
