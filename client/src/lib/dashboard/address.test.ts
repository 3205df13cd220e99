import { expect, it } from 'vitest';
import { changedQuery, choiceQuery, deskHref, movementsHref, placeOf, queryWithin, reachOf, readChoice } from './address.ts';

const OFFICE = '7c9d1c2e-0000-4000-8000-000000000001';

it.each(['', '?perimetre=region-analamanga&periode=month', `?perimetre=office-${OFFICE}&periode=year&voie=cash`])(
  'goes into the address and back: %j',
  (query) => expect(choiceQuery(readChoice(new URLSearchParams(query)))).toBe(query),
);

it('takes the usual for what makes no sense', () => {
  const wrong = new URLSearchParams('perimetre=office-7&periode=decade&voie=gold');
  expect(readChoice(wrong)).toEqual({ scope: 'national', period: 'day', channel: null });
});

it('is of the own office for who sees that alone, whatever the address says', () => {
  expect(readChoice(new URLSearchParams('perimetre=national&periode=month'), OFFICE)).toEqual({
    scope: `office-${OFFICE}`,
    period: 'month',
    channel: null,
  });
  expect(reachOf({ userId: 'u', role: 'supervisor', officeId: OFFICE })).toEqual({ office: OFFICE });
  expect(reachOf({ userId: 'u', role: 'auditor', officeId: OFFICE })).toEqual({ office: null });
  expect(reachOf({ userId: 'u', role: 'agent', officeId: OFFICE })).toBeNull();
});

it('leads from a figure to the movements of the same scope, day, hour and way to pay', () => {
  const day = { from: '2026-11-23', to: '2026-11-23' };
  expect(movementsHref('national', { ...day, hour: 0, channel: 'cash' })).toBe(
    '/bureau/tableau/mouvements?from=2026-11-23&to=2026-11-23&hour=0&channel=cash',
  );
  expect(movementsHref('region-sava', day)).toMatch(/&region=sava$/);
  expect(movementsHref(`office-${OFFICE}`, day)).toMatch(new RegExp(`&place=${OFFICE}$`));
  expect(movementsHref('region-sava', { ...day, office: OFFICE })).not.toMatch(/region/);
});

it('keeps days in order, an hour within one day, and an office in its region', () => {
  const changed = (query: string, name: string, to: string): string => changedQuery(new URLSearchParams(query), name, to);
  expect(changed('from=2026-01-01&to=2026-01-05', 'from', '2026-02-01')).toBe('from=2026-02-01&to=2026-02-01');
  expect(changed('from=2026-01-01&to=2026-01-05', 'to', '2025-12-31')).toBe('from=2025-12-31&to=2025-12-31');
  expect(changed('from=2026-01-01&to=2026-01-01&hour=9', 'to', '2026-01-02')).toBe('from=2026-01-01&to=2026-01-02');
  expect(changed('region=sava&channel=cash', 'place', 'x')).toBe('channel=cash&place=x');
  expect(changed('channel=cash', 'channel', '')).toBe('');
});

it('chooses an office, a region or online as one place', () => {
  const changed = (query: string, to: string): string => changedQuery(new URLSearchParams(query), 'place', to);
  expect(changed('place=x&channel=cash', 'region-sava')).toBe('channel=cash&region=sava');
  expect(changed('region=sava', 'online')).toBe('place=online');
  expect(changed('region=sava', '')).toBe('');
  expect(['region=sava', 'place=online', 'channel=cash'].map((query) => placeOf(new URLSearchParams(query)))).toEqual([
    'region-sava',
    'online',
    '',
  ]);
});

it('leads back to the dashboard of the same place and way to pay', () => {
  const back = (query: string): string => deskHref(new URLSearchParams(query));
  expect(back('from=2026-11-23&to=2026-11-23')).toBe('/bureau/tableau');
  expect(back('region=sava&channel=cash')).toBe('/bureau/tableau?perimetre=region-sava&voie=cash');
  expect(back(`place=${OFFICE}`)).toBe(`/bureau/tableau?perimetre=office-${OFFICE}`);
  expect(back('place=online&channel=gold')).toBe('/bureau/tableau');
  expect(back('place=7')).toBe('/bureau/tableau');
});

it('asks for nothing but the office of who sees one alone', () => {
  expect(queryWithin(new URLSearchParams('place=other&region=sava&kind=paid'), OFFICE).toString()).toBe(
    `place=${OFFICE}&kind=paid`,
  );
  expect(queryWithin(new URLSearchParams('region=sava'), null).toString()).toBe('region=sava');
});
