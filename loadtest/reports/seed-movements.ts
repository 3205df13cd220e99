import { sql } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';

/** Lines of each tax, minor unit. */
const LINES = [
  { kind: 'tax', amount: 12_000 },
  { kind: 'penalty', amount: 3_000 },
  { kind: 'stamp_duty', amount: 4_000 },
  { kind: 'fee', amount: 500 },
] as const;
const AMOUNT = LINES.reduce((sum, { amount }) => sum + amount, 0);

/**
 * So many taxes paid within a day, each with its order, items, ledger lines and receipt, and one of a hundred reversed: written table by
 * table, past the triggers, which a seed of this size would keep busy for an hour. The report itself says whether they agree.
 */
export async function seedMovements(db: Db, { count, from }: { count: number; from: Date }): Promise<void> {
  const at = sql`${from.toISOString()}::timestamptz + n * interval '${sql.raw(String(80_000 / count))} seconds'`;
  const id = (kind: string) => sql.raw(`md5('${kind}' || n)::uuid`);
  const series = sql`generate_series(1, ${count}::int) n`;
  await db.transaction(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    const [payer] = await tx.execute<{ id: string }>(sql`select id from users limit 1`);
    await tx.execute(sql`insert into payment_intents (id, payer_id, idempotency_key, order_digest, provider, phone, state, amount, currency, expires_at, settled_at, created_at)
      select ${id('intent')}, ${payer?.id}::uuid, ${id('key')}, 'x', 'mvola', '+261340000000', 'receipted', ${AMOUNT}::int, 'MGA', ${at}, ${at}, ${at} from ${series}`);
    await tx.execute(sql`insert into payment_items (id, intent_id, assessment_id, vehicle_id, plate, country, fiscal_year, grid_version, lines, amount)
      select ${id('item')}, ${id('intent')}, ${id('assessment')}, ${id('vehicle')}, (1000 + n % 9000) || 'T' || chr(65 + n % 26) || chr(65 + n / 26 % 26), 'MG', 2026, 1,
        ${JSON.stringify(LINES)}::jsonb, ${AMOUNT}::int from ${series}`);
    await tx.execute(sql`insert into payments (fiscal_year, item_id, intent_id, assessment_id, vehicle_id, payer_id, provider, amount, currency, paid_at)
      select 2026, ${id('item')}, ${id('intent')}, ${id('assessment')}, ${id('vehicle')}, ${payer?.id}::uuid, 'mvola', ${AMOUNT}::int, 'MGA', ${at} from ${series}`);
    await tx.execute(sql`insert into receipts (reference, item_id, intent_id, series, year, number, valid_until, issued_at)
      select upper(substr(md5('receipt' || n), 1, 26)), ${id('item')}, ${id('intent')}, 'B', 2026, n, '2026-12-31', ${at} from ${series}`);
    for (const [ordinal, { kind, amount }] of LINES.entries()) {
      await tx.execute(sql`insert into ledger_entries (posting_id, ordinal, intent_id, item_id, account, debit, credit, currency, fiscal_year, posted_at)
        select ${id('posting')}, ${ordinal + 1}::int, ${id('intent')}, ${id('item')}, ${`revenue:${kind}`}, 0, ${amount}::int, 'MGA', 2026, ${at} from ${series}`);
      await tx.execute(sql`insert into ledger_entries (posting_id, ordinal, intent_id, refund_id, item_id, account, debit, credit, currency, fiscal_year, posted_at)
        select ${id('reversal')}, ${ordinal + 1}::int, ${id('intent')}, ${id('refund')}, ${id('item')}, ${`revenue:${kind}`}, ${amount}::int, 0, 'MGA', 2026, ${at} from ${series} where n % 100 = 0`);
    }
    await tx.execute(sql`insert into payment_reversals (item_id, refund_id, fiscal_year, amount, currency, reversed_at)
      select ${id('item')}, ${id('refund')}, 2026, ${AMOUNT}::int, 'MGA', ${at} from ${series} where n % 100 = 0`);
  });
  await db.execute(sql`vacuum analyze`);
}
