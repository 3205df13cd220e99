import type { CommandHandlers } from '../sockets/commands.ts';
import type { DocumentsService } from './documents.service.ts';

type DocumentCommands = CommandHandlers<'document:correct-field' | 'document:insist' | 'document:confirm' | 'document:discard'>;

/** Socket commands about documents. The use-cases refuse who does not own the document. */
export function createDocumentHandlers({ documents }: { documents: DocumentsService }): DocumentCommands {
  return {
    'document:correct-field': ({ viewer }, { documentId, name, value }) =>
      documents.correctField(viewer.userId, documentId, name, value),
    'document:insist': ({ viewer }, { documentId }) => documents.insist(viewer.userId, documentId),
    'document:confirm': ({ viewer }, { documentId, claim }) => documents.confirm(viewer.userId, documentId, claim),
    'document:discard': async ({ viewer }, { documentId }) => {
      await documents.discard(viewer.userId, documentId);
      return null;
    },
  };
}
