import { UPLOAD_MAX_BYTES, UPLOAD_TYPES } from '#shared/contracts/documents.ts';

/** Long side that a photograph is brought down to: capitals of a carte grise are then over 16 pixels high, which reads at 99 %. */
export const LONG_SIDE = 2_400;
export const JPEG_QUALITY = 0.85;
/** A photograph that is not larger than this, in bytes and pixels, is sent as it is: making it anew would only lose sharpness. */
export const SMALL_ENOUGH_BYTES = 900_000;

export interface Photograph {
  bytes: number;
  type: string;
  width: number;
  height: number;
}

export type ShrinkPlan = { send: 'original' } | { send: 'smaller'; width: number; height: number };

export const isAcceptedType = (type: string): boolean => UPLOAD_TYPES.some((accepted) => accepted === type);

/** What to do with a photograph that could be decoded. */
export function planShrink({ bytes, type, width, height }: Photograph): ShrinkPlan {
  const longSide = Math.max(width, height);
  if (isAcceptedType(type) && longSide <= LONG_SIDE && bytes <= SMALL_ENOUGH_BYTES) return { send: 'original' };
  const scale = Math.min(1, LONG_SIDE / longSide);
  return { send: 'smaller', width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Whether what was made is what is sent: not when it came out heavier than an original that would be taken too. */
export const isWorthIt = (original: Pick<Photograph, 'bytes' | 'type'>, madeBytes: number): boolean =>
  madeBytes < original.bytes || original.bytes > UPLOAD_MAX_BYTES || !isAcceptedType(original.type);
