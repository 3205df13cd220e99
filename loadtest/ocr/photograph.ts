import sharp from 'sharp';
import { homography, mapCorners, project, type Corners } from '#workers/ocr/reading/image/geometry.ts';
import type { Random } from './random.ts';

export const SAMPLE_CLASSES = ['clean', 'mild', 'hard'] as const;
export type SampleClass = (typeof SAMPLE_CLASSES)[number];

/** A picture of a document lying on a table, as a phone takes it. */
export interface SamplePhotograph {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
  /** Corners of the paper in pixels of the photograph. */
  readonly quad: Corners;
}

/** What a class does to a photograph. Lengths in pixels, angles in degrees, the rest as shares. */
interface Conditions {
  readonly longSide: number;
  readonly fill: number;
  readonly rotation: number;
  readonly perspective: number;
  readonly blur: number;
  readonly noise: number;
  readonly shadow: number;
  readonly glare: number;
  readonly quality: number;
  readonly table: readonly [number, number, number];
}

function drawConditions(random: Random, cls: SampleClass, tall: boolean): Conditions {
  const wood: readonly (readonly [number, number, number])[] = [
    [94, 74, 58],
    [58, 60, 66],
    [140, 128, 116],
    [40, 58, 54],
  ];
  const shared = { table: random.pick(wood) };
  const size = tall ? 1.25 : 1;
  if (cls === 'clean')
    return {
      ...shared,
      longSide: Math.round(1900 * size),
      fill: 0.95,
      rotation: random.between(-0.6, 0.6),
      perspective: 0,
      blur: 0.3,
      noise: 2,
      shadow: 0,
      glare: 0,
      quality: 88,
    };
  if (cls === 'mild')
    return {
      ...shared,
      longSide: Math.round(random.between(1500, 1800) * size),
      fill: random.between(0.8, 0.9),
      rotation: random.between(-6, 6),
      perspective: random.between(0.005, 0.016),
      blur: random.between(0.5, 0.9),
      noise: 6,
      shadow: random.between(0.1, 0.3),
      glare: 0,
      quality: 76,
    };
  return {
    ...shared,
    longSide: Math.round(random.between(950, 1200) * size),
    fill: random.between(0.74, 0.84),
    rotation: random.between(-9, 9),
    perspective: random.between(0.03, 0.06),
    blur: random.between(0.7, 1.1),
    noise: 10,
    shadow: random.between(0.3, 0.5),
    glare: random.next() < 0.6 ? random.between(0.3, 0.6) : 0,
    quality: 68,
  };
}

/** Photographs a rendered page under the conditions of a class. */
export async function photograph(svg: string, cls: SampleClass, random: Random): Promise<SamplePhotograph> {
  const page = await sharp(Buffer.from(svg))
    .flatten({ background: '#ffffff' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width: pw, height: ph } = page.info;
  const c = drawConditions(random, cls, ph > pw * 1.4);
  const landscape = pw >= ph;
  const width = landscape ? c.longSide : Math.round(c.longSide * 0.75);
  const height = landscape ? Math.round(c.longSide * 0.75) : c.longSide;
  const quad = placePaper(pw, ph, width, height, c, random);
  const toPage = homography(quad, [
    [0, 0],
    [pw, 0],
    [pw, ph],
    [0, ph],
  ]);
  const light = drawLight(width, height, c, random);
  const out = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [u, v] = project(toPage, [x + 0.5, y + 0.5]);
      const inside = u >= 0 && v >= 0 && u < pw - 1 && v < ph - 1;
      const grain = inside ? 0 : Math.sin(y * 0.21 + Math.sin(x * 0.013) * 2.4) * 9;
      const noise = (random.next() + random.next() - 1) * c.noise;
      const { factor, added } = light(x, y);
      for (let channel = 0; channel < 3; channel += 1) {
        const base = inside ? bilinear(page.data, pw, u, v, channel) : (c.table[channel] ?? 0) + grain;
        out[(y * width + x) * 3 + channel] = Math.max(0, Math.min(255, base * factor + added + noise));
      }
    }
  }
  const jpeg = await sharp(out, { raw: { width, height, channels: 3 } })
    .blur(Math.max(0.3, c.blur))
    .jpeg({ quality: c.quality })
    .toBuffer();
  return { jpeg, width, height, quad };
}

function placePaper(pw: number, ph: number, width: number, height: number, c: Conditions, random: Random): Corners {
  const scale = c.fill * Math.min(width / pw, height / ph);
  const angle = (c.rotation * Math.PI) / 180;
  const jitter = (): number => random.between(-1, 1) * c.perspective * Math.min(width, height);
  const half: Corners = [
    [-pw / 2, -ph / 2],
    [pw / 2, -ph / 2],
    [pw / 2, ph / 2],
    [-pw / 2, ph / 2],
  ];
  const corners = mapCorners(half, ([x, y]) => [
    width / 2 + scale * (x * Math.cos(angle) - y * Math.sin(angle)) + jitter(),
    height / 2 + scale * (x * Math.sin(angle) + y * Math.cos(angle)) + jitter(),
  ]);
  return mapCorners(corners, ([x, y]) => [
    Math.round(Math.min(width - 2, Math.max(2, x))),
    Math.round(Math.min(height - 2, Math.max(2, y))),
  ]);
}

/** A shadow over one side of a slanted line, and a round burn. */
function drawLight(
  width: number,
  height: number,
  c: Conditions,
  random: Random,
): (x: number, y: number) => { factor: number; added: number } {
  const slope = random.between(0.6, 1.4);
  const offset = random.between(0.2, 0.8) * (width + height * slope);
  const [gx, gy] = [random.between(0.25, 0.75) * width, random.between(0.25, 0.75) * height];
  const reach = 0.16 * Math.max(width, height);
  return (x, y) => {
    const depth = Math.min(1, Math.max(0, (x + y * slope - offset) / 40 + 0.5));
    const far = ((x - gx) ** 2 + (y - gy) ** 2) / (reach * reach);
    return { factor: 1 - c.shadow * depth, added: c.glare > 0 ? 220 * c.glare * Math.exp(-far * 2) : 0 };
  };
}

function bilinear(data: Buffer, width: number, u: number, v: number, channel: number): number {
  const [x, y] = [Math.floor(u), Math.floor(v)];
  const [fx, fy] = [u - x, v - y];
  const at = (dx: number, dy: number): number => data[((y + dy) * width + x + dx) * 3 + channel] ?? 0;
  return (at(0, 0) * (1 - fx) + at(1, 0) * fx) * (1 - fy) + (at(0, 1) * (1 - fx) + at(1, 1) * fx) * fy;
}
