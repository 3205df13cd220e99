import type { Period } from '#shared/contracts/dashboards.ts';
import type { ReportTotals } from '#shared/contracts/reports.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { ReportFigures } from '#shared/domain/reports/figures.ts';
import type { Cell, Column, ReportTable } from '#shared/domain/reports/report-table.ts';
import { accountName, CHANNELS, partName } from './report-words.ts';

const text = (title: string, width = 30): Column => ({ title, kind: 'text', width });
const count = (title: string, width = 12): Column => ({ title, kind: 'count', width });
const money = (title: string, width = 18): Column => ({ title, kind: 'money', width });
const percent = (title: string, width = 10): Column => ({ title, kind: 'percent', width });
const wait = (title: string, width = 14): Column => ({ title, kind: 'duration', width });

const MONEY: readonly Column[] = [
  count('Paiements'),
  count('Taxes payées', 15),
  money('Encaissé'),
  count('Annulées'),
  money('Montant annulé'),
  money('Net', 20),
];
const moneyCells = ({ payments, paid, reversed, net }: ReportTotals): Cell[] => [
  ...[payments, paid.count, paid.amount, reversed.count, reversed.amount, net],
];
/** A share of a whole; null where there is nothing to divide by. */
const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** How what was collected compares: with the year before, and with what was to be. */
function comparison({ totals, lastYear, target }: ReportFigures): ReportTable {
  const rows: Cell[][] = [['Net de la période', totals.net, null, null]];
  if (lastYear) {
    const more = totals.net - lastYear.net;
    rows.push(['Même période, un an plus tôt', lastYear.net, more, share(more, Math.abs(lastYear.net))]);
  }
  if (target) {
    const name = target.demo ? 'Objectif (inventé pour la démonstration)' : 'Objectif';
    rows.push([name, target.amount, totals.net - target.amount, share(totals.net - target.amount, target.amount)]);
  }
  return {
    title: 'Comparaison',
    columns: [text('Élément', 42), money('Montant', 20), money('Écart du net', 20), percent('Écart, %')],
    rows,
    total: null,
    source: 'payments, payment_reversals, collection_targets',
    empty: '',
  };
}

/** That what was paid is what the revenue accounts say: two ways to the same sum. */
export interface Check {
  title: string;
  here: number;
  ledger: number;
}
const checksTable = (checks: readonly Check[]): ReportTable => ({
  title: 'Contrôle',
  columns: [text('Contrôle', 42), money('Ce rapport', 20), money('Grand livre', 20), text('Résultat', 12)],
  rows: checks.map(({ title, here, ledger }) => [title, here, ledger, here === ledger ? 'conforme' : 'ÉCART']),
  total: null,
  source: 'payments et payment_reversals, contre ledger_entries',
  empty: '',
});

/** What the ledger says: the revenue by its nature, and what else moved. */
function ledgerTables({ ledger }: ReportFigures): ReportTable[] {
  const [revenue, others] = [true, false].map((of) => ledger.filter(({ account }) => account.startsWith('revenue:') === of));
  const sum = (side: 'debit' | 'credit'): number => (revenue ?? []).reduce((total, one) => total + one[side], 0);
  const columns = [text('Nature', 34), text('Compte', 22), money('Débit'), money('Crédit'), money('Solde (crédit − débit)', 22)];
  const rowsOf = (some: typeof ledger = []): Cell[][] =>
    some.map(({ account, debit, credit }) => [accountName(account), account, debit, credit, credit - debit]);
  const source = 'ledger_entries, par date d’écriture';
  return [
    {
      ...{ title: 'Recettes par nature', columns, rows: rowsOf(revenue), source, empty: '' },
      total: ['Total des recettes', '', sum('debit'), sum('credit'), sum('credit') - sum('debit')],
    },
    { title: 'Autres comptes', columns, rows: rowsOf(others), total: null, source, empty: 'Aucune écriture dans la période.' },
  ];
}

/** The tables of a report, in the order in which they are read; the same in all formats. */
export function tablesOf(
  figures: ReportFigures,
  checks: readonly Check[],
  { period, country }: { period: Period; country: Country },
): ReportTable[] {
  const { totals, channels, places, times, refunds, tills, hall, documents } = figures;
  const sums = moneyCells(totals);
  const none = 'Aucun mouvement dans la période.';
  const source = 'payments, payment_reversals';
  const cut = { day: 'Heure', month: 'Jour', year: 'Mois' }[period];
  const hallCells = (name: string, one: NonNullable<typeof hall.all>): Cell[] => [
    ...[name, one.taken, one.served, one.missed, one.cancelled, one.averageWait, one.p90Wait],
  ];
  const add = (key: 'opened' | 'closed' | 'unnoted'): number => tills.reduce((sum, till) => sum + till[key], 0);
  const variance = (key: 'over' | 'short', of: 'count' | 'amount'): number => tills.reduce((sum, till) => sum + till[key][of], 0);
  return [
    comparison(figures),
    {
      title: 'Par moyen de paiement',
      columns: [text('Moyen'), ...MONEY],
      rows: channels.map(({ channel, ...own }) => [CHANNELS[channel], ...moneyCells(own)]),
      ...{ total: channels.length > 0 ? ['Total', ...sums] : null, source, empty: none },
    },
    {
      title: 'Par centre',
      columns: [text('Centre'), ...MONEY],
      rows: places.map(({ office, ...own }) => [office ?? 'En ligne', ...moneyCells(own)]),
      ...{ total: places.length > 1 ? ['Total', ...sums] : null, source: `${source}, cash_takings`, empty: none },
    },
    {
      title: { day: 'Par heure', month: 'Par jour', year: 'Par mois' }[period],
      columns: [text(cut), ...MONEY],
      rows: times.map(({ at, ...own }) => [partName(at, country), ...moneyCells(own)]),
      ...{ total: times.length > 0 ? ['Total', ...sums] : null, source, empty: none },
    },
    ...ledgerTables(figures),
    {
      title: 'Remboursements',
      columns: [text('Étape', 34), count('Nombre'), money('Montant', 20)],
      rows: [
        ['Proposés', refunds.proposed.count, refunds.proposed.amount],
        ['Approuvés', refunds.approved.count, refunds.approved.amount],
        ['Refusés', refunds.rejected.count, refunds.rejected.amount],
        ['Versés', refunds.paid.count, refunds.paid.amount],
      ],
      ...{ total: null, source: 'refunds, refund_payouts', empty: none },
    },
    {
      title: 'Caisses',
      columns: [
        ...[text('Centre'), count('Ouvertes'), count('Fermées'), count('Excédents'), money('Excédent')],
        ...[count('Manques'), money('Manque'), count('Sans visa')],
      ],
      rows: tills.map((till) => [
        ...[
          till.office,
          till.opened,
          till.closed,
          till.over.count,
          till.over.amount,
          till.short.count,
          till.short.amount,
          till.unnoted,
        ],
      ]),
      total:
        tills.length > 1
          ? [
              ...['Total', add('opened'), add('closed'), variance('over', 'count'), variance('over', 'amount')],
              ...[variance('short', 'count'), variance('short', 'amount'), add('unnoted')],
            ]
          : null,
      source: 'till_sessions',
      empty: 'Aucune caisse ouverte ni fermée dans la période.',
    },
    {
      title: 'Accueil',
      columns: [
        ...[text('Centre'), count('Tickets'), count('Servis'), count('Absents'), count('Annulés')],
        ...[wait('Attente moyenne', 16), wait('9 sur 10 en moins de', 18)],
      ],
      rows: hall.offices.map((one) => hallCells(one.office ?? '', one)),
      total: hall.all && hall.offices.length > 1 ? hallCells('Total', hall.all) : null,
      source: 'tickets, ticket_history ; attente du ticket au premier appel, en minutes et secondes',
      empty: 'Aucun ticket pris dans la période.',
    },
    ...(documents
      ? [
          {
            title: 'Cartes grises',
            columns: [text('Élément', 42), count('Nombre')],
            rows: [
              ['Envoyées', documents.sent],
              ['Lues', documents.read],
              ['À photographier de nouveau ou illisibles', documents.failed],
              ['Vérifiées par un agent', documents.reviewed],
              ['Durée moyenne d’une lecture, ms', documents.averageMs],
            ],
            ...{ total: null, source: 'documents, document_reviews', empty: none },
          },
        ]
      : []),
    checksTable(checks),
  ];
}
