import type { PlateCountry } from '#shared/domain/plates.ts';
import { findMrz } from './mrz.ts';
import { plain } from './text.ts';
import { rowsOf, textOf, type Word } from './words.ts';

/** How states name themselves at the head of their documents, as `plain` leaves it. Never an address: "rue de Madagascar" is not here. */
const HEADINGS: readonly (readonly [PlateCountry, RegExp])[] = [
  ['FR', /republiquefrancaise/],
  ['MG', /repobliki?ani?madagasikara|republiquedemadagascar/],
  ['CI', /republiquede(la)?coted?ivoire/],
  ['BJ', /republiquedubenin/],
  ['SN', /republiquedusenegal/],
  ['TG', /republiquetogolaise|republiquedutogo/],
  ['MA', /royaumedumaroc/],
];

/**
 * The country that issued the document, by its machine-readable line (`CRFRA`) or else by its heading; null when neither was read.
 * Countries share forms of plates, so that a plate alone does not tell.
 */
export function issuerOf(words: readonly Word[]): PlateCountry | null {
  if (findMrz(words).first) return 'FR';
  for (const row of rowsOf(words)) {
    const text = plain(textOf(row.words));
    const found = HEADINGS.find(([, heading]) => heading.test(text));
    if (found) return found[0];
  }
  return null;
}
