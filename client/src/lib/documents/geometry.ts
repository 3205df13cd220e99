import type { Quad } from '#shared/contracts/documents.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A quadrilateral (shares of the photograph) as the points of an SVG polygon, in pixels. */
export const polygonPoints = (quad: Quad, width: number, height: number): string =>
  quad.map(([x, y]) => `${(x * width).toFixed(1)},${(y * height).toFixed(1)}`).join(' ');

/** The part of a photograph to show for one field, in pixels: its box with room around it, at least as wide as `aspect` times its height. */
export function cropAround(quad: Quad, width: number, height: number, aspect = 4): Box {
  const xs = quad.map(([x]) => x * width);
  const ys = quad.map(([, y]) => y * height);
  const left = Math.min(...xs);
  const top = Math.min(...ys);
  const boxWidth = Math.max(...xs) - left;
  const boxHeight = Math.max(...ys) - top;
  const margin = Math.max(boxHeight * 0.9, width * 0.008);
  const cropHeight = boxHeight + 2 * margin;
  const cropWidth = Math.max(boxWidth + 2 * margin, cropHeight * aspect);
  const finalHeight = Math.max(cropHeight, cropWidth / aspect);
  return {
    x: left + boxWidth / 2 - cropWidth / 2,
    y: top + boxHeight / 2 - finalHeight / 2,
    width: cropWidth,
    height: finalHeight,
  };
}
