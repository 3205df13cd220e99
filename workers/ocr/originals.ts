import type { PageToRead } from '#server/documents/readings.service.ts';
import { movedKey } from '#shared/domain/object-keys.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { PageInput, Reading } from './reading/reading.ts';

/** Fetches the photographs of a document, one after the other; null when one is not there any more. */
export async function download(
  store: ObjectStore,
  pages: readonly PageToRead[],
  onPage: (done: number) => void,
): Promise<PageInput[] | null> {
  const inputs: PageInput[] = [];
  onPage(0);
  for (const { side, originalKey } of pages) {
    const bytes = await store.getBytes(originalKey);
    if (!bytes) return null;
    inputs.push({ side, bytes });
    onPage(inputs.length);
  }
  return inputs;
}

/**
 * Copies the originals to where the outcome puts them; those of a document that needs another photograph stay. Answers with the new
 * keys by page. Copying again after a crash writes the same objects.
 */
export async function moveOriginals(
  store: ObjectStore,
  pages: readonly PageToRead[],
  outcome: Reading['outcome'],
): Promise<Map<string, string>> {
  const moved = new Map<string, string>();
  if (outcome === 'needs_photo') return moved;
  for (const { id, originalKey } of pages) {
    const key = movedKey(originalKey, outcome === 'read' ? 'processed' : 'failed');
    if (key === originalKey) continue;
    await store.copy(originalKey, key);
    moved.set(id, key);
  }
  return moved;
}

/** Deletes what was copied away, after the commit that points to the copies. What stays behind after a failure is upkeep's. */
export async function deleteMoved(
  store: ObjectStore,
  pages: readonly PageToRead[],
  moved: ReadonlyMap<string, string>,
  logger: Logger,
): Promise<void> {
  for (const { id, originalKey } of pages) {
    if (!moved.has(id)) continue;
    await store
      .delete(originalKey)
      .catch((err: unknown) => logger.warn({ err, key: originalKey }, 'a moved photograph could not be deleted'));
  }
}
