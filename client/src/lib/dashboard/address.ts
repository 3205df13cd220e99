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

/** The list under a figure. */
export function movementsHref(scope: DashboardScope, under: Under): string {
  const query = new URLSearchParams({ from: under.from, to: under.to });
  if (under.hour !== undefined) query.set('hour', String(under.hour));
  if (under.office) query.set('place', under.office);
  else if (scope.startsWith('office-')) query.set('place', scope.slice('office-'.length));
  else if (scope.startsWith('region-')) query.set('region', scope.slice('region-'.length));
  if (under.channel) query.set('channel', under.channel);
  if (under.kind) query.set('kind', under.kind);
  return `/bureau/tableau/mouvements?${query.toString()}`;
}

/** The days of a period so far. */
export const daysOf = (view: Pick<DashboardView, 'periods' | 'today'>, period: Period): { from: string; to: string } => ({
  from: view.periods[period].from,
  to: view.today,
});
