export type Point = [number, number];

/** Four corners clockwise from the top left. Always exactly four. */
export type Corners = [Point, Point, Point, Point];

/** Row-major 3×3 matrix of a projective map. */
export type Homography = readonly number[];

/** The projective map that takes the four corners `from` to `to` (Gaussian elimination on eight unknowns). */
export function homography(from: Corners, to: Corners): Homography {
  const rows: number[][] = [];
  from.forEach(([x, y], i) => {
    const [u, v] = to[i] ?? [0, 0];
    rows.push([x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]);
  });
  return [...solve(rows), 1];
}

function solve(rows: number[][]): number[] {
  const n = rows.length;
  const cell = (r: number, c: number): number => rows[r]?.[c] ?? 0;
  for (let column = 0; column < n; column += 1) {
    let pivot = column;
    for (let r = column + 1; r < n; r += 1) if (Math.abs(cell(r, column)) > Math.abs(cell(pivot, column))) pivot = r;
    const top = rows[pivot] ?? [];
    rows[pivot] = rows[column] ?? [];
    rows[column] = top;
    const head = cell(column, column) || 1e-12;
    for (let c = column; c <= n; c += 1) top[c] = (top[c] ?? 0) / head;
    for (let r = 0; r < n; r += 1) {
      const row = rows[r];
      const factor = cell(r, column);
      if (r === column || !row || factor === 0) continue;
      for (let c = column; c <= n; c += 1) row[c] = (row[c] ?? 0) - factor * (top[c] ?? 0);
    }
  }
  return rows.map((row) => row[n] ?? 0);
}

export function project(h: Homography, [x, y]: Point): Point {
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0, g = 0, i = 0, j = 1] = h;
  const w = g * x + i * y + j || 1e-12;
  return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
}

export function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(ax - bx, ay - by);
}

/** Shoelace area; positive when the corners run clockwise on a screen (y down). */
export function area(corners: readonly Point[]): number {
  let sum = 0;
  corners.forEach(([x, y], i) => {
    const [nx, ny] = corners[(i + 1) % corners.length] ?? [0, 0];
    sum += x * ny - nx * y;
  });
  return sum / 2;
}

export function isConvex(corners: Corners): boolean {
  return corners.every((corner, i) => {
    const next = corners[(i + 1) % 4] ?? corner;
    const after = corners[(i + 2) % 4] ?? corner;
    return (next[0] - corner[0]) * (after[1] - next[1]) - (next[1] - corner[1]) * (after[0] - next[0]) > 0;
  });
}

/** The corners clockwise, starting with the one nearest to the top left. */
export function orderCorners(corners: Corners): Corners {
  const [p, q, r, s] = area(corners) < 0 ? [corners[3], corners[2], corners[1], corners[0]] : corners;
  const around: Corners = [p, q, r, s];
  let first = 0;
  around.forEach(([x, y], i) => {
    const [fx, fy] = around[first] ?? [0, 0];
    if (x + y < fx + fy) first = i;
  });
  const at = (i: number): Point => around[(first + i) % 4] ?? [0, 0];
  return [at(0), at(1), at(2), at(3)];
}

export function mapCorners(corners: Corners, map: (point: Point) => Point): Corners {
  return [map(corners[0]), map(corners[1]), map(corners[2]), map(corners[3])];
}
