import type { Locale } from '#shared/contracts/identity.ts';
import { countryOf, DEFAULT_COUNTRY, type CountryCode } from '#shared/domain/countries/countries.ts';

/** Dates, numbers and durations as the country writes them. Times are the country's, wherever the reader is. */
export interface Formats {
  date(value: string | Date): string;
  dateTime(value: string | Date): string;
  /** Hours, minutes and seconds: for "as of". */
  clock(value: Date): string;
  /** Hours and minutes. */
  time(value: Date): string;
  number(value: number): string;
  percent(share: number): string;
  /** A share in hundredths of a percent: 1,250 is 12.5 %. */
  basisPoints(share: number): string;
  /** 0.83 Mo, 620 Ko. */
  bytes(count: number): string;
  /** A rough duration in words: 12 s, 3 min, 5 h, 4 j. */
  duration(milliseconds: number): string;
  /** The name of a country, of its ISO 3166-1 code. */
  country(code: string): string;
  /** 1st, 2nd … */
  ordinal(value: number): string;
}

export function createFormats(locale: Locale, country: CountryCode = DEFAULT_COUNTRY): Formats {
  const { formats, timeZone } = countryOf(country);
  const tag = formats[locale];
  const date = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone });
  const plainDate = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' });
  const dateTime = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  const clock = new Intl.DateTimeFormat(tag, { timeStyle: 'medium', timeZone });
  const time = new Intl.DateTimeFormat(tag, { timeStyle: 'short', timeZone });
  const number = new Intl.NumberFormat(tag);
  const oneDigit = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  const exactPercent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 2 });
  const countries = new Intl.DisplayNames(tag, { type: 'region', fallback: 'code' });
  const plural = new Intl.PluralRules(tag, { type: 'ordinal' });
  const units = locale === 'fr' ? ['o', 'Ko', 'Mo'] : ['B', 'KB', 'MB'];
  const endings: Record<Locale, Partial<Record<Intl.LDMLPluralRule, string>>> = {
    fr: { one: 'er', other: 'e' },
    en: { one: 'st', two: 'nd', few: 'rd', other: 'th' },
  };
  return {
    // A day without an hour is the same day everywhere.
    date: (value) =>
      typeof value === 'string' && value.length === 10
        ? plainDate.format(new Date(`${value}T00:00:00Z`))
        : date.format(new Date(value)),
    dateTime: (value) => dateTime.format(new Date(value)),
    clock: (value) => clock.format(value),
    time: (value) => time.format(value),
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
    basisPoints: (share) => exactPercent.format(share / 10_000),
    bytes(count) {
      if (count < 1_000) return `${number.format(count)} ${units[0] ?? ''}`;
      if (count < 1_000_000) return `${number.format(Math.round(count / 1_000))} ${units[1] ?? ''}`;
      return `${oneDigit.format(count / 1_000_000)} ${units[2] ?? ''}`;
    },
    duration(milliseconds) {
      const seconds = Math.max(0, Math.round(milliseconds / 1_000));
      if (seconds < 90) return `${number.format(seconds)} s`;
      const minutes = Math.round(seconds / 60);
      if (minutes < 90) return `${number.format(minutes)} min`;
      const hours = Math.round(minutes / 60);
      return hours < 72 ? `${number.format(hours)} h` : `${number.format(Math.round(hours / 24))} ${locale === 'fr' ? 'j' : 'd'}`;
    },
    country: (code) => countries.of(code) ?? code,
    ordinal: (value) => `${number.format(value)}${endings[locale][plural.select(value)] ?? endings[locale].other ?? ''}`,
  };
}
