import {
  NATIONAL,
  PERIODS,
  type Collected,
  type DashboardScope,
  type DashboardView,
  type Hall,
  type Period,
  type PeriodFigures,
} from '#shared/contracts/dashboards.ts';
import type { PaymentWay } from '#shared/contracts/payments.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { officeRow, type OfficeFigures } from '#shared/domain/dashboard/office-rows.ts';
import { addDays } from '#shared/domain/dates.ts';
import type { OfficeRow } from '#db/dashboard.repository.ts';
import { DAYS, MINUTES, startsOf, type DashboardFacts } from './facts.ts';

const NOTHING: Collected = { amount: 0, count: 0, reversedAmount: 0, reversedCount: 0 };
const NO_HALL: Hall = { waiting: 0, served: 0, averageWait: null, p90Wait: null, agents: 0, paused: 0 };
const MINUTE_MS = 60_000;

/** What stands for it alone, without what else is in the row. */
function total(rows: readonly Collected[]): Collected {
  return rows.reduce(
    (sum, { amount, count, reversedAmount, reversedCount }) => ({
      amount: sum.amount + amount,
      count: sum.count + count,
      reversedAmount: sum.reversedAmount + reversedAmount,
      reversedCount: sum.reversedCount + reversedCount,
    }),
    NOTHING,
  );
}

const amountOf = (rows: readonly { amount: number }[]): number => rows.reduce((sum, { amount }) => sum + amount, 0);

function grouped<T, K>(rows: readonly T[], keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

/** A scope taken apart. */
export type ScopeParts = { kind: 'national' } | { kind: 'region'; region: string } | { kind: 'office'; officeId: string };

export function partsOf(scope: DashboardScope): ScopeParts {
  if (scope === NATIONAL) return { kind: 'national' };
  const [kind, key] = [scope.slice(0, scope.indexOf('-')), scope.slice(scope.indexOf('-') + 1)];
  return kind === 'region' ? { kind: 'region', region: key } : { kind: 'office', officeId: key };
}

/** All scopes that there are: the nation, regions with an office, offices. */
export function scopesOf(offices: readonly OfficeRow[]): DashboardScope[] {
  const regions = new Set(offices.flatMap(({ region }) => region ?? []));
  return [
    NATIONAL,
    ...[...regions].sort().map((region): DashboardScope => `region-${region}`),
    ...offices.map(({ id }): DashboardScope => `office-${id}`),
  ];
}

const officesIn = (parts: ScopeParts, offices: readonly OfficeRow[]): OfficeRow[] =>
  offices.filter(({ id, region }) =>
    parts.kind === 'national' ? true : parts.kind === 'region' ? region === parts.region : id === parts.officeId,
  );

/** The state of one scope, made of facts that are read once for all of them. Null: there is no such scope. */
export function composeView(scope: DashboardScope, facts: DashboardFacts, country: Country): DashboardView | null {
  const parts = partsOf(scope);
  const offices = officesIn(parts, facts.offices);
  const national = parts.kind === 'national';
  if (!national && offices.length === 0) return null;
  const ids = new Set(offices.map(({ id }) => id));
  const inScope = ({ place }: { place: string | null }): boolean => (place === null ? national : ids.has(place));
  const sums = facts.collections.value.sums.filter(inScope);
  const nameOfRegion = (id: string): string => country.regions.find((region) => region.id === id)?.name ?? id;
  const regionIds = [...new Set(offices.flatMap(({ region }) => region ?? []))].sort();
  const hallOf = (of: 'office' | 'region' | 'all', key: string | null): Hall => {
    const found = facts.hall.value.find((one) => one.of === of && one.key === key);
    if (!found) return NO_HALL;
    const { of: _of, key: _key, ...hall } = found;
    return hall;
  };
  const each = (rows: typeof sums): Record<Period, Collected> => ({
    day: total(rows.filter(({ period }) => period === 'day')),
    month: total(rows.filter(({ period }) => period === 'month')),
    year: total(rows.filter(({ period }) => period === 'year')),
  });
  type Amounts = Readonly<Record<Period, { amount: number }>>;
  const highest = (a: Amounts, b: Amounts): number => b.day.amount - a.day.amount || b.year.amount - a.year.amount;
  const byPlace = grouped(sums, ({ place }) => place);
  const byChannel = grouped(sums, ({ channel }) => channel);
  const officeFigures = offices.map(({ id, name }): OfficeFigures => ({
    id,
    name,
    ...each(byPlace.get(id) ?? []),
    hall: hallOf('office', id),
  }));
  const figures = periodsOf(scope, facts, inScope, each(sums));
  const { collections, pace, lastYear, intents, refunds, hall, documents, people, vehicles, providers } = facts;
  const told = (one: { at: Date } | null): string | null => (one && one.at.getTime() > 0 ? one.at.toISOString() : null);
  const online = <T>(value: T): T | null => (national ? value : null);
  return {
    scope,
    name: parts.kind === 'region' ? nameOfRegion(parts.region) : parts.kind === 'office' ? (offices[0]?.name ?? null) : null,
    currency: country.currency.code,
    timeZone: country.timeZone,
    today: facts.today,
    asOf: facts.now.toISOString(),
    sections: {
      ...{ collections: told(collections), pace: told(pace), lastYear: told(lastYear), refunds: told(refunds), hall: told(hall) },
      ...{ intents: online(told(intents)), documents: online(told(documents)), people: online(told(people)) },
      ...{ vehicles: online(told(vehicles)), providers: online(told(providers)) },
    },
    periods: figures,
    offices: officeFigures.sort((a, b) => highest(a, b) || a.name.localeCompare(b.name)).map(officeRow),
    channels: [...byChannel]
      .map(([channel, rows]): { channel: PaymentWay } & Record<Period, Collected> => ({ channel, ...each(rows) }))
      .sort((a, b) => highest(a, b) || a.channel.localeCompare(b.channel)),
    hours: hoursOf(facts, inScope),
    days: daysOf(facts, inScope),
    minutes: minutesOf(facts, inScope),
    regions: regionIds.map((id) => ({ id, name: nameOfRegion(id) })),
    intents: online(intents.value),
    refunds: refundsOf(facts, inScope),
    hall:
      parts.kind === 'national'
        ? hallOf('all', null)
        : parts.kind === 'region'
          ? hallOf('region', parts.region)
          : hallOf('office', parts.officeId),
    documents: online(documents.value),
    people: online(people?.value ?? null),
    vehicles: online({ added: vehicles.value }),
    providers: online(providers?.value ?? null),
  };
}

type InScope = (row: { place: string | null }) => boolean;

function periodsOf(
  scope: DashboardScope,
  facts: DashboardFacts,
  inScope: InScope,
  collected: Record<Period, Collected>,
): Record<Period, PeriodFigures> {
  const { lastYear, collections } = facts;
  const ago = lastYear.value.places.filter(inScope);
  const known = lastYear.value.any && lastYear.value.readAt !== null;
  const starts = startsOf(facts.today);
  const of = (period: Period): PeriodFigures => ({
    from: starts[period],
    collected: collected[period],
    target: collections.value.targets.find((one) => one.scope === scope && one.period === period)?.target ?? null,
    lastYear: known ? total(ago.map((place) => place[period])) : null,
  });
  const [day, month, year] = PERIODS.map(of) as [PeriodFigures, PeriodFigures, PeriodFigures];
  return { day, month, year };
}

function hoursOf(facts: DashboardFacts, inScope: InScope): DashboardView['hours'] {
  const byHour = grouped(facts.collections.value.hours.filter(inScope), ({ hour }) => hour);
  // An hour that was booked by a clock that goes before ours has begun as well.
  const last = Math.max(Math.floor(facts.minute / 60), ...byHour.keys());
  return Array.from({ length: last + 1 }, (_, hour) => amountOf(byHour.get(hour) ?? []));
}

function daysOf(facts: DashboardFacts, inScope: InScope): DashboardView['days'] {
  const byDay = grouped(facts.collections.value.days.filter(inScope), ({ day }) => day);
  return Array.from({ length: DAYS }, (_, index) => {
    const day = addDays(facts.today, index + 1 - DAYS);
    return { day, amount: amountOf(byDay.get(day) ?? []) };
  });
}

function minutesOf(facts: DashboardFacts, inScope: InScope): DashboardView['minutes'] {
  const byMinute = grouped(facts.pace.value.minutes.filter(inScope), ({ minute }) => minute);
  const from = Math.floor(facts.now.getTime() / MINUTE_MS) * MINUTE_MS - MINUTES * MINUTE_MS;
  return {
    from: new Date(from).toISOString(),
    counts: Array.from({ length: MINUTES }, (_, index) =>
      (byMinute.get(from + index * MINUTE_MS) ?? []).reduce((sum, { count }) => sum + count, 0),
    ),
  };
}

function refundsOf(facts: DashboardFacts, inScope: InScope): DashboardView['refunds'] {
  const rows = facts.refunds.value.filter(inScope);
  const of = (what: (typeof rows)[number]['what']): { count: number; amount: number } =>
    rows
      .filter((row) => row.what === what)
      .reduce((sum, row) => ({ count: sum.count + row.count, amount: sum.amount + row.amount }), { count: 0, amount: 0 });
  return { awaiting: of('awaiting'), underWay: of('underWay'), paid: of('paid') };
}
