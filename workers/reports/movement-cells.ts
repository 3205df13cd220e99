import type { ReportMovement } from '#db/report-movements.repository.ts';
import type { LineKind } from '#shared/contracts/tax.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { receiptNumber } from '#shared/domain/payments/receipt-text.ts';
import type { Cell, Column } from '#shared/domain/reports/report-table.ts';
import { CHANNELS, REVOKED } from './report-words.ts';

/** Kinds of lines that bring money, in the order of their columns. */
export const PAID_KINDS = ['tax', 'penalty', 'stamp_duty', 'fee'] as const satisfies readonly LineKind[];
export type PaidKind = (typeof PAID_KINDS)[number];

export const MOVEMENT_COLUMNS: readonly Column[] = [
  { title: 'Date et heure', kind: 'time', width: 20 },
  { title: 'Mouvement', kind: 'text', width: 12 },
  { title: 'Quittance', kind: 'text', width: 22 },
  { title: 'Référence', kind: 'text', width: 24 },
  { title: 'État de la quittance', kind: 'text', width: 18 },
  { title: 'Immatriculation', kind: 'text', width: 16 },
  { title: 'Pays', kind: 'text', width: 7 },
  { title: 'Année fiscale', kind: 'text', width: 13 },
  { title: 'Moyen', kind: 'text', width: 20 },
  { title: 'Centre', kind: 'text', width: 28 },
  { title: 'Taxe', kind: 'money', width: 14 },
  { title: 'Pénalité', kind: 'money', width: 14 },
  { title: 'Timbre', kind: 'money', width: 12 },
  { title: 'Frais', kind: 'money', width: 12 },
  { title: 'Montant', kind: 'money', width: 16 },
  { title: 'Monnaie', kind: 'text', width: 9 },
  { title: 'Paiement', kind: 'text', width: 38 },
];

/** What the rows add up to so far. */
export interface MovementSums {
  rows: number;
  amount: number;
  kinds: Record<PaidKind, number>;
}
export const noMovements = (): MovementSums => ({ rows: 0, amount: 0, kinds: { tax: 0, penalty: 0, stamp_duty: 0, fee: 0 } });

/** A movement as a row; adds it to the sums. A reversal takes away what each line had brought. */
export function movementCells(movement: ReportMovement, sums: MovementSums, { currency }: Country): Cell[] {
  const sign = movement.kind === 'paid' ? 1 : -1;
  const amounts = PAID_KINDS.map((kind) => {
    const amount = movement.lines.reduce((sum, line) => (line.kind === kind ? sum + line.amount : sum), 0) * sign;
    sums.kinds[kind] += amount;
    return amount;
  });
  sums.rows += 1;
  sums.amount += movement.amount;
  const { series, year, number } = movement;
  const state = movement.reference === null ? '' : movement.revoked ? REVOKED[movement.revoked] : 'valable';
  return [
    ...[movement.at, movement.kind === 'paid' ? 'payé' : 'annulé'],
    series === null || year === null || number === null ? '' : receiptNumber(series, year, number),
    ...[movement.reference, state, movement.plate, movement.country, String(movement.fiscalYear)],
    ...[
      CHANNELS[movement.channel],
      movement.office ?? 'En ligne',
      ...amounts,
      movement.amount,
      currency.code,
      movement.paymentId,
    ],
  ];
}

/** The line under all rows. */
export const totalCells = ({ rows, amount, kinds }: MovementSums, { currency }: Country): Cell[] => [
  ...[
    '',
    'Total',
    `${rows} lignes`,
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    ...PAID_KINDS.map((kind) => kinds[kind]),
    amount,
    currency.code,
    '',
  ],
];
