import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import {
  correctField as storeCorrection,
  countPages,
  currentPages,
  deleteFieldsOfSide,
  fieldsOf,
  findDocument,
  findPageByClientId,
  insertDocument,
  insertPage,
  lockDocument,
  lockUser,
  supersedePage,
  updateDocument,
  type DocumentChange,
  type DocumentRow,
  type PageRow,
} from '#db/documents.repository.ts';
import type { DocumentView, FieldName, PageSide } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { canMove, canonicalField, fieldError, type FieldContext } from '#shared/domain/documents.ts';
import { vehicleOfFields } from '#shared/domain/vehicles.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { reviewsChange } from '../reviews/review-events.ts';
import { reviewConfirmed } from '../reviews/reviews.service.ts';
import type { VehiclesService } from '../vehicles/vehicles.service.ts';
import { appendDocumentEvent, documentView } from './document-events.ts';

export interface DocumentsDeps {
  db: Db;
  notifier: OutboxNotifier;
  vehicles: VehiclesService;
  clock: () => Date;
  /** ISO 3166-1 of the country that runs the platform, and its time zone. */
  country: string;
  timeZone: string;
  /** Told, after the commit, of a vehicle that a confirmation registered or changed; never fails. */
  onRegistered?: (vehicle: { country: string; plate: string }) => Promise<void>;
}

/** A photograph that lies in the object store and is in no document yet. */
export interface ReceivedPage {
  id: string;
  clientId: string;
  side: PageSide;
  contentType: string;
  bytes: number;
  sha256: string;
  /** Pixels of the upright photograph. */
  width: number;
  height: number;
  originalKey: string;
}

/** `created` is false when the photograph had been sent before: what was received now is not used. */
export interface Submission {
  created: boolean;
  view: DocumentView;
}

export interface Confirmation {
  vehicleId: string | null;
  claimId: string | null;
}

/** Photographs a document may have had, replaced ones included. */
export const MAX_PAGES_EVER = 20;

/** What a person does with their documents. Someone else's document is answered like a missing one (DOCUMENT_NOT_FOUND). */
export interface DocumentsService {
  /** The document that a photograph of this user was sent for before, whatever became of it. */
  findSubmission(userId: string, clientId: string): Promise<DocumentView | null>;
  /** A first photograph: a new document, queued. */
  submit(userId: string, documentId: string, page: ReceivedPage): Promise<Submission>;
  /** Asked before a photograph is received. @throws AppError DOCUMENT_STATE_CONFLICT, TOO_MANY_PAGES */
  assertTakesPages(userId: string, documentId: string): Promise<void>;
  /** Another side, or another photograph of the same side: the document is read (again). @throws as assertTakesPages */
  addPage(userId: string, documentId: string, page: ReceivedPage): Promise<Submission>;
  /** Have it read although the gate advised against. @throws AppError DOCUMENT_STATE_CONFLICT */
  insist(userId: string, documentId: string): Promise<DocumentView>;
  /** @throws AppError DOCUMENT_STATE_CONFLICT, PLATE_INVALID, VIN_INVALID, DOCUMENT_FIELD_INVALID */
  correctField(userId: string, documentId: string, name: FieldName, value: string): Promise<DocumentView>;
  /** @throws AppError DOCUMENT_STATE_CONFLICT once it is confirmed */
  discard(userId: string, documentId: string): Promise<void>;
  /**
   * Makes a vehicle of it, or with `claim` a request for one that is registered to somebody else. Asked again, answers the same.
   * @throws AppError DOCUMENT_STATE_CONFLICT, DOCUMENT_FIELDS_MISSING, PLATE_INVALID, DOCUMENT_FIELD_INVALID, PLATE_ALREADY_REGISTERED
   */
  confirm(userId: string, documentId: string, claim: boolean): Promise<Confirmation>;
  /** The photograph of a side, for those who may see it. */
  findPage(userId: string, documentId: string, side: PageSide): Promise<PageRow>;
}

export function createDocumentsService(deps: DocumentsDeps): DocumentsService {
  const { db, notifier, clock } = deps;

  async function lockOwn(tx: Tx, userId: string, documentId: string): Promise<DocumentRow> {
    await lockUser(tx, userId);
    return assertOwn(await lockDocument(tx, documentId), userId);
  }

  async function assertRoomForPage(tx: Db | Tx, document: DocumentRow): Promise<void> {
    if (document.status !== 'reading' && !canMove(document.status, 'queued')) throw conflict(document);
    if ((await countPages(tx, document.userId, document.id)) >= MAX_PAGES_EVER)
      throw new AppError('TOO_MANY_PAGES', { limit: MAX_PAGES_EVER });
  }

  /** What a write begins with: the context that dates and plates are judged in. */
  const fieldContext = (): FieldContext => ({
    country: deps.country,
    today: civilDate(clock(), deps.timeZone),
  });

  /** Runs a use-case's transaction, then wakes the relay. */
  async function change<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = await db.transaction(work);
    notifier.wake();
    return result;
  }

  return {
    async findSubmission(userId, clientId) {
      const page = await findPageByClientId(db, userId, clientId);
      return page ? documentView(db, page.documentId) : null;
    },

    submit: (userId, documentId, page) =>
      change(async (tx) => {
        await lockUser(tx, userId);
        const before = await findPageByClientId(tx, userId, page.clientId);
        if (before) return { created: false, view: await documentView(tx, before.documentId) };
        const at = clock();
        await insertDocument(tx, { id: documentId, userId, at });
        await insertPage(tx, { ...page, documentId, userId, createdAt: at });
        await appendAudit(tx, { actorId: userId, action: 'document.submit', entity: 'document', entityId: documentId });
        const view = await appendDocumentEvent(tx, 'document.submitted', { documentId, userId }, { id: documentId, userId });
        return { created: true, view };
      }),

    async assertTakesPages(userId, documentId) {
      await assertRoomForPage(db, assertOwn(await findDocument(db, documentId), userId));
    },

    addPage: (userId, documentId, page) =>
      change(async (tx) => {
        const document = await lockOwn(tx, userId, documentId);
        const before = await findPageByClientId(tx, userId, page.clientId);
        if (before) return { created: false, view: await documentView(tx, before.documentId) };
        await assertRoomForPage(tx, document);
        const at = clock();
        const replaced = await supersedePage(tx, documentId, page.side, at);
        if (replaced) await deleteFieldsOfSide(tx, documentId, page.side);
        await insertPage(tx, { ...page, documentId, userId, createdAt: at });
        const insisted = document.insisted && !replaced;
        // A document that waits keeps its place and its job; the job of one that is being read sees at its end, under the row's
        // lock, that there is a photograph it has not read. A second job would read it twice at once.
        const hasJob = document.status === 'queued' || document.status === 'reading';
        await updateDocument(tx, documentId, hasJob ? { attempt: 0, insisted, updatedAt: at } : { ...requeued(at), insisted });
        const name = hasJob ? 'document.page_added' : 'document.resubmitted';
        const view = await appendDocumentEvent(tx, name, { documentId, userId }, document);
        return { created: true, view };
      }),

    insist: (userId, documentId) =>
      change(async (tx) => {
        const document = await lockOwn(tx, userId, documentId);
        if (document.insisted && (document.status === 'queued' || document.status === 'reading'))
          return documentView(tx, documentId);
        // Without a reason of the gate's it is an agent who wants another photograph.
        if (document.status !== 'needs_photo' || document.gate.length === 0) throw conflict(document);
        await updateDocument(tx, documentId, { ...requeued(clock()), insisted: true });
        return appendDocumentEvent(tx, 'document.resubmitted', { documentId, userId }, document);
      }),

    correctField: (userId, documentId, name, value) =>
      change(async (tx) => {
        const document = await lockOwn(tx, userId, documentId);
        if (document.status !== 'read') throw conflict(document);
        const canonical = canonicalField(name, value, fieldContext());
        if (!canonical.ok) throw fieldError(name, canonical.fault);
        const at = clock();
        const [page] = await currentPages(tx, documentId);
        await storeCorrection(tx, { documentId, name, value: canonical.value, page: page?.side ?? 'recto', at });
        await updateDocument(tx, documentId, { updatedAt: at });
        return appendDocumentEvent(tx, 'document.corrected', { documentId }, document);
      }),

    discard: (userId, documentId) =>
      change(async (tx) => {
        const document = await lockOwn(tx, userId, documentId);
        if (document.status === 'discarded') return;
        // Confirmed once, it is what its vehicle or claim rests on, whatever an agent asks for.
        const rested = document.vehicleId !== null || document.claimId !== null;
        if (rested || !canMove(document.status, 'discarded')) throw conflict(document);
        await updateDocument(tx, documentId, { status: 'discarded', readingJob: null, updatedAt: clock() });
        await appendAudit(tx, { actorId: userId, action: 'document.discard', entity: 'document', entityId: documentId });
        await appendDocumentEvent(tx, 'document.discarded', { documentId }, document);
      }),

    async confirm(userId, documentId, claim) {
      const registered: { country: string; plate: string }[] = [];
      const confirmation = await change(async (tx): Promise<Confirmation> => {
        const document = await lockOwn(tx, userId, documentId);
        if (document.status === 'confirmed') return { vehicleId: document.vehicleId, claimId: document.claimId };
        if (!canMove(document.status, 'confirmed')) throw conflict(document);
        const reading = vehicleOfFields(await fieldsOf(tx, documentId), { ...fieldContext(), issuer: document.country });
        if (!reading.ok) {
          const [invalid] = reading.invalid;
          throw invalid
            ? fieldError(invalid.name, invalid.fault)
            : new AppError('DOCUMENT_FIELDS_MISSING', { fields: reading.missing });
        }
        const at = clock();
        const result = await deps.vehicles.register(tx, { userId, documentId, vehicle: reading.vehicle, claim, at });
        await updateDocument(tx, documentId, { status: 'confirmed', ...result, updatedAt: at });
        await appendAudit(tx, {
          actorId: userId,
          action: 'document.confirm',
          entity: 'document',
          entityId: documentId,
          details: { ...result },
        });
        const reviewed = await reviewConfirmed(tx, document, { ...result, at });
        const others = reviewed ? [reviewsChange] : [];
        await appendDocumentEvent(tx, 'document.confirmed', { documentId, ...result }, document, { others });
        if (result.vehicleId) registered.push(reading.vehicle);
        return result;
      });
      for (const vehicle of registered) await deps.onRegistered?.(vehicle);
      return confirmation;
    },

    async findPage(userId, documentId, side) {
      assertOwn(await findDocument(db, documentId), userId);
      const page = (await currentPages(db, documentId)).find((one) => one.side === side);
      if (!page) throw new AppError('DOCUMENT_NOT_FOUND');
      return page;
    },
  };
}

/** Back to the end of the readers' queue, with what the last reading said forgotten. */
const requeued = (at: Date): DocumentChange => ({
  status: 'queued',
  queueNumber: 'next',
  attempt: 0,
  gate: [],
  failure: null,
  readingJob: null,
  readingStartedAt: null,
  queuedAt: at,
  updatedAt: at,
});

function assertOwn(document: DocumentRow | null, userId: string): DocumentRow {
  if (document?.userId !== userId) throw new AppError('DOCUMENT_NOT_FOUND');
  return document;
}

const conflict = (document: DocumentRow): AppError => new AppError('DOCUMENT_STATE_CONFLICT', { status: document.status });
