import { describe, expect, it } from 'vitest';
import { MAX_ITEMS } from '#shared/contracts/payments.ts';
import type { GridInForce } from '#shared/contracts/tax.ts';
import type { VehicleView } from '#shared/contracts/vehicles.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { assess } from '#shared/domain/tax/assess.ts';
import type { PlateLookup } from '#shared/contracts/tax.ts';
import { basketOf, isPayable, payAddress, platesOfOthers, withoutRefused } from './basket.ts';

const grid: GridInForce = { grid: FIRST_GRIDS.MG, today: '2026-02-10', fiscalYear: 2026 };
const vehicle = (id: string, more: Partial<VehicleView> = {}): VehicleView => ({
  id,
  plate: `1234T${id.toUpperCase()}`,
  country: 'MG',
  vin: null,
  firstRegistration: '2020-05-01',
  make: null,
  model: null,
  fuel: 'ES',
  fiscalPower: 4,
  category: null,
  seats: null,
  maxMass: null,
  ownerName: 'RABE',
  documentId: null,
  addedAt: '2026-01-01T00:00:00.000Z',
  ...more,
});
const ids = (...chosen: string[]) => ({ ids: chosen, plates: [] });
const left = (one: VehicleView) => basketOf([one], ids(one.id), grid).left.map(({ why }) => why);

describe('a basket', () => {
  it('holds what is due for the vehicles chosen, and its total is the sum of the lines', () => {
    const basket = basketOf([vehicle('a'), vehicle('b'), vehicle('c', { fiscalPower: 9 })], ids('a', 'c', 'a'), grid);
    expect(basket.items.map((item) => item.key)).toEqual(['a', 'c']);
    const lines = basket.items.flatMap((item) => item.lines.map(({ amount }) => amount));
    expect(basket.total).toBe(lines.reduce((sum, amount) => sum + amount, 0));
    expect(basket.total).toBeGreaterThan(0);
    expect(basket.left).toEqual([]);
  });

  it('says of each vehicle left out why', () => {
    expect(left(vehicle('a', { paid: true }))).toEqual(['paid']);
    expect(left(vehicle('a', { fuel: null }))).toEqual(['undetermined']);
    expect(left(vehicle('a', { category: 'Ambulance' }))).toEqual(['exempt']);
    expect(left(vehicle('a', { country: 'BJ' }))).toEqual(['elsewhere']);
    expect(basketOf([], ids('gone'), grid).left).toEqual([{ id: 'gone', vehicle: null, why: 'unknown' }]);
  });

  it('holds everything payable, without a word of the rest, when nothing was chosen', () => {
    const basket = basketOf([vehicle('a'), vehicle('b', { paid: true }), vehicle('c')], ids(), grid);
    expect(basket.items.map((item) => item.key)).toEqual(['a', 'c']);
    expect(basket.left).toEqual([]);
  });

  it('holds as many as one payment may, and says which wait for the next', () => {
    const many = Array.from({ length: MAX_ITEMS + 2 }, (_, index) => vehicle(`v${index}`));
    const basket = basketOf(many, ids(), grid);
    expect(basket.items).toHaveLength(MAX_ITEMS);
    expect(basket.left.map(({ why }) => why)).toEqual(['too_many', 'too_many']);
  });
});

it('a vehicle can be paid while its tax is due and not paid', () => {
  const due = { ...{ fiscalYear: 2026, on: '2026-02-10', currency: 'MGA', dueDate: null, missing: [], changesOn: null } };
  const is = (status: 'due' | 'overdue' | 'exempt' | 'not_yet_due', total: number, paid = false) =>
    isPayable({ due: { ...due, status, total }, paid });
  expect([is('due', 5_000), is('overdue', 5_000)]).toEqual([true, true]);
  expect([is('due', 5_000, true), is('not_yet_due', 5_000), is('exempt', 0)]).toEqual([false, false, false]);
  expect(isPayable({})).toBe(false);
});

describe('the vehicles of others', () => {
  const other = vehicle('o', { plate: '9876TZZ' });
  const lookup = (more: Partial<PlateLookup> = {}): PlateLookup => ({
    plate: other.plate,
    country: 'MG',
    make: null,
    assessment: assess({ vehicle: other, fiscalYear: 2026, on: grid.today, grid: grid.grid }),
    paid: false,
    asOf: '2026-02-10T08:00:00.000Z',
    ...more,
  });
  const chosen = { ids: [], plates: ['9876 tzz', '9876TZZ'] };

  it('are paid by their plate, once, and nothing of one’s own with them unasked', () => {
    const basket = basketOf([vehicle('a')], chosen, grid, new Map([['9876TZZ', lookup()]]));
    expect(basket.items.map(({ order }) => order)).toEqual([{ plate: '9876TZZ', fiscalYear: 2026 }]);
    expect(basket.total).toBe(lookup().assessment.total);
  });

  it('are one’s own when they are in one’s list', () => {
    expect(platesOfOthers([other], chosen.plates, 'MG')).toEqual([]);
    expect(basketOf([other], { ids: ['o'], plates: chosen.plates }, grid).items.map(({ order }) => order)).toEqual([
      { vehicleId: 'o', fiscalYear: 2026 },
    ]);
  });

  it('are left out with the reason', () => {
    const why = (found: PlateLookup | 'NOT_FOUND' | 'RATE_LIMITED') =>
      basketOf([], chosen, grid, new Map([['9876TZZ', found]])).left.map((one) => one.why);
    expect(why(lookup({ paid: true }))).toEqual(['paid']);
    expect(why('NOT_FOUND')).toEqual(['unknown_plate']);
    expect(why('RATE_LIMITED')).toEqual(['unread_plate']);
  });
});

it('leaves out what somebody else was quicker to pay, says so, and sums up the rest', () => {
  const whole = basketOf([vehicle('a'), vehicle('b', { paid: true }), vehicle('c')], ids('a', 'b', 'c'), grid);
  const rest = withoutRefused(whole, new Map([['1234TA', 'being_paid'] as const, ['9999TZZ', 'paid'] as const]));
  expect(rest.items.map(({ key }) => key)).toEqual(['c']);
  expect(rest.left.map(({ id, why }) => [id, why])).toEqual([
    ['a', 'being_paid'],
    ['b', 'paid'],
  ]);
  expect(rest.total).toBe(whole.items[1]?.amount);
  expect(withoutRefused(whole, new Map())).toEqual(whole);
});

it('the address names every vehicle', () => {
  expect(payAddress(['a', 'b'])).toBe('/payer?vehicule=a&vehicule=b');
  expect(payAddress(['a'], ['1234TAB'])).toBe('/payer?vehicule=a&plaque=1234TAB');
  expect(payAddress([])).toBe('/payer');
});
