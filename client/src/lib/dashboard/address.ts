import { DashboardScope, Period, type DashboardView } from '#shared/contracts/dashboards.ts';
import { can, type Actor } from '#shared/domain/policy.ts';
import { PaymentWay } from '#shared/contracts/payments.ts';

/** What a dashboard shows, as it stands in its address: sent to somebody else it shows them the same. */
export interface DashboardChoice {
  scope: DashboardScope;
  /** What offices and ways to pay are compared by. */
  period: Period;
  /** Null: all. */
  channel: PaymentWay | null;
}

/** What of the dashboards somebody may see: `office`, that one alone; null: nothing. */
export function reachOf(actor: Actor): { office: string | null } | null {
  if (can(actor, 'dashboard.read', { officeId: null })) return { office: null };
  return actor.officeId !== null && can(actor, 'dashboard.read', { officeId: actor.officeId })
    ? { office: actor.officeId }
    : null;
}

/**
 * What an address asks for; what it asks for wrongly, or is not for this person to see, is the usual: everything, or the person's own office
 * (`office`) for who sees that alone.
 */
export function readChoice(query: URLSearchParams, office: string | null = null): DashboardChoice {
  const scope = DashboardScope.safeParse(query.get('perimetre') ?? 'national');
  const period = Period.safeParse(query.get('periode') ?? 'day');
  const channel = PaymentWay.safeParse(query.get('voie'));
  return {
    scope: office !== null ? `office-${office}` : scope.success ? scope.data : 'national',
    period: period.success ? period.data : 'day',
    channel: channel.success ? channel.data : null,
  };
}

/** The same the other way; the usual is left out. */
export function choiceQuery({ scope, period, channel }: DashboardChoice): string {
  const query = new URLSearchParams();
  if (scope !== 'national') query.set('perimetre', scope);
  if (period !== 'day') query.set('periode', period);
  if (channel) query.set('voie', channel);
  const text = query.toString();
  return text && `?${text}`;
}

/** Of which movements a figure is made, beside its scope. */
export interface Under {
  from: string;
  to: string;
  hour?: number;
  channel?: PaymentWay | null;
  /** An office of the scope. */
  office?: string;
  kind?: 'paid' | 'reversed';
}

/** A scope in the words of a list of movements. */
function setScope(query: URLSearchParams, scope: DashboardScope): void {
  if (scope.startsWith('office-')) query.set('place', scope.slice('office-'.length));
  else if (scope.startsWith('region-')) query.set('region', scope.slice('region-'.length));
}

/** The list under a figure. */
export function movementsHref(scope: DashboardScope, under: Under): string {
  const query = new URLSearchParams({ from: under.from, to: under.to });
  if (under.hour !== undefined) query.set('hour', String(under.hour));
  if (under.office) query.set('place', under.office);
  else setScope(query, scope);
  if (under.channel) query.set('channel', under.channel);
  if (under.kind) query.set('kind', under.kind);
  return `/bureau/tableau/mouvements?${query.toString()}`;
}

/** The days of a period so far. */
export const daysOf = (view: Pick<DashboardView, 'periods' | 'today'>, period: Period): { from: string; to: string } => ({
  from: view.periods[period].from,
  to: view.today,
});

/** The hours of one day of a scope. */
export function hoursQuery(scope: DashboardScope, day: string): string {
  const query = new URLSearchParams({ day });
  setScope(query, scope);
  return query.toString();
}

/** What a list of movements is asked for; who sees one office alone asks for nothing else. */
export function queryWithin(asked: URLSearchParams, office: string | null): URLSearchParams {
  const query = new URLSearchParams(asked);
  if (office !== null) {
    query.set('place', office);
    query.delete('region');
  }
  return query;
}

/** The dashboard that a list of movements belongs to: of the same place and way to pay. */
export function deskHref(query: URLSearchParams): string {
  const [place, region, channel] = [query.get('place'), query.get('region'), query.get('channel')];
  const scope = region ? `region-${region}` : place && place !== 'online' ? `office-${place}` : '';
  const wanted = new URLSearchParams({ ...(scope && { perimetre: scope }), ...(channel && { voie: channel }) });
  // Read first, so that nothing is handed on that makes no sense.
  return `/bureau/tableau${choiceQuery(readChoice(wanted))}`;
}

const REGION = 'region-';
/** Where the movements are of, as one choice: an office, `online`, `region-<id>`; empty: everywhere. */
export const placeOf = (query: URLSearchParams): string =>
  query.get('place') ?? (query.has('region') ? `${REGION}${query.get('region')}` : '');

/** A filter changed: days stay in order, an hour is of one day, an office is of its own region. */
export function changedQuery(query: URLSearchParams, name: string, to: string): string {
  const next = new URLSearchParams(query);
  if (name === 'place') next.delete('region');
  if (name === 'place' && to.startsWith(REGION)) [name, to] = ['region', to.slice(REGION.length)];
  if (name === 'region') next.delete('place');
  if (to === '') next.delete(name);
  else next.set(name, to);
  if ((next.get('from') ?? '') > (next.get('to') ?? '')) next.set(name === 'from' ? 'to' : 'from', to);
  if (next.get('from') !== next.get('to')) next.delete('hour');
  return next.toString();
}

export const dateOf = (at: string | null | undefined): Date | null => (at ? new Date(at) : null);
