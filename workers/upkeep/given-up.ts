import { closedWithRemains, eraseDocuments, erasePayerTraces, lockUserWhole } from '#db/account-closing.repository.ts';
import type { Db } from '#db/connect.ts';
import { dueObjects, forgetObject, giveUpObjects, objectsOfPages } from '#db/objects-to-delete.repository.ts';
import { discardedPages, lockWaitingPage, pendingOriginals, setOriginalKey, deletePages } from '#db/upkeep-pages.repository.ts';
import { movedKey } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';

export interface GivenUpDeps {
  db: Db;
  store: ObjectStore;
  clock: () => Date;
}

const BATCH = 200;
const HOUR = 3600_000;
/** An upload that was sent again finds its document for so long after it was discarded, milliseconds. */
export const DISCARDED_KEPT_MS = HOUR;
/** The store forgets what is pending after seven days; a person who is asked for another photograph may take longer. Milliseconds. */
export const PENDING_KEPT_MS = 24 * HOUR;

/** Deletes what was given up. A row goes when its object is gone: killed in between, it is deleted again, which succeeds. */
export async function deleteGivenUp({ db, store, clock }: GivenUpDeps): Promise<number> {
  const due = await dueObjects(db, clock(), BATCH);
  for (const { key, prefix } of due) {
    for (const one of prefix ? await store.list(key) : [key]) await store.delete(one);
    await forgetObject(db, key);
  }
  return due.length;
}

/** Photographs of documents that were discarded are nobody's any more. */
export async function giveUpDiscarded({ db, clock }: GivenUpDeps): Promise<number> {
  const now = clock();
  return db.transaction(async (tx) => {
    const pages = await discardedPages(tx, new Date(now.getTime() - DISCARDED_KEPT_MS), BATCH);
    await giveUpObjects(tx, objectsOfPages(pages, now));
    await deletePages(
      tx,
      pages.map(({ id }) => id),
    );
    return pages.length;
  });
}

/** Moves originals of documents that wait for a better photograph to where the store keeps them longer. */
export async function keepWaiting({ db, store, clock }: GivenUpDeps): Promise<number> {
  const now = clock();
  const waiting = await pendingOriginals(db, new Date(now.getTime() - PENDING_KEPT_MS), BATCH);
  let moved = 0;
  for (const { id, originalKey } of waiting) {
    const key = movedKey(originalKey, 'failed');
    const found = await store.get(originalKey);
    found?.body.destroy();
    if (found) await store.copy(originalKey, key);
    await db.transaction(async (tx) => {
      // Read again meanwhile, or replaced: then it stays what it is, and the copy goes.
      const still = (await lockWaitingPage(tx, id)) === originalKey;
      if (still) await setOriginalKey(tx, id, key);
      await giveUpObjects(tx, [{ key: still ? originalKey : key, prefix: false, dueAt: now }]);
      moved += still ? 1 : 0;
    });
  }
  return moved;
}

/** What a request that was under way added to an account while it was being closed. */
export async function eraseRemains({ db, clock }: GivenUpDeps): Promise<number> {
  const users = await closedWithRemains(db, BATCH);
  for (const userId of users) {
    await db.transaction(async (tx) => {
      await lockUserWhole(tx, userId);
      await eraseDocuments(tx, userId, clock());
      await erasePayerTraces(tx, userId);
    });
  }
  return users.length;
}
