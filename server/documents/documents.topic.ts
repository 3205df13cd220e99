import type { Executor } from '#db/connect.ts';
import { ownerOfDocument } from '#db/documents.repository.ts';
import { findDocumentViews, readReadingQueue } from '#db/document-views.repository.ts';
import { asSystem } from '#db/scope.ts';
import type { Audience } from '#shared/contracts/bus.ts';
import { Id } from '#shared/contracts/ids.ts';
import type { TopicRegistry, Viewer } from '../live/topic.ts';
import { documentView } from './document-events.ts';
import type { ProgressStore } from './progress.service.ts';

/** A document is its owner's. */
async function authoriseDocument(db: Executor, viewer: Viewer, key: string): Promise<Audience | null> {
  if (!Id.safeParse(key).success) return null;
  return (await ownerOfDocument(db, key)) === viewer.userId ? 'owner' : null;
}

/** `document:<id>`, `document-progress:<id>` for the owner; `reading-queue` for everybody signed in (numbers only, no names). */
export function createDocumentTopics({
  progress,
}: {
  progress: Pick<ProgressStore, 'read'>;
}): Pick<TopicRegistry, 'document' | 'document-progress' | 'reading-queue'> {
  return {
    document: {
      name: 'document',
      source: 'database',
      authorise: authoriseDocument,
      snapshot: documentView,
      snapshots: findDocumentViews,
    },
    'document-progress': {
      name: 'document-progress',
      source: 'redis',
      authorise: authoriseDocument,
      snapshot: (key) => progress.read(key),
    },
    'reading-queue': {
      name: 'reading-queue',
      source: 'database',
      authorise: async () => 'public',
      // Numbers alone, of everybody's documents.
      snapshot: (tx) => asSystem(tx, () => readReadingQueue(tx)),
    },
  };
}
