import type { Db } from '#db/connect.ts';
import { findGrid, versionInForce } from '#db/price-grids.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { GridInForce } from '#shared/contracts/tax.ts';
import type { PriceGrid } from '#shared/contracts/tax-rules.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { fiscalYearOf } from '#shared/domain/tax/calendar.ts';

export interface GridSourceDeps {
  db: Db;
  country: Country;
  clock: () => Date;
  /** For how long the number of the version in force is believed, milliseconds. */
  believedMs?: number;
}

/** The grid in force, for many who ask at once. */
export interface GridSource {
  /** @throws AppError UNAVAILABLE when the country has no grid in force */
  current(): Promise<GridInForce>;
}

/**
 * An approved version never changes: its content is read once. Which one is in force is asked of the database again after a second, and on
 * another day, so that an approval shows everywhere within a second and midnight at once.
 */
export function createGridSource({ db, country, clock, believedMs = 1_000 }: GridSourceDeps): GridSource {
  let held: PriceGrid | null = null;
  let head: { today: string; at: number; version: Promise<number | null> } | null = null;

  /** One question to the database at a time, however many ask. */
  function versionOn(today: string, now: number): Promise<number | null> {
    if (head?.today === today && now - head.at < believedMs) return head.version;
    const asked = { today, at: now, version: versionInForce(db, country.code, today) };
    asked.version.catch(() => {
      if (head === asked) head = null;
    });
    head = asked;
    return asked.version;
  }

  return {
    async current() {
      const now = clock();
      const today = civilDate(now, country.timeZone);
      const version = await versionOn(today, now.getTime());
      if (version !== null && held?.version !== version) held = await findGrid(db, country.code, version);
      if (version === null || !held) throw new AppError('UNAVAILABLE', { what: 'price_grid', country: country.code });
      return { grid: held, today, fiscalYear: fiscalYearOf(today) };
    },
  };
}
