import sharp, { type Sharp } from 'sharp';
import { IMAGE_MAX_PIXELS } from '#shared/contracts/documents.ts';
import type { GreyImage } from './grey.ts';

/** Raised when the bytes are not a JPEG, PNG or WebP that can be decoded whole. */
export class UnreadableImageError extends Error {
  override readonly name = 'UnreadableImageError';
}

/** Longest side that is read: more pixels cost time and read no better. */
const WORKING_LONG_SIDE = 2400;
/** Longest side of the copy on which the paper is looked for. */
const SMALL_LONG_SIDE = 480;
/** Longest side of the copy the gate measures. */
const GATE_LONG_SIDE = 900;

/** A small copy with three channels. */
export interface ColourImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A photograph, upright (its EXIF orientation applied). */
export interface Photograph {
  /** Size of the upright original in pixels. */
  readonly width: number;
  readonly height: number;
  readonly grey: GreyImage;
  readonly gateGrey: GreyImage;
  readonly small: ColourImage;
}

/** What the first bytes say the image is; null for anything that is not on the list. */
export function imageType(bytes: Uint8Array): 'jpeg' | 'png' | 'webp' | null {
  const starts = (signature: number[], at = 0): boolean => signature.every((byte, i) => bytes[at + i] === byte);
  if (starts([0xff, 0xd8, 0xff])) return 'jpeg';
  if (starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (starts([0x52, 0x49, 0x46, 0x46]) && starts([0x57, 0x45, 0x42, 0x50], 8)) return 'webp';
  return null;
}

/**
 * Decodes a photograph into the three copies that the steps work on.
 * @throws UnreadableImageError for other types, truncated data, or more than IMAGE_MAX_PIXELS.
 */
export async function decodePhotograph(bytes: Buffer): Promise<Photograph> {
  if (!imageType(bytes)) throw new UnreadableImageError('not a JPEG, PNG or WebP');
  try {
    const open = () => sharp(bytes, { limitInputPixels: IMAGE_MAX_PIXELS, failOn: 'error', pages: 1 });
    const meta = await open().metadata();
    const sideways = (meta.orientation ?? 1) >= 5;
    const width = sideways ? meta.height : meta.width;
    const height = sideways ? meta.width : meta.height;
    const fit = (side: number) => ({ width: side, height: side, fit: 'inside' as const, withoutEnlargement: true });
    const working = await open()
      .rotate()
      .flatten({ background: '#ffffff' })
      .resize(fit(WORKING_LONG_SIDE))
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width: w, height: h, channels } = working.info;
    const fromWorking = () => sharp(working.data, { raw: { width: w, height: h, channels } });
    const [grey, gateGrey, small] = await Promise.all([
      rawGrey(fromWorking()),
      rawGrey(fromWorking().resize(fit(GATE_LONG_SIDE))),
      fromWorking().resize(fit(SMALL_LONG_SIDE)).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true }),
    ]);
    return {
      width,
      height,
      grey,
      gateGrey,
      small: { width: small.info.width, height: small.info.height, data: threeChannels(small.data, small.info.channels) },
    };
  } catch (error) {
    throw new UnreadableImageError(error instanceof Error ? error.message : 'cannot be decoded');
  }
}

async function rawGrey(image: Sharp): Promise<GreyImage> {
  const { data, info } = await image.greyscale().toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** A grey original comes back with one channel. */
function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = data.length / channels;
  const out = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i += 1) {
    for (let c = 0; c < 3; c += 1) out[i * 3 + c] = data[i * channels + Math.min(c, channels - 1)] ?? 0;
  }
  return out;
}
