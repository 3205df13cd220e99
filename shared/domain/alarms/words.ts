import { METRICS, type Comparison, type MetricName } from '#shared/contracts/alarm-metrics.ts';
import type { Locale } from '#shared/contracts/identity.ts';
import type { Country } from '../countries/country.ts';
import { formatMoney } from '../money.ts';

/** What is said of a metric: the same words in e-mails, in the bell and on the pages. */
interface MetricWords {
  /** The metric, as a heading. */
  name: string;
  /** What one measure is, in a sentence. */
  what: string;
}
type Words = Readonly<Record<MetricName, MetricWords>>;

const fr: Words = {
  'jobs.waiting': { name: 'Travaux en attente', what: 'Travaux qui attendent dans les files du système, par urgence.' },
  'tickets.waiting': { name: 'Personnes en attente', what: 'Personnes qui attendent leur tour dans un centre.' },
  'tickets.wait': { name: 'Temps d’attente', what: 'Attente de la personne qui attend depuis le plus longtemps dans un centre.' },
  'provider.failing': {
    name: 'Opérateur en difficulté',
    what: 'En 5 minutes, part des paiements que l’opérateur refuse ou laisse sans réponse, ou de nos appels restés sans réponse\u00a0: la plus haute des deux.',
  },
  'till.variance': {
    name: 'Écart de caisse',
    what: 'Plus grand écart, dans un centre, entre une caisse fermée et ce qu’elle devait contenir, tant que personne ne l’a relevé.',
  },
  'statement.differences': {
    name: 'Écarts avec un relevé',
    what: 'Différences entre les relevés d’un opérateur et nos comptes, tant que personne ne les a réglées (page Rapprochement).',
  },
  'reading.failing': {
    name: 'Lectures de cartes grises en échec',
    what: 'En 15 minutes, part des lectures qui n’aboutissent pas.',
  },
  'relay.late': {
    name: 'Mises à jour en retard',
    what: 'Âge du plus ancien changement que les écrans n’ont pas encore reçu.',
  },
  'outbox.parked': {
    name: 'Changements mis de côté',
    what: 'Changements qui n’ont pas pu être transmis et attendent un technicien.',
  },
  'totals.difference': {
    name: 'Totaux différents des paiements',
    what: 'Totaux du tableau de bord qui diffèrent des paiements enregistrés, à la dernière comparaison (toutes les heures).',
  },
  'http.errors': { name: 'Pages en erreur', what: 'Part des réponses du site qui sont des erreurs.' },
  'http.response': { name: 'Temps de réponse', what: 'Temps que met le site à répondre à 95\u00a0% des demandes.' },
  'cache.hit': { name: 'Mémoire cache peu utile', what: 'Part des lectures que la mémoire cache évite à la base de données.' },
  'replica.late': { name: 'Copie de la base en retard', what: 'Retard de la copie de la base de données sur l’original.' },
};

const en: Words = {
  'jobs.waiting': { name: 'Jobs waiting', what: 'Jobs that wait in the system’s queues, by urgency.' },
  'tickets.waiting': { name: 'People waiting', what: 'People who wait for their turn at an office.' },
  'tickets.wait': { name: 'Waiting time', what: 'How long the person has waited who waits longest at an office.' },
  'provider.failing': {
    name: 'Provider in trouble',
    what: 'Within 5 minutes, the part of payments that the provider refuses or leaves without an answer, or of our calls without an answer: the higher of the two.',
  },
  'till.variance': {
    name: 'Till difference',
    what: 'The largest difference, at an office, between a closed till and what it should have held, until somebody takes note of it.',
  },
  'statement.differences': {
    name: 'Differences with a statement',
    what: 'What differs between a provider’s statements and our books, until somebody has settled it (page Reconciliation).',
  },
  'reading.failing': { name: 'Registration cards not read', what: 'Within 15 minutes, the part of readings that fail.' },
  'relay.late': { name: 'Updates late', what: 'Age of the oldest change that screens have not been told of.' },
  'outbox.parked': { name: 'Changes put aside', what: 'Changes that could not be passed on and wait for a technician.' },
  'totals.difference': {
    name: 'Totals differ from payments',
    what: 'The dashboard’s totals that differ from the payments on record, by the newest comparison (every hour).',
  },
  'http.errors': { name: 'Pages with errors', what: 'The part of the site’s answers that are errors.' },
  'http.response': { name: 'Response time', what: 'How long the site takes to answer 95% of requests.' },
  'cache.hit': { name: 'Cache of little use', what: 'The part of readings that the cache spares the database.' },
  'replica.late': { name: 'Database copy late', what: 'How far the copy of the database is behind the original.' },
};

export const METRIC_WORDS: Readonly<Record<Locale, Words>> = { fr, en };

/** Names of queues' classes and of providers. */
const SUBJECTS: Readonly<Record<Locale, Readonly<Record<string, string>>>> = {
  fr: {
    high: 'files urgentes',
    medium: 'files normales',
    low: 'files de fond',
    mtn_momo: 'MTN MoMo',
    mvola: 'MVola',
    stripe: 'Carte bancaire',
  },
  en: {
    high: 'urgent queues',
    medium: 'normal queues',
    low: 'background queues',
    mtn_momo: 'MTN MoMo',
    mvola: 'MVola',
    stripe: 'Bank card',
  },
};

/** What a measure is of: an office, a provider or a class of queues; empty: the platform. */
export const subjectText = (subject: string, office: string | null, locale: Locale): string =>
  office ?? SUBJECTS[locale][subject] ?? subject;

/** A value of a metric with its unit, as a language writes it. */
export function figureText(metric: MetricName, value: number, country: Country, locale: Locale): string {
  const tag = country.formats[locale];
  const number = (digits: number): string => new Intl.NumberFormat(tag, { maximumFractionDigits: digits }).format(value);
  const unit = (name: string, digits = 0): string =>
    new Intl.NumberFormat(tag, { style: 'unit', unit: name, maximumFractionDigits: digits }).format(value);
  switch (METRICS[metric].unit) {
    case 'count':
      return number(0);
    case 'minutes':
      return unit('minute');
    case 'seconds':
      return unit('second', value < 10 ? 1 : 0);
    case 'milliseconds':
      return unit('millisecond');
    case 'percent':
      return new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 1 }).format(value / 100);
    case 'money':
      return formatMoney(Math.round(value), country, locale);
  }
}

/** `au-dessus de 100`: how a threshold is told. */
export const thresholdText = (figure: string, comparison: Comparison, locale: Locale): string =>
  locale === 'fr'
    ? `${comparison === 'above' ? 'plus de' : 'moins de'} ${figure}`
    : `${comparison === 'above' ? 'more than' : 'less than'} ${figure}`;
