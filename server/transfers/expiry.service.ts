import type { Db } from '#db/connect.ts';
import { findTransfer, overdueTransfers, updateTransfer } from '#db/transfers.repository.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { holdTransfer, tellTransfer } from './transfer-events.ts';

const BATCH = 100;

/** Ends transfers whose time is over, a batch, each in a transaction of its own. Answers how many. */
export async function expireTransfers(deps: { db: Db; notifier: OutboxNotifier; clock: () => Date }): Promise<number> {
  const { db, clock } = deps;
  let count = 0;
  for (const id of await overdueTransfers(db, clock(), BATCH)) {
    const known = await findTransfer(db, id);
    if (!known) continue;
    count += await db.transaction(async (tx) => {
      const { transfer } = await holdTransfer(tx, known);
      const at = clock();
      if ((transfer.state !== 'open' && transfer.state !== 'accepted') || transfer.expiresAt > at) return 0;
      await updateTransfer(tx, id, { state: 'expired', closedAt: at });
      await tellTransfer(tx, 'expired', transfer, { actorId: null, at });
      return 1;
    });
  }
  if (count > 0) deps.notifier.wake();
  return count;
}
