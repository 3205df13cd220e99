import { fileTypeFromBuffer } from 'file-type';
import sharp, { type Metadata } from 'sharp';
import { IMAGE_MAX_PIXELS, UPLOAD_TYPES } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';

export type UploadType = (typeof UPLOAD_TYPES)[number];

/** What sharp calls them, and how their keys end. */
const FORMATS: Readonly<Record<UploadType, { format: string; extension: string }>> = {
  'image/jpeg': { format: 'jpeg', extension: 'jpg' },
  'image/png': { format: 'png', extension: 'png' },
  'image/webp': { format: 'webp', extension: 'webp' },
};

export const extensionOf = (type: UploadType): string => FORMATS[type].extension;

/** The type by content, whatever the request says. @throws AppError FILE_TYPE_REFUSED for all but JPEG, PNG and WebP */
export async function photographType(head: Uint8Array): Promise<UploadType> {
  const found = await fileTypeFromBuffer(head);
  const type = UPLOAD_TYPES.find((one) => one === found?.mime);
  if (!type) throw new AppError('FILE_TYPE_REFUSED', { type: found?.mime ?? null });
  return type;
}

/** Size of the upright photograph, pixels. */
export interface PhotographSize {
  width: number;
  height: number;
}

/**
 * Reads the size from the header, decoding nothing. `whole` says whether these are all the bytes: null when they are not and the
 * header needs more. @throws AppError FILE_UNREADABLE, FILE_TOO_MANY_PIXELS
 */
export async function photographSize(bytes: Uint8Array, type: UploadType, whole: boolean): Promise<PhotographSize | null> {
  let meta: Metadata;
  try {
    meta = await sharp(bytes, { limitInputPixels: false, failOn: 'none', pages: 1 }).metadata();
  } catch (error) {
    if (!whole) return null;
    throw new AppError('FILE_UNREADABLE', undefined, { cause: error });
  }
  const { width, height, format, orientation = 1 } = meta;
  if (format !== FORMATS[type].format || width < 1 || height < 1) throw new AppError('FILE_UNREADABLE');
  if (width * height > IMAGE_MAX_PIXELS)
    throw new AppError('FILE_TOO_MANY_PIXELS', { pixels: width * height, limit: IMAGE_MAX_PIXELS });
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
