import { sql, type SQL } from 'drizzle-orm';
import type { PaymentWay } from '#shared/contracts/payments.ts';
import type { RevocationReason } from '#shared/contracts/receipts.ts';
import type { AssessmentLine } from '#shared/contracts/tax.ts';
import type { Tx } from './connect.ts';
import type { FiguresOf } from './report-figures.repository.ts';

/** A tax paid, or its payment reversed. Amounts of a reversal are less than 0. */
export interface ReportMovement {
  kind: 'paid' | 'reversed';
  /** `YYYY-MM-DD HH:MM:SS` on the country's clocks. */
  at: string;
  series: string | null;
  year: number | null;
  number: number | null;
  reference: string | null;
  revoked: RevocationReason | null;
  plate: string;
  country: string;
  fiscalYear: number;
  channel: PaymentWay;
  office: string | null;
  amount: number;
  lines: AssessmentLine[];
  paymentId: string;
}

/** Rows that come from the cursor at once. */
const BATCH = 200;

/**
 * Every movement of a period, oldest first, in batches from a cursor of the server: neither side ever holds more than a batch. In the
 * caller's transaction, so of the moment of its figures; one at a time in a transaction.
 */
export async function* streamMovements(
  tx: Tx,
  of: Omit<FiguresOf, 'bucket' | 'firstDay' | 'lastDay'>,
): AsyncGenerator<ReportMovement[]> {
  await tx.execute(sql`declare report_movements no scroll cursor for ${movements(of)}`);
  for (;;) {
    const rows = await tx.execute<Row>(sql.raw(`fetch forward ${BATCH} from report_movements`));
    if (rows.length > 0) yield rows.map(movementOf);
    if (rows.length < BATCH) break;
  }
  await tx.execute(sql`close report_movements`);
}

type Row = {
  kind: 'paid' | 'reversed';
  at: string;
  series: string | null;
  year: number | null;
  number: number | null;
  reference: string | null;
  reason: RevocationReason | null;
  plate: string;
  country: string;
  fiscal_year: number;
  channel: PaymentWay;
  office: string | null;
  amount: string;
  lines: AssessmentLine[] | string;
  intent_id: string;
};

function movementOf({ fiscal_year, intent_id, reason, lines, amount, ...row }: Row): ReportMovement {
  return {
    ...row,
    ...{ fiscalYear: fiscal_year, paymentId: intent_id, revoked: reason, amount: Number(amount) },
    lines: typeof lines === 'string' ? (JSON.parse(lines) as AssessmentLine[]) : lines,
  };
}

function movements({ from, to, timeZone, offices }: Pick<FiguresOf, 'from' | 'to' | 'timeZone' | 'offices'>): SQL {
  const within = (column: SQL): SQL =>
    sql`${column} >= ${from.toISOString()}::timestamptz and ${column} < ${to.toISOString()}::timestamptz`;
  const columns = sql`p.item_id, p.intent_id, p.fiscal_year, p.provider`;
  const whose = offices ? sql`where t.office_id = any(${sql.param([...offices])}::uuid[])` : sql``;
  // Both halves come in order from their indexes: the first rows are there at once, and nothing is sorted.
  return sql`
    select m.kind, to_char(m.at at time zone ${timeZone}, 'YYYY-MM-DD HH24:MI:SS') as at, c.series, c.year, c.number, c.reference,
      v.reason, i.plate, i.country, m.fiscal_year, m.provider as channel, o.name as office, m.amount, i.lines, m.intent_id
    from (
      select 'paid' as kind, p.paid_at as at, ${columns}, p.amount from payments p where ${within(sql`p.paid_at`)}
      union all
      select 'reversed', r.reversed_at, ${columns}, -r.amount from payment_reversals r
        join payments p on p.fiscal_year = r.fiscal_year and p.item_id = r.item_id where ${within(sql`r.reversed_at`)}
    ) m
    join payment_items i on i.id = m.item_id
    left join cash_takings t on t.intent_id = m.intent_id
    left join offices o on o.id = t.office_id
    left join receipts c on c.item_id = m.item_id
    left join receipt_revocations v on v.reference = c.reference
    ${whose}
    order by m.at, m.item_id, m.kind`;
}
