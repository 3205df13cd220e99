import type { Country } from '#shared/domain/countries/country.ts';

/**
 * A sum as somebody types it, in the minor unit: `20 000`, `20.000` where the currency has no smaller unit, `350,50` where it has. Null: no sum.
 */
export function parseAmount(text: string, { currency: { minorDigits } }: Pick<Country, 'currency'>): number | null {
  const bare = text.replace(/[\s\u00a0\u202f]/g, '');
  const form = minorDigits === 0 ? /^(\d{1,3}(?:[.,]\d{3})*|\d+)$/ : new RegExp(`^(\\d+)(?:[.,](\\d{1,${minorDigits}}))?$`);
  const [, whole, rest = ''] = form.exec(bare) ?? [];
  if (whole === undefined) return null;
  const amount = Number(whole.replace(/[.,]/g, '') + rest.padEnd(minorDigits, '0'));
  return Number.isSafeInteger(amount) ? amount : null;
}
