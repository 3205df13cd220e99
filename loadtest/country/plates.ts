import type { CountryCode } from '#shared/domain/countries/countries.ts';
import { weighted, type Random } from './random.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const letter = (index: number): string => LETTERS[index % 26] ?? 'A';

/** `A` … `Z`, `AA` … `ZZ`. */
const series = (index: number): string => (index < 26 ? letter(index) : letter(Math.floor(index / 26) - 1) + letter(index));

const MOROCCAN_SERIES = 'ABDHWTYKLMNJ';

/** Where a vehicle is registered: province, prefecture. The capital has more than half. */
const PLACES: Readonly<Record<CountryCode, (random: Random) => string>> = {
  MG: weighted([
    [56, 'T'],
    [13, 'A'],
    [10, 'M'],
    [9, 'F'],
    [7, 'U'],
    [5, 'D'],
  ]),
  MA: weighted(Array.from({ length: 88 }, (_, index) => [1 / (index + 2), String(index + 1)] as const)),
  BJ: () => '',
};

/** The nth plate of a place, from the oldest on, in normal form. */
const FORMS: Readonly<Record<CountryCode, (place: string, number: number) => string>> = {
  MG: (place, number) => `${String(1 + (number % 9_999)).padStart(4, '0')}${place}${series(Math.floor(number / 9_999))}`,
  MA: (place, number) => `${1 + (number % 99_999)}${MOROCCAN_SERIES[Math.floor(number / 99_999) % 12] ?? 'A'}${place}`,
  BJ: (_place, number) => `${series(Math.floor(number / 9_999))}${String(1 + (number % 9_999)).padStart(4, '0')}RB`,
};

/** Gives out plates in the order of registration, each once; none of those that are taken. */
export function createPlates(country: CountryCode, taken: ReadonlySet<string>): (random: Random) => string {
  const next = new Map<string, number>();
  return (random) => {
    const place = PLACES[country](random);
    for (;;) {
      const number = next.get(place) ?? 0;
      next.set(place, number + 1);
      const plate = FORMS[country](place, number);
      if (!taken.has(plate)) return plate;
    }
  };
}
