import { and, eq, isNull, sql } from 'drizzle-orm';
import type {
  DocumentStatus,
  FailureReason,
  FieldName,
  FieldSource,
  PageQuality,
  PageSide,
  Quad,
  ReadField,
} from '#shared/contracts/documents.ts';
import { compiled } from './compiled.ts';
import type { Executor, Tx } from './connect.ts';
import { gathered, OWNERS_WITHIN_MS } from './gathered.ts';
import { documentFields, documentPages, documents } from './schema/documents.ts';
import { users } from './schema/identity.ts';

export type DocumentRow = Omit<typeof documents.$inferSelect, 'status' | 'failure'> & {
  status: DocumentStatus;
  failure: FailureReason | null;
};
export type PageRow = typeof documentPages.$inferSelect;
export type NewPage = typeof documentPages.$inferInsert;
export type FieldRow = Omit<typeof documentFields.$inferSelect, 'name' | 'source'> & { name: FieldName; source: FieldSource };

/** The check constraints of the schema hold these columns to their codes. */
const asDocument = (row: typeof documents.$inferSelect): DocumentRow => ({
  ...row,
  status: row.status as DocumentStatus,
  failure: row.failure as FailureReason | null,
});
const asField = (row: typeof documentFields.$inferSelect): FieldRow => ({
  ...row,
  name: row.name as FieldName,
  source: row.source as FieldSource,
});

/** Holds a user until the transaction ends: what one person sends is taken one after the other. Always before a document's lock. */
export async function lockUser(tx: Tx, userId: string): Promise<void> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update');
}

/** Holds a document until the transaction ends. */
export async function lockDocument(tx: Tx, id: string): Promise<DocumentRow | null> {
  const [row] = await tx.select().from(documents).where(eq(documents.id, id)).for('update');
  return row ? asDocument(row) : null;
}

const documentsById = compiled((db) =>
  db
    .select()
    .from(documents)
    .where(sql`${documents.id} = any(${sql.placeholder('ids')}::uuid[])`),
);
export async function findDocuments(db: Executor, ids: readonly string[]): Promise<DocumentRow[]> {
  const rows = await documentsById(db, { ids: [...ids] });
  return rows.map(asDocument);
}
export async function findDocument(db: Executor, id: string): Promise<DocumentRow | null> {
  const [document] = await findDocuments(db, [id]);
  return document ?? null;
}

/** Whose it is, whoever asks; null when there is none. */
export const ownerOfDocument = gathered<string, string | null>(async (db, ids) => {
  const rows = await db.execute<{ owner: string | null }>(
    sql`select owner_of_document(id) as owner from unnest(${sql.param([...ids])}::uuid[]) with ordinality as asked(id, at) order by at`,
  );
  return rows.map(({ owner }) => owner);
}, OWNERS_WITHIN_MS);

export async function insertDocument(tx: Tx, values: { id: string; userId: string; at: Date }): Promise<void> {
  const { id, userId, at } = values;
  await tx.insert(documents).values({ id, userId, queuedAt: at, createdAt: at, updatedAt: at });
}

/** What a use-case may change of a document; `queueNumber: 'next'` puts it at the end of the queue. */
export type DocumentChange = Partial<Omit<DocumentRow, 'id' | 'userId' | 'version' | 'createdAt' | 'queueNumber'>> & {
  queueNumber?: 'next';
};

/** Changes a locked document and raises its version. */
export async function updateDocument(tx: Tx, id: string, change: DocumentChange): Promise<void> {
  const { queueNumber, ...columns } = change;
  await tx
    .update(documents)
    .set({
      ...columns,
      ...(queueNumber === 'next' ? { queueNumber: sql`nextval('document_queue_numbers')` } : {}),
      version: sql`${documents.version} + 1`,
    })
    .where(eq(documents.id, id));
}

/** The photograph a user sent under this id before, superseded or not. */
export async function findPageByClientId(db: Executor, userId: string, clientId: string): Promise<PageRow | null> {
  const [row] = await db
    .select()
    .from(documentPages)
    .where(and(eq(documentPages.userId, userId), eq(documentPages.clientId, clientId)));
  return row ?? null;
}

const pagesOfDocuments = compiled((db) =>
  db
    .select()
    .from(documentPages)
    .where(and(sql`${documentPages.documentId} = any(${sql.placeholder('ids')}::uuid[])`, isNull(documentPages.supersededAt)))
    .orderBy(documentPages.side),
);
/** The photographs that count, each document's recto first. */
export const currentPagesOf = (db: Executor, ids: readonly string[]): Promise<PageRow[]> =>
  pagesOfDocuments(db, { ids: [...ids] });
export const currentPages = (db: Executor, documentId: string): Promise<PageRow[]> => currentPagesOf(db, [documentId]);

/** How many photographs a document of this user ever had, replaced ones included. The user is what the index begins with. */
export async function countPages(db: Executor, userId: string, documentId: string): Promise<number> {
  return db.$count(documentPages, and(eq(documentPages.userId, userId), eq(documentPages.documentId, documentId)));
}

/** Marks the photograph of a side as replaced; false when there was none. */
export async function supersedePage(tx: Tx, documentId: string, side: PageSide, at: Date): Promise<boolean> {
  const rows = await tx
    .update(documentPages)
    .set({ supersededAt: at })
    .where(and(eq(documentPages.documentId, documentId), eq(documentPages.side, side), isNull(documentPages.supersededAt)))
    .returning({ id: documentPages.id });
  return rows.length > 0;
}

export async function insertPage(tx: Tx, page: NewPage): Promise<void> {
  await tx.insert(documentPages).values(page);
}

/** What a reading found out about a photograph, and where its original was put. */
export interface PageFindings {
  id: string;
  originalKey?: string;
  width?: number;
  height?: number;
  quality?: PageQuality | null;
  paper?: Quad | null;
}

export async function updatePage(tx: Tx, { id, ...findings }: PageFindings): Promise<void> {
  if (Object.keys(findings).length === 0) return;
  await tx.update(documentPages).set(findings).where(eq(documentPages.id, id));
}

/** Notes where a photograph's WebP files lie; false when they were noted before. */
export async function setImagesKey(tx: Tx, pageId: string, imagesKey: string): Promise<boolean> {
  const rows = await tx
    .update(documentPages)
    .set({ imagesKey })
    .where(and(eq(documentPages.id, pageId), isNull(documentPages.imagesKey)))
    .returning({ id: documentPages.id });
  return rows.length > 0;
}

const fieldsOfDocuments = compiled((db) =>
  db
    .select()
    .from(documentFields)
    .where(sql`${documentFields.documentId} = any(${sql.placeholder('ids')}::uuid[])`),
);
export async function fieldsOfAll(db: Executor, ids: readonly string[]): Promise<FieldRow[]> {
  const rows = await fieldsOfDocuments(db, { ids: [...ids] });
  return rows.map(asField);
}
export const fieldsOf = (db: Executor, documentId: string): Promise<FieldRow[]> => fieldsOfAll(db, [documentId]);

/** Forgets what was read, and typed, about a side whose photograph was replaced. */
export async function deleteFieldsOfSide(tx: Tx, documentId: string, side: PageSide): Promise<void> {
  await tx.delete(documentFields).where(and(eq(documentFields.documentId, documentId), eq(documentFields.page, side)));
}

/** Puts the fields of a new reading in the place of the old; what a person corrected stays corrected, what they added stays. */
export async function replaceFields(tx: Tx, documentId: string, fields: readonly ReadField[]): Promise<void> {
  const before = await fieldsOf(tx, documentId);
  const corrected = before.filter((field) => field.corrected !== null);
  await tx.delete(documentFields).where(eq(documentFields.documentId, documentId));
  const rows = fields.map((field) => {
    const kept = corrected.find(({ name }) => name === field.name);
    return { documentId, ...field, corrected: kept?.corrected ?? null, correctedAt: kept?.correctedAt ?? null };
  });
  const added = corrected.filter(({ name }) => !fields.some((field) => field.name === name)).map(({ id: _id, ...row }) => row);
  const all = [...rows, ...added];
  if (all.length > 0) await tx.insert(documentFields).values(all);
}

/** The person's word about a field; a field that was not read is added with it, on the given page. */
export async function correctField(
  tx: Tx,
  correction: { documentId: string; name: FieldName; value: string; page: PageSide; at: Date },
): Promise<void> {
  const { at, ...field } = correction;
  await tx
    .insert(documentFields)
    .values({ ...field, confidence: 1, source: 'person', box: null, corrected: field.value, correctedAt: at })
    .onConflictDoUpdate({
      target: [documentFields.documentId, documentFields.name],
      set: { corrected: field.value, correctedAt: at },
    });
}
