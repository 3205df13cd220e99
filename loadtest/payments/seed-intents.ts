import { randomUUID } from 'node:crypto';
import type { Db } from '#db/connect.ts';
import { users } from '#db/schema/identity.ts';
import { assessmentClaims, assessments, paymentIntents, paymentItems } from '#db/schema/payments.ts';
import { owners, vehicles } from '#db/schema/vehicles.ts';
import type { AssessmentLine } from '#shared/contracts/tax.ts';
import { AMOUNT } from '#server/payments/testing/payments-fixture.ts';

const CHUNK = 500;
let plates = 500_000;

async function inChunks<T>(rows: readonly T[], insert: (chunk: T[]) => PromiseLike<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += CHUNK) await insert(rows.slice(start, start + CHUNK));
}

/** People with `each` vehicles a head; answers the vehicles with their owners' users. */
export async function seedVehicles(
  db: Db,
  count: number,
  each: number,
): Promise<{ id: string; plate: string; userId: string }[]> {
  const people = Array.from({ length: Math.ceil(count / each) }, () => ({ userId: randomUUID(), ownerId: randomUUID() }));
  await inChunks(people, (chunk) =>
    db.insert(users).values(chunk.map(({ userId: id }) => ({ id, name: 'Rabe Solo', email: `${id}@example.test` }))),
  );
  await inChunks(people, (chunk) =>
    db.insert(owners).values(chunk.map(({ userId, ownerId: id }) => ({ id, userId, name: 'Rabe Solo' }))),
  );
  const rows = Array.from({ length: count }, (_, index) => {
    const person = people[Math.floor(index / each)] ?? { userId: '', ownerId: '' };
    return { id: randomUUID(), plate: `${(plates += 1)}TAC`, ...person };
  });
  await inChunks(rows, (chunk) =>
    db.insert(vehicles).values(
      chunk.map(({ id, plate, ownerId }) => ({
        ...{ id, plate, ownerId, country: 'MG', holderName: 'RABE SOLO' },
        ...{ fuel: 'ES' as const, fiscalPower: 4, firstRegistration: '2023-05-01' },
      })),
    ),
  );
  return rows;
}

/** Payments of one vehicle each that the provider is asked about: what a posting finds. Answers their ids. */
export async function seedPending(
  db: Db,
  of: readonly { id: string; plate: string; userId: string }[],
  lines: readonly AssessmentLine[],
  at: Date,
): Promise<string[]> {
  const rows = of.map((vehicle) => ({ ...vehicle, intentId: randomUUID(), assessmentId: randomUUID() }));
  await inChunks(rows, (chunk) =>
    db.insert(paymentIntents).values(
      chunk.map(({ intentId: id, userId: payerId }) => ({
        ...{ id, payerId, idempotencyKey: randomUUID(), orderDigest: '-', provider: 'mtn_momo' as const, phone: '+261340000100' },
        ...{ state: 'pending' as const, amount: AMOUNT, currency: 'MGA', expiresAt: new Date(at.getTime() + 600_000) },
      })),
    ),
  );
  await inChunks(rows, (chunk) =>
    db.insert(assessments).values(chunk.map(({ assessmentId: id, id: vehicleId }) => ({ id, vehicleId, fiscalYear: 2026 }))),
  );
  await inChunks(rows, (chunk) =>
    db.insert(assessmentClaims).values(chunk.map(({ assessmentId, intentId }) => ({ assessmentId, intentId }))),
  );
  await inChunks(rows, (chunk) =>
    db.insert(paymentItems).values(
      chunk.map(({ intentId, assessmentId, id: vehicleId, plate }) => ({
        ...{ intentId, assessmentId, vehicleId, plate, country: 'MG', fiscalYear: 2026, gridVersion: 1, amount: AMOUNT },
        lines: [...lines],
      })),
    ),
  );
  return rows.map(({ intentId }) => intentId);
}
