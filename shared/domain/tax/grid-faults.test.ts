import { describe, expect, it } from 'vitest';
import { PriceGrid } from '#shared/contracts/tax-rules.ts';
import { COUNTRIES } from '../countries/countries.ts';
import { FIRST_GRIDS } from '../countries/grids.ts';
import { gridFaults } from './grid-faults.ts';

describe.each(Object.values(FIRST_GRIDS))('the first grid of $country', (grid) => {
  it('is whole and sound', () => {
    expect(PriceGrid.parse(grid)).toEqual(grid);
    expect(gridFaults(grid)).toEqual([]);
  });

  it('is in its country’s currency', () => {
    const country = Object.values(COUNTRIES).find(({ code }) => code === grid.country);
    expect(country?.currency.code).toBe(grid.currency);
  });
});

describe('a grid is refused', () => {
  const changed = (change: (rules: PriceGrid['rules']) => void): string[] => {
    const grid = structuredClone(FIRST_GRIDS.MG);
    change(grid.rules);
    return gridFaults(grid);
  };

  it.each<[string, (rules: PriceGrid['rules']) => void, string]>([
    ['a hole', (rules) => void rules.tariffs.shift(), 'nothing says what vehicle on petrol pays'],
    [
      'a last band that ends',
      (rules) => void rules.tariffs[0]?.bands.pop(),
      'tariff 1: bands: limits must rise, and the last have no end',
    ],
    ['a price that falls', (rules) => set(rules, 1, 0, 5_000), 'tariff 1: it is said to rise, and falls'],
    ['a cell too few', (rules) => void rules.tariffs[1]?.bands[0]?.cells.pop(), 'tariff 2: each band needs 5 cells'],
    ['ages that do not begin', (rules) => void (rules.ages.from[0] = 1), 'ages: they must begin with 0 and rise'],
    ['a day that no year has', (rules) => void (rules.calendar.due = '02-30'), 'calendar: no year has a 02-30'],
    ['a due date before the beginning', (rules) => void (rules.calendar.opens = '02-01'), 'calendar: it is due before it opens'],
    ['stamp duty without end', (rules) => void (rules.stampDuty = [{ upTo: 5, amount: 1, source: 'law' }]), 'stamp duty: limits must rise, and the last have no end'], // prettier-ignore
  ])('with %s', (_what, change, fault) => expect(changed(change)).toContain(fault));
});

function set(rules: PriceGrid['rules'], band: number, age: number, amount: number): void {
  const cell = rules.tariffs[0]?.bands[band]?.cells[age];
  if (cell) cell.amount = amount;
}
