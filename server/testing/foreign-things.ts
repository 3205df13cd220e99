import { randomUUID } from 'node:crypto';
import type { Db } from '#db/connect.ts';
import { alarms } from '#db/schema/alarms.ts';
import { anomalies } from '#db/schema/anomalies.ts';
import { vehicleTransfers } from '#db/schema/account.ts';
import { documents } from '#db/schema/documents.ts';
import { offices, users } from '#db/schema/identity.ts';
import { notices } from '#db/schema/notices.ts';
import { assessments, paymentIntents, paymentItems } from '#db/schema/payments.ts';
import { reconciliationDifferences, reconciliations } from '#db/schema/reconciliation.ts';
import { refunds } from '#db/schema/refunds.ts';
import { reports } from '#db/schema/reports.ts';
import { documentReviews } from '#db/schema/reviews.ts';
import { officeServices, tickets } from '#db/schema/tickets.ts';
import { tillSessions } from '#db/schema/till.ts';
import { owners, vehicleClaims, vehicles } from '#db/schema/vehicles.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { transferCode, transferCodeHash } from '../transfers/transfer-code.ts';
import type { Foreign } from './access-table.ts';

async function one<T>(rows: PromiseLike<T[]>): Promise<T> {
  const [row] = await rows;
  if (!row) throw new Error('nothing was inserted');
  return row;
}

/** Puts a citizen's things and those of an office into the database: all that somebody else may try to reach. */
export async function insertForeignThings(db: Db, secret: string): Promise<Foreign> {
  const at = new Date();
  const day = at.toISOString().slice(0, 10);
  const later = new Date(at.getTime() + 3600_000);
  const email = (name: string): string => `${name}-${randomUUID()}@example.mg`;
  const office = await one(db.insert(offices).values({ code: 'B', name: 'Office B', city: 'Toamasina' }).returning());
  const person = await one(
    db
      .insert(users)
      .values({ name: 'Hanta', email: email('hanta') })
      .returning(),
  );
  const rights = { role: 'agent', officeId: office.id };
  const agent = await one(
    db
      .insert(users)
      .values({ name: 'Agent of B', email: email('agent'), ...rights })
      .returning(),
  );
  const userId = person.id;

  const owner = await one(db.insert(owners).values({ userId, name: 'HANTA' }).returning());
  const car = { country: 'MG', holderName: 'HANTA', fuel: 'ES', fiscalPower: 5, firstRegistration: '2019-01-01' };
  const vehicle = await one(
    db
      .insert(vehicles)
      .values({ ...car, plate: '7001TBB', ownerId: owner.id })
      .returning(),
  );
  const sold = await one(
    db
      .insert(vehicles)
      .values({ ...car, plate: '7002TBB', ownerId: owner.id })
      .returning(),
  );
  const document = await one(db.insert(documents).values({ userId, status: 'read' }).returning());
  const doubtful = await one(db.insert(documents).values({ userId, status: 'confirmed', vehicleId: vehicle.id }).returning());
  const reasons = [{ code: 'doubtful_kept' as const, field: null }];
  await db.insert(documentReviews).values({ documentId: doubtful.id, reasons, openedAt: at });
  const claim = await one(
    db.insert(vehicleClaims).values({ vehicleId: sold.id, claimantId: userId, documentId: document.id }).returning(),
  );

  const transferId = randomUUID();
  const key = deriveKey(secret, 'transfer-code');
  const codeHash = transferCodeHash(key, transferCode(key, transferId));
  const sale = { id: transferId, vehicleId: sold.id, sellerId: userId, codeHash };
  await db.insert(vehicleTransfers).values({ ...sale, createdAt: at, expiresAt: later });

  const order = { idempotencyKey: randomUUID(), orderDigest: 'x', provider: 'mtn_momo' as const, phone: '+261340000100' };
  const money = { amount: 100, currency: 'MGA' };
  const payment = await one(
    db
      .insert(paymentIntents)
      .values({ ...order, ...money, payerId: userId, state: 'pending', expiresAt: later })
      .returning(),
  );
  const tax = { vehicleId: vehicle.id, fiscalYear: 2026 };
  const assessment = await one(db.insert(assessments).values(tax).returning());
  const item = await one(
    db
      .insert(paymentItems)
      .values({
        ...{ ...tax, intentId: payment.id, assessmentId: assessment.id, plate: vehicle.plate, country: 'MG' },
        ...{ gridVersion: 1, lines: [], amount: 100 },
      })
      .returning(),
  );
  const proposal = { proposedBy: agent.id, proposedAt: at, updatedAt: at, proposalDigest: 'x', idempotencyKey: randomUUID() };
  const refund = await one(
    db
      .insert(refunds)
      .values({ ...proposal, ...money, intentId: payment.id, kind: 'taxes', reason: 'paid_twice' })
      .returning(),
  );

  const service = await one(
    db
      .insert(officeServices)
      .values({ officeId: office.id, prefix: 'A', nameFr: 'Taxe', nameEn: 'Tax', usualMinutes: 5 })
      .returning(),
  );
  const waiting = { day, number: 'A001', source: 'kiosk' as const, priority: 'none' as const, rankAt: at, takenAt: at };
  const ticket = await one(
    db
      .insert(tickets)
      .values({ ...waiting, clientId: randomUUID(), officeId: office.id, serviceId: service.id })
      .returning(),
  );
  const drawer = { idempotencyKey: randomUUID(), currency: 'MGA', openedAt: at, float: [], floatAmount: 0 };
  const till = await one(
    db
      .insert(tillSessions)
      .values({ ...drawer, officeId: office.id, agentId: agent.id })
      .returning(),
  );

  const file = { provider: 'mtn_momo' as const, day, source: 'page' as const, fileName: 'x.csv', sha256: 'x', bytes: 1 };
  const run = await one(
    db
      .insert(reconciliations)
      .values({ ...file, state: 'done', createdAt: at, updatedAt: at, endedAt: at })
      .returning(),
  );
  const found = { reconciliationId: run.id, name: 'fee', provider: 'mtn_momo' as const, kind: 'fee' as const };
  const difference = await one(
    db
      .insert(reconciliationDifferences)
      .values({ ...found, delta: 1, currency: 'MGA', foundAt: at })
      .returning(),
  );
  const notice = await one(
    db.insert(notices).values({ userId, kind: 'password_changed', eventKey: 'x', params: {}, createdAt: at }).returning(),
  );
  const high = { metric: 'tickets.wait' as const, comparison: 'above' as const, level: 'warning' as const, threshold: 30 };
  const alarm = await one(
    db
      .insert(alarms)
      .values({
        ...{ ...high, ruleId: 'tickets-wait', subject: office.id, officeId: office.id, since: at, openedAt: at },
        ...{ value: 40, peak: 40, measuredAt: at },
      })
      .returning(),
  );
  const nation = { period: 'day', scope: 'national', content: 'summary', format: 'pdf' } as const;
  const report = await one(
    db
      .insert(reports)
      .values({ ...nation, firstDay: day, lastDay: day, origin: 'schedule', createdAt: at, movedAt: at })
      .returning(),
  );
  const silent = { from: at.toISOString(), to: later.toISOString(), usual: 4 };
  const anomaly = await one(
    db
      .insert(anomalies)
      .values({ kind: 'silent_hour', key: 'x', officeId: office.id, evidence: silent, foundAt: at })
      .returning(),
  );
  return {
    ...{ alarmId: alarm.id, anomalyId: anomaly.id },
    ...{ userId, documentId: document.id, reviewId: doubtful.id, vehicleId: vehicle.id, plate: vehicle.plate },
    ...{ claimId: claim.id, paymentId: payment.id, itemId: item.id, refundId: refund.id, transferId },
    ...{ officeId: office.id, serviceId: service.id, ticketId: ticket.id, agentId: agent.id, tillId: till.id },
    ...{ reportId: report.id, differenceId: difference.id, runId: run.id, noticeId: notice.id },
  };
}
