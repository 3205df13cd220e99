import { UPLOAD_MAX_BYTES } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { isAcceptedType, isWorthIt, JPEG_QUALITY, planShrink } from './shrink-plan.ts';

/** What goes over the network for a photograph that was chosen. */
export interface Prepared {
  blob: Blob;
  /** Bytes of the file chosen, when something lighter is sent. */
  lighterThan: number | null;
}

/**
 * Makes a photograph lighter on the device, upright. What this browser cannot decode is sent as it is when its type is one of
 * those taken. Throws FILE_EMPTY, FILE_TYPE_REFUSED, FILE_TOO_LARGE.
 */
export async function preparePhotograph(file: File): Promise<Prepared> {
  if (file.size === 0) throw new AppError('FILE_EMPTY');
  const smaller = await makeSmaller(file);
  if (smaller) return { blob: smaller, lighterThan: file.size };
  if (!isAcceptedType(file.type)) throw new AppError('FILE_TYPE_REFUSED');
  if (file.size > UPLOAD_MAX_BYTES) throw new AppError('FILE_TOO_LARGE');
  return { blob: file, lighterThan: null };
}

/** The lighter copy; null when the original is the one to send. */
async function makeSmaller(file: File): Promise<Blob | null> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null);
  if (!bitmap) return null;
  try {
    const plan = planShrink({ bytes: file.size, type: file.type, width: bitmap.width, height: bitmap.height });
    if (plan.send === 'original') return null;
    const canvas = document.createElement('canvas');
    canvas.width = plan.width;
    canvas.height = plan.height;
    const context = canvas.getContext('2d');
    if (!context) return null;
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, plan.width, plan.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY));
    return blob && isWorthIt({ bytes: file.size, type: file.type }, blob.size) ? blob : null;
  } finally {
    bitmap.close();
  }
}
