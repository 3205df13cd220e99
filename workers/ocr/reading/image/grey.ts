/** An 8-bit grey image, rows top to bottom. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Turns that bring a page upright, in degrees clockwise. */
export type QuarterTurn = 0 | 90 | 180 | 270;

export function greyImage(width: number, height: number): { width: number; height: number; data: Uint8Array } {
  return { width, height, data: new Uint8Array(width * height) };
}

/** The image turned clockwise by a multiple of 90 degrees. */
export function turn(image: GreyImage, degrees: QuarterTurn): GreyImage {
  if (degrees === 0) return image;
  const { width, height, data } = image;
  const swapped = degrees !== 180;
  const out = greyImage(swapped ? height : width, swapped ? width : height);
  for (let y = 0; y < out.height; y += 1) {
    for (let x = 0; x < out.width; x += 1) {
      const [sx, sy] = unturnPoint([x, y], degrees, width, height, -1);
      out.data[y * out.width + x] = data[sy * width + sx] ?? 0;
    }
  }
  return out;
}

/**
 * Where a point of the turned image was before `turn`.
 * `inclusive` is -1 for pixel indices (0..n-1) and 0 for coordinates of edges (0..n).
 */
export function unturnPoint(
  [x, y]: readonly [number, number],
  degrees: QuarterTurn,
  width: number,
  height: number,
  inclusive: -1 | 0 = 0,
): [number, number] {
  switch (degrees) {
    case 0:
      return [x, y];
    case 90:
      return [y, height + inclusive - x];
    case 180:
      return [width + inclusive - x, height + inclusive - y];
    case 270:
      return [width + inclusive - y, x];
  }
}

/** Mean over a (2r+1)² window, by two running sums: its cost does not depend on the radius. */
export function boxBlur(image: GreyImage, radius: number): GreyImage {
  const { width, height } = image;
  const horizontal = greyImage(width, height);
  blurLines(image.data, horizontal.data, width, height, 1, width, radius);
  const out = greyImage(width, height);
  blurLines(horizontal.data, out.data, height, width, width, 1, radius);
  return out;
}

function blurLines(
  from: Uint8Array,
  to: Uint8Array,
  length: number,
  lines: number,
  step: number,
  lineStep: number,
  radius: number,
): void {
  const at = (line: number, i: number): number => from[line * lineStep + Math.min(length - 1, Math.max(0, i)) * step] ?? 0;
  const size = 2 * radius + 1;
  for (let line = 0; line < lines; line += 1) {
    let sum = 0;
    for (let i = -radius; i <= radius; i += 1) sum += at(line, i);
    for (let i = 0; i < length; i += 1) {
      to[line * lineStep + i * step] = Math.round(sum / size);
      sum += at(line, i + radius + 1) - at(line, i - radius);
    }
  }
}

/**
 * Divides the image by its own slowly varying brightness, so that shadow and glare become even paper.
 * It erases white letters on a grey panel: only the second pass reads it (facts/carte-grise).
 */
export function divideIllumination(image: GreyImage): GreyImage {
  const radius = Math.max(8, Math.round(Math.max(image.width, image.height) / 40));
  const background = boxBlur(brightest(image, 3), radius);
  const out = greyImage(image.width, image.height);
  for (let i = 0; i < out.data.length; i += 1) {
    const light = Math.max(1, background.data[i] ?? 1);
    out.data[i] = Math.min(255, Math.round(((image.data[i] ?? 0) * 235) / light));
  }
  return out;
}

/** Maximum over a (2r+1)² window: takes thin dark strokes off the paper. */
function brightest(image: GreyImage, radius: number): GreyImage {
  const { width, height, data } = image;
  const rows = greyImage(width, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let most = 0;
      for (let i = Math.max(0, x - radius); i <= Math.min(width - 1, x + radius); i += 1) {
        const value = data[y * width + i] ?? 0;
        if (value > most) most = value;
      }
      rows.data[y * width + x] = most;
    }
  }
  const out = greyImage(width, height);
  for (let y = 0; y < height; y += 1) {
    const first = Math.max(0, y - radius);
    const last = Math.min(height - 1, y + radius);
    for (let x = 0; x < width; x += 1) {
      let most = 0;
      for (let i = first; i <= last; i += 1) {
        const value = rows.data[i * width + x] ?? 0;
        if (value > most) most = value;
      }
      out.data[y * width + x] = most;
    }
  }
  return out;
}

/** Binary PGM: the recogniser reads it as it is, and making it costs one copy (a PNG costs 60–100 ms). */
export function toPgm(image: GreyImage): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${image.width} ${image.height}\n255\n`, 'latin1'), image.data]);
}
