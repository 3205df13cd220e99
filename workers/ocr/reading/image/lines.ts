import type { ColourImage } from './decode.ts';

/** A straight line x·cos(angle) + y·sin(angle) = rho; `votes` is how much edge lies on it. */
export interface EdgeLine {
  readonly angle: number;
  readonly rho: number;
  readonly votes: number;
}

/** Strength and direction of the strongest colour change at every pixel; `keep` is 1 on thinned edges. */
export interface EdgeMap {
  readonly width: number;
  readonly height: number;
  readonly strength: Float32Array;
  /** Direction of the change, radians in [0, π). */
  readonly direction: Float32Array;
  readonly keep: Uint8Array;
}

const ANGLE_BINS = 180;

/** Sobel on each channel, the strongest kept; then thinned across the edge, weak ones dropped. */
export function findEdges(image: ColourImage): EdgeMap {
  const { width, height, data } = image;
  const strength = new Float32Array(width * height);
  const direction = new Float32Array(width * height);
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      let best = 0;
      let bestX = 0;
      let bestY = 0;
      for (let channel = 0; channel < 3; channel += 1) {
        const at = (dx: number, dy: number): number => data[((y + dy) * width + x + dx) * 3 + channel] ?? 0;
        const gx = at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1);
        const gy = at(-1, 1) + 2 * at(0, 1) + at(1, 1) - at(-1, -1) - 2 * at(0, -1) - at(1, -1);
        const size = gx * gx + gy * gy;
        if (size > best) {
          best = size;
          bestX = gx;
          bestY = gy;
        }
      }
      const i = y * width + x;
      strength[i] = Math.sqrt(best);
      const angle = Math.atan2(bestY, bestX);
      direction[i] = angle < 0 ? angle + Math.PI : angle >= Math.PI ? 0 : angle;
    }
  }
  return { width, height, strength, direction, keep: thin(width, height, strength, direction) };
}

function thin(width: number, height: number, strength: Float32Array, direction: Float32Array): Uint8Array {
  const threshold = Math.max(24, percentile(strength, 0.7));
  const keep = new Uint8Array(width * height);
  for (let y = 2; y < height - 2; y += 1) {
    for (let x = 2; x < width - 2; x += 1) {
      const i = y * width + x;
      const here = strength[i] ?? 0;
      if (here < threshold) continue;
      const dx = Math.round(Math.cos(direction[i] ?? 0));
      const dy = Math.round(Math.sin(direction[i] ?? 0));
      if (here >= (strength[i + dy * width + dx] ?? 0) && here > (strength[i - dy * width - dx] ?? 0)) keep[i] = 1;
    }
  }
  return keep;
}

function percentile(values: Float32Array, share: number): number {
  const sample: number[] = [];
  for (let i = 0; i < values.length; i += 7) sample.push(values[i] ?? 0);
  sample.sort((a, b) => a - b);
  return sample[Math.floor(sample.length * share)] ?? 0;
}

/** Hough transform in which each edge pixel votes only near its own direction; the strongest lines, no two alike. */
export function findLines(edges: EdgeMap, most: number): EdgeLine[] {
  const { width, height } = edges;
  const reach = Math.ceil(Math.hypot(width, height));
  const rhoBins = 2 * reach + 3;
  const votes = new Float32Array(ANGLE_BINS * rhoBins);
  const cos = Array.from({ length: ANGLE_BINS }, (_, bin) => Math.cos((bin * Math.PI) / ANGLE_BINS));
  const sin = Array.from({ length: ANGLE_BINS }, (_, bin) => Math.sin((bin * Math.PI) / ANGLE_BINS));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const i = y * width + x;
      if (!edges.keep[i]) continue;
      const weight = Math.min(1, (edges.strength[i] ?? 0) / 80);
      const centre = Math.round(((edges.direction[i] ?? 0) * ANGLE_BINS) / Math.PI);
      for (let offset = -4; offset <= 4; offset += 1) {
        const bin = (centre + offset + ANGLE_BINS) % ANGLE_BINS;
        const rho = Math.round(x * (cos[bin] ?? 0) + y * (sin[bin] ?? 0)) + reach + 1;
        const cell = bin * rhoBins + rho;
        votes[cell] = (votes[cell] ?? 0) + weight;
        votes[cell - 1] = (votes[cell - 1] ?? 0) + weight / 2;
        votes[cell + 1] = (votes[cell + 1] ?? 0) + weight / 2;
      }
    }
  }
  return strongest(votes, rhoBins, reach, most, Math.min(width, height) * 0.12);
}

function strongest(votes: Float32Array, rhoBins: number, reach: number, most: number, least: number): EdgeLine[] {
  const cells: { bin: number; rho: number; votes: number }[] = [];
  votes.forEach((count, cell) => {
    if (count >= least) cells.push({ bin: Math.floor(cell / rhoBins), rho: (cell % rhoBins) - reach - 1, votes: count });
  });
  cells.sort((a, b) => b.votes - a.votes);
  const found: typeof cells = [];
  for (const cell of cells) {
    if (found.length === most) break;
    if (!found.some((other) => alike(cell, other))) found.push(cell);
  }
  return found.map(({ bin, rho, votes: count }) => ({ angle: (bin * Math.PI) / ANGLE_BINS, rho, votes: count }));
}

/** Two cells within 5° and 6 pixels; near 0° and 180° the sign of rho turns over. */
function alike(a: { bin: number; rho: number }, b: { bin: number; rho: number }): boolean {
  const apart = Math.abs(a.bin - b.bin);
  if (apart <= 5) return Math.abs(a.rho - b.rho) <= 6;
  return ANGLE_BINS - apart <= 5 && Math.abs(a.rho + b.rho) <= 6;
}
