import type { PaymentWay } from '#shared/contracts/payments.ts';
import type { Period } from '#shared/contracts/dashboards.ts';
import type { RevocationReason } from '#shared/contracts/receipts.ts';
import type { Country } from '#shared/domain/countries/country.ts';

/** Files of reports are in French, as receipts are: the words of the tax administration. */
export const CHANNELS: Readonly<Record<PaymentWay, string>> = {
  cash: 'Espèces, au guichet',
  mtn_momo: 'MTN Mobile Money',
  mvola: 'MVola',
  stripe: 'Carte bancaire',
};

const ACCOUNTS: Readonly<Record<string, string>> = {
  'revenue:tax': 'Taxe annuelle',
  'revenue:penalty': 'Pénalités de retard',
  'revenue:stamp_duty': 'Droit de timbre',
  'revenue:fee': 'Frais de paiement en ligne',
  'due:refund': 'À rembourser, non décidé',
  refunds_payable: 'Remboursements à payer',
  cash_variance: 'Écarts de caisse',
  treasury: 'Trésor',
};
const OF_PROVIDER: Readonly<Record<string, string>> = {
  provider: 'Avoir chez',
  fees: 'Commissions de',
  suspense: 'En attente d’affectation,',
};

/** What an account of the ledger is called. */
export function accountName(account: string): string {
  const [kind = '', of = ''] = account.split(':');
  const prefix = OF_PROVIDER[kind];
  return prefix ? `${prefix} ${CHANNELS[of as PaymentWay] ?? of}` : (ACCOUNTS[account] ?? account);
}

export const PERIODS: Readonly<Record<Period, string>> = {
  day: 'Rapport journalier',
  month: 'Rapport mensuel',
  year: 'Rapport annuel',
};

export const REVOKED: Readonly<Record<RevocationReason, string>> = {
  refunded: 'remboursée',
  reversed: 'annulée',
  error: 'erreur',
  fraud: 'fraude',
};

/** The built-in fonts of a PDF know the Latin letters of Western Europe, and of spaces the plain and the no-break one. */
export const printable = (text: string): string =>
  text
    .replace(/[\u202f\u2009]/g, '\u00a0')
    .replace(/\u200e/g, '')
    .replace(/\u2212/g, '-');

const noon = (day: string): Date => new Date(`${day}T12:00:00Z`);
const civil = (country: Country, how: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(country.formats.fr, { ...how, timeZone: 'UTC' });

/** The period as a heading says it: `dimanche 22 novembre 2026`, `novembre 2026`, `2026`. */
export function periodName(period: Period, firstDay: string, country: Country): string {
  if (period === 'year') return firstDay.slice(0, 4);
  const how = period === 'month' ? ({ month: 'long', year: 'numeric' } as const) : ({ dateStyle: 'full' } as const);
  return civil(country, how).format(noon(firstDay));
}

/** A part of a period: `08 h`, `lun. 2 novembre`, `novembre`. */
export function partName(at: string, country: Country): string {
  if (at.length > 10) return `${at.slice(11)} h`;
  if (at.length > 7) return civil(country, { weekday: 'short', day: 'numeric', month: 'long' }).format(noon(at));
  return civil(country, { month: 'long' }).format(noon(`${at}-15`));
}

export const moment = (at: Date, { formats, timeZone }: Country): string =>
  new Intl.DateTimeFormat(formats.fr, { dateStyle: 'long', timeStyle: 'medium', timeZone }).format(at);
