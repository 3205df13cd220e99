import type { ImageSize, PageView } from '#shared/contracts/documents.ts';

/** Whose photographs: one's own, of the document that an agent has before them, or of a vehicle's file. */
export type ImageSource = 'documents' | 'reviews' | 'vehicle-files/documents';

/** Where a page's photograph is. The page's id and readiness are in it, so that a new photograph is not taken for the old one. */
export const imageAddress = (
  documentId: string,
  page: Pick<PageView, 'id' | 'side' | 'imagesReady'>,
  size: ImageSize,
  from: ImageSource = 'documents',
): string =>
  `/api/${from}/${documentId}/pages/${page.side}/image?${new URLSearchParams({ size, page: page.id, ready: page.imagesReady ? '1' : '0' })}`;
