import { describe, expect, it } from 'vitest';
import { MAX_ITEMS } from '#shared/contracts/payments.ts';
import type { GridInForce } from '#shared/contracts/tax.ts';
import type { VehicleView } from '#shared/contracts/vehicles.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { basketOf, isPayable, payAddress } from './basket.ts';

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
const left = (one: VehicleView) => basketOf([one], [one.id], grid).left.map(({ why }) => why);

describe('a basket', () => {
  it('holds what is due for the vehicles chosen, and its total is the sum of the lines', () => {
    const basket = basketOf([vehicle('a'), vehicle('b'), vehicle('c', { fiscalPower: 9 })], ['a', 'c', 'a'], grid);
    expect(basket.items.map((item) => item.vehicle.id)).toEqual(['a', 'c']);
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
    expect(basketOf([], ['gone'], grid).left).toEqual([{ id: 'gone', vehicle: null, why: 'unknown' }]);
  });

  it('holds everything payable, without a word of the rest, when nothing was chosen', () => {
    const basket = basketOf([vehicle('a'), vehicle('b', { paid: true }), vehicle('c')], [], grid);
    expect(basket.items.map((item) => item.vehicle.id)).toEqual(['a', 'c']);
    expect(basket.left).toEqual([]);
  });

  it('holds as many as one payment may, and says which wait for the next', () => {
    const many = Array.from({ length: MAX_ITEMS + 2 }, (_, index) => vehicle(`v${index}`));
    const basket = basketOf(many, [], grid);
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

it('the address names every vehicle', () => {
  expect(payAddress(['a', 'b'])).toBe('/payer?vehicule=a&vehicule=b');
});
