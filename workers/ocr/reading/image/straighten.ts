import type { Quad } from '#shared/contracts/documents.ts';
import { distance, homography, mapCorners, project, type Corners, type Point } from './geometry.ts';
import { greyImage, turn, unturnPoint, type GreyImage, type QuarterTurn } from './grey.ts';

/** A page ready to be read, and the way back to the photograph. */
export interface StraightPage {
  readonly image: GreyImage;
  /** Takes a point of `image` (pixels) to shares of the upright photograph. */
  toPhotograph(point: Point): Point;
}

/** Shorter papers are enlarged to this long side (pixels), longer ones shrunk. */
export interface StraightenOptions {
  readonly minLongSide: number;
  readonly maxLongSide: number;
}

/** A paper that fills this share of the photograph is read with a wide margin: its true edge may be invisible on a white desk. */
const FILLS_PHOTOGRAPH = 0.7;

/**
 * Straightens the paper to a rectangle. `corners` are pixels of `grey`; null reads the whole photograph as it lies.
 * `share` is the part of the photograph that the paper covers.
 */
export function straighten(grey: GreyImage, corners: Corners | null, share: number, options: StraightenOptions): StraightPage {
  const whole: Corners = [
    [0, 0],
    [grey.width, 0],
    [grey.width, grey.height],
    [0, grey.height],
  ];
  const paper = corners ?? whole;
  const [a, b, c, d] = paper;
  const paperWidth = (distance(a, b) + distance(d, c)) / 2;
  const paperHeight = (distance(a, d) + distance(b, c)) / 2;
  const longSide = Math.max(paperWidth, paperHeight);
  const scale = Math.min(options.maxLongSide, Math.max(options.minLongSide, longSide)) / longSide;
  const margin = corners ? (share > FILLS_PHOTOGRAPH ? 0.1 : 0.012) : 0;
  const mx = margin * paperWidth * scale;
  const my = margin * paperHeight * scale;
  const inner: Corners = mapCorners(
    [
      [0, 0],
      [paperWidth, 0],
      [paperWidth, paperHeight],
      [0, paperHeight],
    ],
    ([x, y]) => [x * scale + mx, y * scale + my],
  );
  const toGrey = homography(inner, paper);
  const image = warp(grey, toGrey, Math.round(paperWidth * scale + 2 * mx), Math.round(paperHeight * scale + 2 * my));
  return {
    image,
    toPhotograph: (point) => {
      const [x, y] = project(toGrey, point);
      return [clampShare(x / grey.width), clampShare(y / grey.height)];
    },
  };
}

/** The same page turned clockwise. */
export function turnPage(page: StraightPage, degrees: QuarterTurn): StraightPage {
  if (degrees === 0) return page;
  const { width, height } = page.image;
  return {
    image: turn(page.image, degrees),
    toPhotograph: (point) => page.toPhotograph(unturnPoint(point, degrees, width, height)),
  };
}

/** The quad on the photograph of a rectangle of the page. */
export function quadOnPhotograph(page: StraightPage, box: { x0: number; y0: number; x1: number; y1: number }): Quad {
  const corners: Corners = [
    [box.x0, box.y0],
    [box.x1, box.y0],
    [box.x1, box.y1],
    [box.x0, box.y1],
  ];
  return mapCorners(corners, (point) => page.toPhotograph(point));
}

/** Bilinear sampling; what lies outside the photograph repeats its edge. */
function warp(grey: GreyImage, toGrey: readonly number[], width: number, height: number): GreyImage {
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0, g = 0, h = 0, i = 1] = toGrey;
  const out = greyImage(width, height);
  const { data } = grey;
  const maxX = grey.width - 1.001;
  const maxY = grey.height - 1.001;
  for (let y = 0; y < height; y += 1) {
    const py = y + 0.5;
    for (let x = 0; x < width; x += 1) {
      const px = x + 0.5;
      const w = g * px + h * py + i;
      const sx = Math.min(maxX, Math.max(0, (a * px + b * py + c) / w - 0.5));
      const sy = Math.min(maxY, Math.max(0, (d * px + e * py + f) / w - 0.5));
      const x0 = sx | 0;
      const y0 = sy | 0;
      const fx = sx - x0;
      const fy = sy - y0;
      const at = y0 * grey.width + x0;
      const upper = (data[at] ?? 0) * (1 - fx) + (data[at + 1] ?? 0) * fx;
      const lower = (data[at + grey.width] ?? 0) * (1 - fx) + (data[at + grey.width + 1] ?? 0) * fx;
      out.data[y * width + x] = upper * (1 - fy) + lower * fy + 0.5;
    }
  }
  return out;
}

function clampShare(value: number): number {
  return Math.min(1, Math.max(0, Math.round(value * 10_000) / 10_000));
}
