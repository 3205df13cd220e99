import { decodeQR } from 'qr/decode.js';
import { expect, it } from 'vitest';
import { qrPath } from './qr-path.ts';

it('draws a code that is read back', async () => {
  const text = `V1|2026-01|ABCDEFGHJKLMNPQRSTUV|1234TAB|2026-12-31|16500|MGA.${'k'.repeat(85)}Q`;
  const { path, size } = await qrPath(text);
  const scale = 4;
  const side = size * scale;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let dy = 0; dy < scale; dy += 1) {
      const from = ((Number(y) * scale + dy) * side + Number(x) * scale) * 4;
      for (let at = 0; at < scale * 4; at += 1) if (at % 4 < 3) data[from + at] = 0;
    }
  }
  expect(decodeQR({ width: side, height: side, data }, { timeLimit: 2_000 })).toBe(text);
  expect(/M[0-3] |M\d+ [0-3]h/.test(path)).toBe(false);
});
