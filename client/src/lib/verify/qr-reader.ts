/** The browser's own reader of codes, where there is one. */
interface NativeDetector {
  detect(source: ImageBitmapSource): Promise<{ rawValue: string }[]>;
}
interface NativeDetectorClass {
  new (options: { formats: string[] }): NativeDetector;
  getSupportedFormats(): Promise<string[]>;
}

export interface QrReader {
  /** The text of a QR on a picture; null when none is seen. `thorough`: a still, for which there is time. */
  read(source: HTMLVideoElement | ImageBitmap, thorough?: boolean): Promise<string | null>;
}

/** Longest sides that a still is looked at, pixels: large for a code that is far away, small for one that is blurred. */
const STILL_SIDES = [1_600, 900, 2_800] as const;
const FRAME_SIDE = 900;
/** For one look, milliseconds. */
const STILL_MS = 1_500;
const FRAME_MS = 60;

/** Reads codes with what the browser has, else with a library that is fetched then. */
export async function createQrReader(): Promise<QrReader> {
  const Native = (globalThis as { BarcodeDetector?: NativeDetectorClass }).BarcodeDetector;
  const formats = await Native?.getSupportedFormats().catch((): string[] => []);
  const native = Native && formats?.includes('qr_code') ? new Native({ formats: ['qr_code'] }) : null;
  const { decodeQR } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });

  function look(source: HTMLVideoElement | ImageBitmap, side: number, timeLimit: number): string | null {
    const [width, height] =
      source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
    if (!context || width === 0 || height === 0) return null;
    const scale = Math.min(1, side / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height), { timeLimit });
    } catch {
      return null;
    }
  }

  return {
    async read(source, thorough = false) {
      const [found] = (await native?.detect(source).catch(() => [])) ?? [];
      if (found?.rawValue) return found.rawValue;
      for (const side of thorough ? STILL_SIDES : [FRAME_SIDE]) {
        const text = look(source, side, thorough ? STILL_MS : FRAME_MS);
        if (text !== null) return text;
      }
      return null;
    },
  };
}

let made: Promise<QrReader> | undefined;

/** One for the page; asked again after a failure to fetch it. */
export function qrReader(): Promise<QrReader> {
  made ??= createQrReader().catch((error: unknown) => {
    made = undefined;
    throw error;
  });
  return made;
}
