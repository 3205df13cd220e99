import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import { insertRows } from '#db/insert-rows.ts';
import { documentFields, documents } from '#db/schema/documents.ts';
import { paymentIntents } from '#db/schema/payments.ts';
import { inBatches, type FoundCitizen } from './found-people.ts';

/** What a citizen's page shows from the beginning. */
export interface Papers {
  documentId: string;
  fieldId: string;
  paymentId: string;
}

/** Marks the payments that wait for nobody. */
const DIGEST = 'load test';
const CURRENCY = 'MGA';

/** Gives each a document that was read and a payment that waits; who has them of an earlier run, keeps them. */
export async function givePapers(db: Db, citizens: readonly FoundCitizen[], validUntil: Date): Promise<Papers[]> {
  const at = new Date().toISOString() as unknown as Date;
  const later = validUntil.toISOString() as unknown as Date;
  const given = new Map<string, Papers>();
  await inBatches(citizens, async (some) => {
    const ids = sql.param(some.map(({ userId }) => userId));
    const had = await db.execute<{ userId: string; documentId: string; fieldId: string; paymentId: string }>(sql`
      select distinct on (d.user_id) d.user_id as "userId", d.id as "documentId", f.id as "fieldId", p.id as "paymentId"
      from documents d join document_fields f on f.document_id = d.id and f.name = 'plate'
      join payment_intents p on p.payer_id = d.user_id and p.order_digest = ${DIGEST}
      where d.user_id = any(${ids}::uuid[]) and d.status = 'read'
        and not exists (select from document_pages g where g.document_id = d.id)`);
    for (const { userId, ...papers } of had) given.set(userId, papers);
    await db.execute(
      sql`update payment_intents set expires_at = ${later} where id = any(${sql.param(had.map(({ paymentId }) => paymentId))}::uuid[])`,
    );
  });
  const without = citizens
    .filter(({ userId }) => !given.has(userId))
    .map(({ userId, plate }) => ({
      ...{ userId, plate, documentId: randomUUID() },
      fieldId: randomUUID(),
      paymentId: randomUUID(),
    }));
  await inBatches(without, async (some) => {
    await insertRows(
      db,
      documents,
      some.map(({ userId, documentId: id }) => ({ id, userId, status: 'read', attempt: 1, attemptsTotal: 1, readAt: at })),
    );
    await insertRows(
      db,
      documentFields,
      some.map(({ fieldId: id, documentId, plate: value }) => ({
        ...{ id, documentId, name: 'plate', value, confidence: 0.9, source: 'label', page: 'recto' as const },
      })),
    );
    await insertRows(
      db,
      paymentIntents,
      some.map(({ paymentId: id, userId: payerId }) => ({
        ...{ id, payerId, idempotencyKey: randomUUID(), orderDigest: DIGEST, provider: 'mvola' as const, phone: '+261340000000' },
        ...{ state: 'pending' as const, amount: 100_000, currency: CURRENCY, expiresAt: later },
      })),
    );
  });
  for (const { userId, documentId, fieldId, paymentId } of without) given.set(userId, { documentId, fieldId, paymentId });
  return citizens.map(({ userId }) => given.get(userId) ?? { documentId: '', fieldId: '', paymentId: '' });
}
