import { appendOutbox, topicChange, type TopicChange } from '#db/outbox.repository.ts';
import { findDocumentView } from '#db/document-views.repository.ts';
import type { Executor, Tx } from '#db/connect.ts';
import type { DocumentView } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { EventName, EventPayload } from '#shared/contracts/events.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { garageChange } from '../vehicles/garage-events.ts';

/** State of the topic `document:<id>`. @throws AppError DOCUMENT_NOT_FOUND */
export async function documentView(tx: Executor, id: string): Promise<DocumentView> {
  const view = await findDocumentView(tx, id);
  if (!view) throw new AppError('DOCUMENT_NOT_FOUND');
  return view;
}

/**
 * Tells of a change to a locked document, as the last thing of its transaction: its own topic, and its owner's garage unless
 * `garage` is false, and the `others`. Answers with the state that was told.
 */
export async function appendDocumentEvent<E extends EventName>(
  tx: Tx,
  name: E,
  payload: EventPayload<E>,
  document: { id: string; userId: string },
  options: { garage?: boolean; others?: readonly TopicChange[] } = {},
): Promise<DocumentView> {
  const told: { view?: DocumentView } = {};
  const change = topicChange('document', topicOf('document', document.id), async (inner) => {
    told.view = await documentView(inner, document.id);
    return { owner: told.view };
  });
  const { garage = true, others = [] } = options;
  await appendOutbox(tx, name, payload, [change, ...(garage ? [garageChange(document.userId)] : []), ...others]);
  return told.view ?? documentView(tx, document.id);
}
