import { sql } from 'drizzle-orm';
import { itemsOfEach } from '#db/payments.repository.ts';
import { createPoster } from '#server/payments/poster.ts';
import { prepareSuccess } from '#server/payments/posting.ts';
import type { PaymentsFixture } from '#server/payments/testing/payments-fixture.ts';
import type { AssessmentLine } from '#shared/contracts/tax.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { seedPending, seedVehicles } from './seed-intents.ts';

/** Vehicles of an owner who has a fleet. */
export const FLEET = 600;

export interface PostingMeasured {
  /** Vehicles of an owner. */
  each: number;
  count: number;
  /** So many who each wait for theirs before they come with the next; null: the worker has all of them at once. */
  inParallel: number | null;
}

/**
 * Confirmations booked a second by one process: each is signed, then booked with its settlement, ledger, receipt and outbox row. What the
 * check of a payment reads before is read already.
 */
export async function measurePosting(
  fixture: PaymentsFixture,
  lines: readonly AssessmentLine[],
  { each, count, inParallel }: PostingMeasured,
): Promise<number> {
  const { db } = fixture.database;
  const ids = await seedPending(db, await seedVehicles(db, count, each), lines, fixture.clock());
  const items = await itemsOfEach(db, ids);
  await db.execute(sql`vacuum analyze`);
  const poster = createPoster({ db, logger: silentLogger(), onCommit: () => undefined });
  const left = [...ids];
  const postOneByOne = async (): Promise<void> => {
    for (let id = left.pop(); id; id = left.pop()) {
      const given = { items: items.get(id) ?? [], at: fixture.clock(), timeZone: madagascar.timeZone };
      const success = prepareSuccess(
        fixture.signer,
        { id, currency: madagascar.currency.code },
        { providerReference: `T-${id}`, ...given },
      );
      if (!(await poster.post(success))) throw new Error('it was booked before');
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inParallel ?? count }, postOneByOne));
  return Math.round(count / ((performance.now() - began) / 1_000));
}
