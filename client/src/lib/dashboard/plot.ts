import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** How a series is drawn. Its form tells it apart, not its colour alone. */
export type PlotForm = 'bars' | 'area' | 'dashed' | 'dotted';

export interface PlotSeries {
  label: string;
  form: PlotForm;
}

/** One window of a fixed number of places: hours of a day, days, minutes. Null: nothing is known there (yet). */
export type PlotValues = readonly (readonly (number | null)[])[];

export interface PlotOptions {
  series: readonly PlotSeries[];
  /** What stands under a place. */
  label: (place: number) => string;
  /** A value on the axis: short. */
  short: (value: number) => string;
  /** The place under the pointer; null: none. */
  onPlace: (place: number | null) => void;
  values: PlotValues;
  width: number;
  height: number;
  /** Of the axes' letters, pixels. */
  letters?: number;
}

export interface Plot {
  set(values: PlotValues): void;
  resize(width: number, height: number): void;
  /** The colours of the page have changed. */
  repaint(): void;
  destroy(): void;
}

/** Steps of the axis: taxes and minor units are not cut in two. */
const WHOLE_STEPS = Array.from({ length: 45 }, (_, index) => ([1, 2, 5][index % 3] ?? 1) * 10 ** Math.floor(index / 3));

const TONES: Readonly<Record<PlotForm, string>> = {
  bars: '--ink',
  area: '--ink',
  dashed: '--chart-before',
  dotted: '--chart-target',
};

/** Loaded with the first chart only. One canvas, drawn anew at each state; nothing is kept of the states before. */
export function createPlot(host: HTMLElement, options: PlotOptions): Plot {
  const style = getComputedStyle(host);
  /** Asked for once: each question makes the browser lay out the page before it answers. */
  const colours = new Map<string, string>();
  const colour = (name: string): string => {
    const known = colours.get(name);
    if (known !== undefined) return known;
    const read = style.getPropertyValue(name).trim() || style.color;
    colours.set(name, read);
    return read;
  };
  const letters = options.letters ?? 13;
  const font = `500 ${letters}px ${style.getPropertyValue('--font').trim() || 'sans-serif'}`;
  const dataOf = (values: PlotValues): uPlot.AlignedData => {
    const places = Array.from({ length: values[0]?.length ?? 0 }, (_, place) => place);
    return [places, ...values.map((one) => [...one])];
  };
  const axis = { stroke: () => colour('--text-soft'), font, ticks: { show: false } };
  const plot = new uPlot(
    {
      width: options.width,
      height: options.height,
      padding: [8, 4, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: (_, low, high) => [low - 0.5, high + 0.5] },
        y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.06 : 1] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          // As many labels as there is room for, whole steps apart.
          splits: (self, _axis, low, high) =>
            stepped(Math.ceil(low), Math.floor(high), Math.max(1, Math.ceil((3.6 * letters * (high - low)) / self.width))),
          values: (_, splits) => splits.map(options.label),
          size: letters * 2.3,
          gap: letters * 0.65,
        },
        {
          ...axis,
          grid: { stroke: () => colour('--line'), width: 1 },
          incrs: WHOLE_STEPS,
          values: (_, splits) => splits.map(options.short),
          size: letters * 4.5,
          space: letters * 2.6,
        },
      ],
      series: [
        {},
        ...options.series.map(({ label, form }): uPlot.Series => {
          const stroke = (): string => colour(TONES[form]);
          if (form === 'bars') {
            return {
              label,
              stroke,
              fill: stroke,
              width: 0,
              paths: uPlot.paths.bars?.({ size: [0.66, 48], radius: 0.12 }) ?? (() => null),
              points: { show: false },
            };
          }
          return {
            ...{ label, stroke, spanGaps: false, points: { show: false } },
            width: form === 'area' ? 2 : 2.5,
            ...(form === 'area' && { fill: () => colour('--ink-wash') }),
            ...(form === 'dashed' && { dash: [9, 5] }),
            ...(form === 'dotted' && { dash: [2, 5], cap: 'round' as const }),
          };
        }),
      ],
      hooks: { setCursor: [({ cursor }) => options.onPlace(cursor.idx ?? null)] },
    },
    dataOf(options.values),
    host,
  );
  return {
    set: (values) => plot.setData(dataOf(values)),
    resize: (width, height) => plot.setSize({ width, height }),
    repaint() {
      colours.clear();
      plot.redraw(false, true);
    },
    destroy: () => plot.destroy(),
  };
}

function stepped(from: number, to: number, step: number): number[] {
  const splits: number[] = [];
  for (let at = Math.max(0, from); at <= to; at += step) splits.push(at);
  return splits;
}
