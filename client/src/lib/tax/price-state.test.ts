import { describe, expect, it } from 'vitest';
import type { FieldName } from '#shared/contracts/documents.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { assess } from '#shared/domain/tax/assess.ts';
import { UNKNOWN_VEHICLE } from '#shared/domain/tax/vehicle.ts';
import type { HeldGrid } from './grid-source.ts';
import { priceSpan, priceState } from './price-state.ts';

const held: HeldGrid = { grid: { grid: FIRST_GRIDS.MG, today: '2026-02-10', fiscalYear: 2026 }, kept: false };
const field = (name: FieldName, value: string, confidence = 0.97, corrected: string | null = null) => ({
  name,
  value,
  confidence,
  corrected,
});
const whole = [field('fuel', 'ES'), field('fiscal_power', '7', 0.6), field('first_registration', '2014-05-01')];
const of = (fields = whole, issuer: string | null = null) => priceState(fields, issuer, held, false);

describe('the live price', () => {
  it('closes in as fields arrive, and settles at what the vehicle owes', () => {
    const seen = whole.map((_, count) => of(whole.slice(0, count)));
    const widths = seen.map((state) => (state.kind === 'between' ? state.max - state.min : NaN));
    expect(widths[0]).toBeGreaterThan(widths[1] ?? 0);
    expect(widths[1]).toBeGreaterThan(widths[2] ?? 0);
    const vehicle = { ...UNKNOWN_VEHICLE, fuel: 'ES', fiscalPower: 7, firstRegistration: '2014-05-01' } as const;
    const { total, lines } = assess({ vehicle, fiscalYear: 2026, on: '2026-02-10', grid: FIRST_GRIDS.MG });
    expect(of()).toEqual({ kind: 'settled', total, lines, fiscalYear: 2026, doubtful: ['fiscal_power'] });
  });

  it('follows a correction at once', () => {
    const corrected = of([...whole.slice(0, 1), field('fiscal_power', '7', 0.6, '17'), ...whole.slice(2)]);
    expect(corrected).toMatchObject({ kind: 'settled', doubtful: [] });
    expect(corrected.kind === 'settled' && corrected.total).toBeGreaterThan((of() as { total: number }).total);
    expect(of([field('category', 'VP', 0.9, 'Ambulance')])).toMatchObject({ kind: 'none', lines: [{ kind: 'exemption' }] });
  });

  it('says nothing of a vehicle of another country, by its plate or by its document', () => {
    expect(of([...whole, field('plate', 'BE8762RB')])).toEqual({ kind: 'elsewhere', country: 'BJ' });
    expect(of([...whole, field('plate', 'GJ782PW')], 'FR')).toEqual({ kind: 'elsewhere', country: 'FR' });
    expect(of([], 'FR')).toEqual({ kind: 'elsewhere', country: 'FR' });
    expect(of([...whole, field('plate', '1234TAB')], 'FR').kind).toBe('settled');
  });

  it('says why there is no amount', () => {
    expect(priceState(whole, null, null, false)).toEqual({ kind: 'waiting' });
    expect(priceState(whole, null, null, true)).toEqual({ kind: 'away' });
    expect(of([field('fuel', 'OTHER'), ...whole.slice(1)])).toMatchObject({ kind: 'unknown', obstacle: 'energy_unknown' });
  });

  it('is drawn within what was ever possible', () => {
    expect(priceSpan({ kind: 'between', min: 20, max: 60, missing: [] }, 80)).toEqual({ from: 0.25, to: 0.75 });
    expect(priceSpan({ kind: 'settled', total: 40, lines: [], fiscalYear: 2026, doubtful: [] }, 80)).toEqual({
      from: 0.5,
      to: 0.5,
    });
    expect(priceSpan({ kind: 'waiting' }, 0)).toEqual({ from: 0, to: 1 });
  });
});
