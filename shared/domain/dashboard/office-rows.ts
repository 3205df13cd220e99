import type { Hall, OfficeRow, Period } from '#shared/contracts/dashboards.ts';

/** An office beside the others: what a dashboard shows of it. Net amounts, minor unit. */
export type OfficeFigures = Readonly<Record<Period, { amount: number; count: number }>> & {
  readonly id: string;
  readonly name: string;
  readonly hall: Pick<Hall, 'waiting' | 'p90Wait' | 'agents'>;
};

/** As it goes over the wire. Nobody reads parts of a second of a wait. */
export const officeRow = ({ id, name, day, month, year, hall }: OfficeFigures): OfficeRow => [
  id,
  name,
  ...([day.amount, day.count, month.amount, month.count, year.amount, year.count] as const),
  hall.waiting,
  hall.p90Wait === null ? null : Math.round(hall.p90Wait),
  hall.agents,
];

export function officeFigures(row: OfficeRow): OfficeFigures {
  const [id, name, dayAmount, dayCount, monthAmount, monthCount, yearAmount, yearCount, waiting, p90Wait, agents] = row;
  return {
    ...{ id, name, hall: { waiting, p90Wait, agents } },
    day: { amount: dayAmount, count: dayCount },
    month: { amount: monthAmount, count: monthCount },
    year: { amount: yearAmount, count: yearCount },
  };
}
