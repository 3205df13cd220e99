import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import { offices, users } from '#db/schema/identity.ts';
import { tillSessions } from '#db/schema/till.ts';

/** Who pays and where, for payments that are written without their orders' life: taxes booked, and told of as a posting tells of them. */
export interface QuickPayments {
  payerId: string;
  /** One in each office. */
  tills: { id: string; officeId: string; agentId: string }[];
}

/** A payer and open tills in so many offices. */
export async function prepareQuickPayments(db: Db, officeCount: number, regions: readonly string[] = []): Promise<QuickPayments> {
  const payerId = randomUUID();
  await db.insert(users).values({ id: payerId, name: 'Rabe Solo', email: `${payerId}@example.test` });
  const tills = Array.from({ length: officeCount }, () => ({ id: randomUUID(), officeId: randomUUID(), agentId: randomUUID() }));
  for (const [index, { id, officeId, agentId }] of tills.entries()) {
    const region = regions[index % Math.max(1, regions.length)] ?? null;
    await db
      .insert(offices)
      .values({ id: officeId, code: officeId.slice(0, 8), name: `Centre ${index + 1}`, city: 'Ville', region });
    await db.insert(users).values({ id: agentId, name: 'Agent', email: `${agentId}@office.example`, role: 'agent', officeId });
    await db.insert(tillSessions).values({
      ...{ id, officeId, agentId, currency: 'MGA', idempotencyKey: randomUUID(), openedAt: new Date() },
      ...{ float: [], floatAmount: 0 },
    });
  }
  return { payerId, tills };
}

/**
 * Books `count` payments of one tax each in one transaction: a third in cash, where there are tills. They are paid at a random moment of the
 * last `spreadMs`; 0: now. The events are those of `server/payments/posting.ts`.
 */
export async function quickPayments(db: Db, { payerId, tills }: QuickPayments, count: number, spreadMs: number): Promise<void> {
  const rows = Array.from({ length: count }, () => {
    const till = tills.length > 0 && Math.random() < 1 / 3 ? tills[Math.floor(Math.random() * tills.length)] : undefined;
    return {
      ...{ vehicle: randomUUID(), assessment: randomUUID(), intent: randomUUID(), item: randomUUID(), key: randomUUID() },
      plate: `Q${randomUUID().replaceAll('-', '').slice(0, 14).toUpperCase()}`,
      provider: till ? 'cash' : ['mvola', 'stripe', 'mtn_momo'][Math.floor(Math.random() * 3)],
      ...{ till: till?.id ?? null, office: till?.officeId ?? null, agent: till?.agentId ?? null },
      amount: 10_000 + Math.floor(Math.random() * 50_000),
      at: new Date(Date.now() - Math.random() * spreadMs).toISOString(),
    };
  });
  await db.execute(sql`
    with r as materialized (select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r (vehicle uuid, assessment uuid,
      intent uuid, item uuid, key uuid, plate text, provider text, till uuid, office uuid, agent uuid, amount bigint, at timestamptz)),
    v as (insert into vehicles (id, country, plate, holder_name) select vehicle, 'MG', plate, 'RABE SOLO' from r),
    a as (insert into assessments (id, vehicle_id, fiscal_year, paid_at) select assessment, vehicle, 2026, at from r),
    i as (insert into payment_intents (id, payer_id, till_id, idempotency_key, order_digest, provider, phone, state, amount, currency, expires_at,
      settled_at, created_at) select intent, ${payerId}::uuid, till, key, '-', provider, '+261340000100', 'receipted', amount, 'MGA', at, at, at from r),
    t as (insert into payment_items (id, intent_id, assessment_id, vehicle_id, plate, country, fiscal_year, grid_version, lines, amount)
      select item, intent, assessment, vehicle, plate, 'MG', 2026, 1, '[]', amount from r),
    c as (insert into cash_takings (intent_id, till_id, agent_id, office_id, idempotency_key, given, taken_at)
      select intent, till, agent, office, key, amount, at from r where till is not null),
    p as (insert into payments (fiscal_year, item_id, intent_id, assessment_id, vehicle_id, payer_id, provider, amount, currency, paid_at)
      select 2026, item, intent, assessment, vehicle, ${payerId}::uuid, provider, amount, 'MGA', at from r)
    insert into outbox (name, payload) select 'payment.succeeded', jsonb_build_object('paymentId', intent) from r`);
}
