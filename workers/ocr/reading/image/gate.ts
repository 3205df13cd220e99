import type { GateReason, PageQuality } from '#shared/contracts/documents.ts';
import type { GreyImage } from './grey.ts';

const BLOCK = 24;

/**
 * Measures whether a photograph is worth reading (thresholds: facts/carte-grise, Gate before reading).
 * `longSide` is the upright original's, in pixels; the rest is measured on the grey copy.
 */
export function measureQuality(grey: GreyImage, longSide: number): PageQuality {
  const levels = histogram(grey);
  const brightness = percentileLevel(levels, 0.95);
  const median = percentileLevel(levels, 0.5);
  const { burntShare, sharpness } = measureBlocks(grey);
  const edges = edgeShare(grey);
  const reasons: GateReason[] = [];
  if (longSide < 640) reasons.push('too_small');
  if (brightness < 60) reasons.push('too_dark');
  if (burntShare > 0.1 && median < 200) reasons.push('glare');
  if (edges < 0.01) reasons.push('no_text');
  else if (sharpness < 60) reasons.push('blurred');
  return { longSide, brightness, burntShare: round(burntShare), edgeShare: round(edges), sharpness: round(sharpness), reasons };
}

function histogram(grey: GreyImage): number[] {
  const levels = new Array<number>(256).fill(0);
  for (const value of grey.data) levels[value] = (levels[value] ?? 0) + 1;
  return levels;
}

function percentileLevel(levels: number[], share: number): number {
  const total = levels.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (let level = 0; level < 256; level += 1) {
    sum += levels[level] ?? 0;
    if (sum >= total * share) return level;
  }
  return 255;
}

/** Share of blocks burnt to white, and the 90th percentile of the blocks' Laplacian variance. */
function measureBlocks({ width, height, data }: GreyImage): { burntShare: number; sharpness: number } {
  const variances: number[] = [];
  let burnt = 0;
  for (let by = 1; by + BLOCK < height; by += BLOCK) {
    for (let bx = 1; bx + BLOCK < width; bx += BLOCK) {
      let sum = 0;
      let squares = 0;
      let white = 0;
      for (let y = by; y < by + BLOCK; y += 1) {
        for (let x = bx; x < bx + BLOCK; x += 1) {
          const i = y * width + x;
          const here = data[i] ?? 0;
          const laplacian = (data[i - 1] ?? 0) + (data[i + 1] ?? 0) + (data[i - width] ?? 0) + (data[i + width] ?? 0) - 4 * here;
          sum += laplacian;
          squares += laplacian * laplacian;
          if (here >= 252) white += 1;
        }
      }
      const n = BLOCK * BLOCK;
      variances.push(squares / n - (sum / n) ** 2);
      if (white > n * 0.9) burnt += 1;
    }
  }
  if (variances.length === 0) return { burntShare: 0, sharpness: 0 };
  variances.sort((a, b) => a - b);
  return { burntShare: burnt / variances.length, sharpness: variances[Math.floor(variances.length * 0.9)] ?? 0 };
}

/** Share of pixels whose gradient is strong: printed text has at least one in a hundred. */
function edgeShare({ width, height, data }: GreyImage): number {
  let strong = 0;
  for (let y = 0; y < height - 1; y += 1) {
    for (let x = 0; x < width - 1; x += 1) {
      const i = y * width + x;
      const here = data[i] ?? 0;
      if (Math.abs((data[i + 1] ?? 0) - here) + Math.abs((data[i + width] ?? 0) - here) > 40) strong += 1;
    }
  }
  return strong / (width * height);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
