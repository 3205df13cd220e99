import { expect, it } from 'vitest';
import type { Quad } from '#shared/contracts/documents.ts';
import { cropAround, polygonPoints } from './geometry.ts';

const quad: Quad = [
  [0.1, 0.2],
  [0.3, 0.2],
  [0.3, 0.25],
  [0.1, 0.25],
];

it('draws shares in pixels', () => {
  expect(polygonPoints(quad, 1000, 800)).toBe('100.0,160.0 300.0,160.0 300.0,200.0 100.0,200.0');
});

it('crops around the middle of the box, in the shape asked for, with the box inside', () => {
  const crop = cropAround(quad, 1000, 800, 4);
  expect(crop.width / crop.height).toBeCloseTo(4);
  expect(crop.x + crop.width / 2).toBeCloseTo(200);
  expect(crop.y + crop.height / 2).toBeCloseTo(180);
  expect(crop.x).toBeLessThan(100);
  expect(crop.y).toBeLessThan(160);
});
