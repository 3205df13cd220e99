import type { AlarmView } from '#shared/contracts/alarms.ts';
import type { MetricName } from '#shared/contracts/alarm-metrics.ts';
import { figureText, METRIC_WORDS, subjectText } from '#shared/domain/alarms/words.ts';
import { countryOf } from '#shared/domain/countries/countries.ts';
import type { I18n } from '$lib/i18n/i18n.svelte.ts';

type Words = Pick<I18n, 'locale' | 'country'>;

/** What is measured, and of what: `Temps d’attente (Centre d’Analakely)`. */
export function alarmTitle(i18n: Words, { metric, subject, office }: Pick<AlarmView, 'metric' | 'subject' | 'office'>): string {
  const of = subjectText(subject, office?.name ?? null, i18n.locale);
  const { name } = METRIC_WORDS[i18n.locale][metric];
  return of ? `${name} (${of})` : name;
}

export const metricName = (i18n: Words, metric: MetricName): string => METRIC_WORDS[i18n.locale][metric].name;

/** A value with its unit. */
export const alarmFigure = (i18n: Words, metric: MetricName, value: number): string =>
  figureText(metric, value, countryOf(i18n.country), i18n.locale);
