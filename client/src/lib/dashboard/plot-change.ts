import type { PlotValues } from './plot.ts';

/** Half a pixel of height: less is not seen. */
const SEEN = 0.5;

const topOf = (values: PlotValues): number =>
  values.reduce((top, one) => one.reduce<number>((most, value) => Math.max(most, value ?? 0), top), 0);

/**
 * Whether a chart of `height` pixels would look another than before. A payment among some thousand moves no bar by as much as a pixel, and
 * drawing is what an update costs most: what cannot be seen is not drawn, and adds up until it can.
 */
export function looksOther(drawn: PlotValues, next: PlotValues, height: number): boolean {
  if (drawn.length !== next.length) return true;
  const [before, after] = [topOf(drawn), topOf(next)];
  // The axis goes with the highest value.
  if (Math.abs(after - before) * height > SEEN * Math.max(after, before)) return true;
  const pixels = height / (after || 1);
  return next.some((one, series) => {
    const old = drawn[series];
    return (
      one.length !== old?.length ||
      one.some((value, place) => {
        const was = old[place] ?? null;
        if (value === null || was === null) return value !== was;
        return Math.abs(value - was) * pixels > SEEN;
      })
    );
  });
}
