import type { ColourImage } from './decode.ts';
import { area, isConvex, orderCorners, type Corners, type Point } from './geometry.ts';
import { findEdges, findLines, type EdgeLine, type EdgeMap } from './lines.ts';

/** The outline of the paper on a small copy of the photograph. */
export interface Paper {
  /** Corners as shares (0..1) of width and height. */
  readonly corners: Corners;
  /** Share of the photograph that it covers. */
  readonly share: number;
  /** How much of its outline is a visible edge, 0..1. */
  readonly support: number;
}

const MOST_LINES = 36;
const SMALLEST_SHARE = 0.12;
const LEAST_SUPPORT = 0.45;
const LEAST_SIDE_SUPPORT = 0.15;

/**
 * Finds the sheet: of all quadrilaterals made of the strongest straight edges, the one whose sides are best backed by a step of colour,
 * the larger preferred (an inner frame is a line, not a step). Null when nothing is convincing: the whole photograph is read then.
 */
export function findPaper(image: ColourImage): Paper | null {
  const edges = findEdges(image);
  const ink = inkPoints(edges);
  const pairs = oppositePairs(findLines(edges, MOST_LINES), Math.min(image.width, image.height));
  let best: { corners: Corners; share: number; support: number; score: number } | null = null;
  for (const [i, first] of pairs.entries()) {
    for (const second of pairs.slice(i + 1)) {
      const corners = quadrilateral(first, second, image);
      if (!corners) continue;
      const share = area(corners) / (image.width * image.height);
      if (share < SMALLEST_SHARE) continue;
      const sides = corners.map((corner, k) => sideSupport(image, edges, corner, corners[(k + 1) % 4] ?? corner));
      const mean = sides.reduce((a, b) => a + b, 0) / 4;
      const least = Math.min(...sides);
      if (mean < LEAST_SUPPORT || least < LEAST_SIDE_SUPPORT) continue;
      const score = mean + 0.4 * least + 0.8 * Math.min(1, share) + shareInside(ink, corners);
      if (!best || score > best.score) best = { corners, share, support: mean, score };
    }
  }
  if (!best) return null;
  const { width, height } = image;
  const [a, b, c, d] = best.corners;
  const toShare = ([x, y]: Point): Point => [x / width, y / height];
  return { corners: [toShare(a), toShare(b), toShare(c), toShare(d)], share: best.share, support: best.support };
}

/** A few hundred of the strongest edge points: mostly letters, which the paper must hold. */
function inkPoints({ width, height, strength, keep }: EdgeMap): Point[] {
  const candidates: number[] = [];
  for (let i = 0; i < width * height; i += 1) if (keep[i]) candidates.push(i);
  candidates.sort((a, b) => (strength[b] ?? 0) - (strength[a] ?? 0));
  const strong = candidates.slice(0, Math.ceil(candidates.length * 0.4));
  const every = Math.max(1, Math.floor(strong.length / 300));
  return strong.filter((_, k) => k % every === 0).map((i) => [i % width, Math.floor(i / width)]);
}

function shareInside(points: Point[], corners: Corners): number {
  if (points.length === 0) return 0;
  let inside = 0;
  for (const [x, y] of points) {
    const within = corners.every(([ax, ay], k) => {
      const [bx, by] = corners[(k + 1) % 4] ?? [ax, ay];
      return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -3 * Math.hypot(bx - ax, by - ay);
    });
    if (within) inside += 1;
  }
  return inside / points.length;
}

type Pair = readonly [EdgeLine, EdgeLine];

/** Lines less than 20° apart and far enough from each other to be opposite sides. */
function oppositePairs(lines: EdgeLine[], shortSide: number): Pair[] {
  const pairs: Pair[] = [];
  lines.forEach((a, i) => {
    for (const b of lines.slice(i + 1)) {
      const { apart, flipped } = angleBetween(a.angle, b.angle);
      const gap = Math.abs(a.rho - (flipped ? -b.rho : b.rho));
      if (apart < Math.PI / 9 && gap > shortSide * 0.22) pairs.push([a, b]);
    }
  });
  return pairs;
}

function angleBetween(a: number, b: number): { apart: number; flipped: boolean } {
  const apart = Math.abs(a - b);
  return apart > Math.PI / 2 ? { apart: Math.PI - apart, flipped: true } : { apart, flipped: false };
}

function quadrilateral([a, b]: Pair, [c, d]: Pair, image: ColourImage): Corners | null {
  if (angleBetween(a.angle, c.angle).apart < Math.PI / 3 || angleBetween(b.angle, d.angle).apart < Math.PI / 3) return null;
  const crossings = [crossing(a, c), crossing(c, b), crossing(b, d), crossing(d, a)];
  const slackX = image.width * 0.03;
  const slackY = image.height * 0.03;
  const points: Point[] = [];
  for (const point of crossings) {
    if (!point) return null;
    const [x, y] = point;
    if (x < -slackX || y < -slackY || x > image.width + slackX || y > image.height + slackY) return null;
    points.push(point);
  }
  const [p, q, r, s] = points;
  if (!p || !q || !r || !s) return null;
  const corners = orderCorners([p, q, r, s]);
  return isConvex(corners) ? corners : null;
}

function crossing(a: EdgeLine, b: EdgeLine): Point | null {
  const determinant = Math.cos(a.angle) * Math.sin(b.angle) - Math.sin(a.angle) * Math.cos(b.angle);
  if (Math.abs(determinant) < 0.2) return null;
  return [
    (a.rho * Math.sin(b.angle) - b.rho * Math.sin(a.angle)) / determinant,
    (b.rho * Math.cos(a.angle) - a.rho * Math.cos(b.angle)) / determinant,
  ];
}

/** Share of the side's points that lie on an edge of its own direction with different colours on its two sides. */
function sideSupport(image: ColourImage, edges: EdgeMap, [ax, ay]: Point, [bx, by]: Point): number {
  const length = Math.hypot(bx - ax, by - ay);
  const nx = -(by - ay) / length;
  const ny = (bx - ax) / length;
  const normal = ((Math.atan2(ny, nx) % Math.PI) + Math.PI) % Math.PI;
  const points = Math.max(12, Math.round(length / 5));
  let backed = 0;
  for (let k = 0; k < points; k += 1) {
    const t = 0.04 + (0.92 * k) / (points - 1);
    const x = ax + (bx - ax) * t;
    const y = ay + (by - ay) * t;
    if (onEdge(edges, x, y, nx, ny, normal) && stepOfColour(image, x, y, nx, ny) > 9) backed += 1;
  }
  return backed / points;
}

function onEdge(edges: EdgeMap, x: number, y: number, nx: number, ny: number, normal: number): boolean {
  for (let offset = -2; offset <= 2; offset += 1) {
    const px = Math.round(x + nx * offset);
    const py = Math.round(y + ny * offset);
    if (px < 0 || py < 0 || px >= edges.width || py >= edges.height) continue;
    const i = py * edges.width + px;
    if (edges.keep[i] && angleBetween(edges.direction[i] ?? 0, normal).apart < 0.25) return true;
  }
  return false;
}

/** Largest difference of a channel between six pixels to one side and six to the other. */
function stepOfColour(image: ColourImage, x: number, y: number, nx: number, ny: number): number {
  let most = 0;
  for (let channel = 0; channel < 3; channel += 1) {
    let difference = 0;
    for (const offset of [4, 6, 8]) {
      difference +=
        sample(image, x + nx * offset, y + ny * offset, channel) - sample(image, x - nx * offset, y - ny * offset, channel);
    }
    most = Math.max(most, Math.abs(difference) / 3);
  }
  return most;
}

function sample(image: ColourImage, x: number, y: number, channel: number): number {
  const px = Math.min(image.width - 1, Math.max(0, Math.round(x)));
  const py = Math.min(image.height - 1, Math.max(0, Math.round(y)));
  return image.data[(py * image.width + px) * 3 + channel] ?? 0;
}
