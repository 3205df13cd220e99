import sharp from 'sharp';
import type { LoadReport } from './report.ts';

const [WIDTH, HEIGHT, LEFT, TOP] = [960, 260, 70, 40];
const COLOURS = ['#1b5e9e', '#b3541e', '#2e7d32', '#7b3fa0', '#555555'];

interface Curve {
  name: string;
  points: readonly (readonly [number, number])[];
}

/** A picture of curves over seconds, one below the other. */
export async function plotPng(report: LoadReport): Promise<Buffer> {
  const { slices } = report;
  const kinds = [...new Set(slices.flatMap(({ p99 }) => Object.keys(p99)))].filter((kind) =>
    slices.some(({ p99 }) => (p99[kind] ?? 0) > 0),
  );
  const panels = [
    panel(
      'p99 commit → screen, ms',
      kinds.map((name) => ({ name, points: slices.flatMap(({ at, p99 }) => (p99[name] ? [[at, p99[name]] as const] : [])) })),
    ),
    panel('people', [
      { name: 'connected', points: slices.map(({ at, connected }) => [at, connected]) },
      { name: 'all topics read', points: slices.map(({ at, settled }) => [at, settled]) },
    ]),
    panel('longest stall of a node, ms', [{ name: 'stall', points: slices.map(({ at, stallMs }) => [at, stallMs]) }]),
    panel('memory of all nodes, MB', [
      { name: 'RSS', points: slices.map(({ at, rss }) => [at, rss / 2 ** 20]) },
      { name: 'heap', points: slices.map(({ at, heap }) => [at, heap / 2 ** 20]) },
    ]),
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT * panels.length}" font-family="DejaVu Sans, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>${panels.map((one, index) => `<g transform="translate(0 ${index * HEIGHT})">${one}</g>`).join('')}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

function panel(title: string, curves: readonly Curve[]): string {
  const all = curves.flatMap(({ points }) => points);
  const [most, end] = [Math.max(1, ...all.map(([, y]) => y)) * 1.1, Math.max(1, ...all.map(([x]) => x))];
  const [right, bottom] = [WIDTH - 20, HEIGHT - 30];
  const x = (value: number): number => LEFT + (value / end) * (right - LEFT);
  const y = (value: number): number => bottom - (value / most) * (bottom - TOP);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const value = most * share;
    return `<line x1="${LEFT}" x2="${right}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/><text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end" fill="#333">${Math.round(value)}</text>`;
  });
  const seconds = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<text x="${x(end * share)}" y="${bottom + 18}" text-anchor="middle" fill="#333">${Math.round(end * share)} s</text>`,
  );
  const lines = curves.map(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const drawn = points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    return `<polyline points="${drawn}" fill="none" stroke="${colour}" stroke-width="2"/><text x="${LEFT + 250 + index * 150}" y="24" fill="${colour}">■ ${name}</text>`;
  });
  return `<text x="${LEFT}" y="24" fill="#111" font-weight="bold">${title}</text>${[...grid, ...seconds, ...lines].join('')}`;
}
