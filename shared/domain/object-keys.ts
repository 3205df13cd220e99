import type { Period } from '#shared/contracts/dashboards.ts';
import type { ImageSize, PageSide } from '#shared/contracts/documents.ts';

/** Where things lie in the object store (MISSION.md: object store layout). */
export const PENDING_PREFIX = 'ocr-uploads/pending/';
export type UploadFolder = 'pending' | 'processed' | 'failed';

/** A photograph as it was uploaded, before it is read. */
export const pendingKey = (documentId: string, pageId: string, extension: string): string =>
  `${PENDING_PREFIX}${documentId}/${pageId}.${extension}`;

/** The same photograph in another folder of `ocr-uploads/`. */
export const movedKey = (key: string, folder: UploadFolder): string =>
  key.replace(/^ocr-uploads\/[^/]+\//, `ocr-uploads/${folder}/`);

/** The page that an uploaded photograph belongs to; null for a key of another form. */
export const pageOfUpload = (key: string): string | null =>
  /^ocr-uploads\/[^/]+\/[^/]+\/([0-9a-f-]{36})\.\w+$/.exec(key)?.[1] ?? null;

/** Sizes that are kept of every photograph: the four, and the whole. */
export type StoredSize = ImageSize | 'full';

/** What the sizes of a photograph begin with. */
export const imagesPrefix = (side: PageSide, pageId: string): string => `vehicle-documents/${side}/${pageId}`;
export const imageKey = (prefix: string, size: StoredSize): string => `${prefix}/${size}.webp`;

/** A receipt's PDF. `issuedAt`: ISO 8601, UTC. */
export const receiptKey = (issuedAt: string, reference: string): string => `receipts/${issuedAt.slice(0, 4)}/${reference}.pdf`;

/** Where photographs of a document may lie as they were uploaded. */
export const uploadPrefixes = (documentId: string): string[] =>
  (['pending', 'processed', 'failed'] satisfies UploadFolder[]).map((folder) => `ocr-uploads/${folder}/${documentId}/`);

/** A provider's statement as it came; the same file is the same object. */
export const statementKey = (provider: string, sha256: string): string => `statements/${provider}/${sha256}.csv`;

/** A person's copy of what is held about them. */
export const exportKey = (exportId: string): string => `exports/${exportId}.zip`;

const REPORT_FOLDERS: Readonly<Record<Period, string>> = { day: 'daily', month: 'monthly', year: 'annual' };

/** A report's file. `from`: its period's first day. */
export const reportKey = (period: Period, from: string, name: string, extension: string): string =>
  `reports/${REPORT_FOLDERS[period]}/${from}/${name}.${extension}`;
