import type { readOffices } from '#db/reports.repository.ts';
import type { ReportPlaces, ReportScope } from '#shared/contracts/reports.ts';
import type { Country } from '#shared/domain/countries/country.ts';

type Offices = Awaited<ReturnType<typeof readOffices>>;

/** Places that a report can be of: offices, and the regions that have some. */
export function placesOf(offices: Offices, country: Pick<Country, 'regions'>): ReportPlaces {
  const used = new Set(offices.map(({ region }) => region));
  return {
    regions: country.regions.filter(({ id }) => used.has(id)).map(({ id, name }) => ({ id, name })),
    offices: offices.map(({ id, name, city }) => ({ id, name, city })),
  };
}

/** What a scope is called, '' of the nation; null: there is no such place. */
export function nameOf({ regions, offices }: ReportPlaces, scope: ReportScope): string | null {
  if (scope === 'national') return '';
  if (scope.startsWith('region-')) return regions.find(({ id }) => `region-${id}` === scope)?.name ?? null;
  return offices.find(({ id }) => `office-${id}` === scope)?.name ?? null;
}

/** The offices of a scope; null: everything, what is of no office with it. */
export function officesOf(offices: Offices, scope: ReportScope): string[] | null {
  if (scope === 'national') return null;
  if (!scope.startsWith('region-')) return [scope.slice('office-'.length)];
  return offices.filter(({ region }) => `region-${region}` === scope).map(({ id }) => id);
}
