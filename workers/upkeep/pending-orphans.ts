import type { Db } from '#db/connect.ts';
import { originalKeys } from '#db/upkeep.repository.ts';
import { PENDING_PREFIX, pageOfUpload } from '#shared/domain/object-keys.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';

export interface PendingOrphansDeps {
  db: Db;
  store: ObjectStore;
  clock: () => Date;
}

/** An upload that is this old and in no document was broken off by a crash. Milliseconds. */
export const ORPHAN_AFTER_MS = 24 * 3600_000;
const BATCH = 500;

/** Deletes pending photographs that no page's row points to. Answers how many. */
export async function deletePendingOrphans({ db, store, clock }: PendingOrphansDeps): Promise<number> {
  const before = clock().getTime() - ORPHAN_AFTER_MS;
  const old = (await store.listEntries(PENDING_PREFIX)).filter(({ modifiedAt }) => modifiedAt.getTime() < before);
  let deleted = 0;
  for (let start = 0; start < old.length; start += BATCH) {
    const batch = old.slice(start, start + BATCH).map(({ key }) => ({ key, pageId: pageOfUpload(key) }));
    const known = await originalKeys(
      db,
      batch.flatMap(({ pageId }) => (pageId ? [pageId] : [])),
    );
    for (const { key, pageId } of batch) {
      if (pageId && known.get(pageId) === key) continue;
      await store.delete(key);
      deleted += 1;
    }
  }
  return deleted;
}
