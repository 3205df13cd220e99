import sharp from 'sharp';
import { IMAGE_MAX_PIXELS, IMAGE_SIZES } from '#shared/contracts/documents.ts';
import type { StoredSize } from '#shared/domain/object-keys.ts';

/** WebP as MISSION.md wants it; effort 2 costs two thirds of the CPU of effort 4 for 7 % more bytes (facts/carte-grise). */
const WEBP = { quality: 85, effort: 2 } as const;
/** WebP knows no longer side. */
const WEBP_LONGEST_SIDE = 16_383;

/**
 * A photograph in one size: upright, inside the size, never enlarged, without EXIF (and so without GPS). Each size is decoded from
 * the original by itself: shrink-on-load makes that cheaper than one shared decode.
 * @throws when the image cannot be decoded; with `lenient` only when nothing of it can.
 */
export function renderPhotograph(bytes: Buffer, size: StoredSize, options: { lenient?: boolean } = {}): Promise<Buffer> {
  const [width, height] = size === 'full' ? [WEBP_LONGEST_SIDE, WEBP_LONGEST_SIDE] : IMAGE_SIZES[size];
  return sharp(bytes, { limitInputPixels: IMAGE_MAX_PIXELS, failOn: options.lenient ? 'none' : 'error', pages: 1 })
    .autoOrient()
    .resize({ width, height, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .webp(WEBP)
    .toBuffer();
}
