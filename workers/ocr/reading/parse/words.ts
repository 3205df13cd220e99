/** A rectangle in pixels of the straightened page. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** A word as recognised; `confidence` 0..1. */
export interface Word {
  readonly text: string;
  readonly confidence: number;
  readonly box: Box;
}

/** Words that stand on one line, left to right. */
export interface Row {
  readonly words: Word[];
  readonly box: Box;
}

/** Neighbouring words of a row with no wide gap between them: a label, or a value. */
export interface Segment extends Row {
  readonly row: number;
}

export function boxAround(words: readonly { readonly box: Box }[]): Box {
  return {
    x0: Math.min(...words.map((w) => w.box.x0)),
    y0: Math.min(...words.map((w) => w.box.y0)),
    x1: Math.max(...words.map((w) => w.box.x1)),
    y1: Math.max(...words.map((w) => w.box.y1)),
  };
}

export function heightOf(box: Box): number {
  return box.y1 - box.y0;
}

export function centreY(box: Box): number {
  return (box.y0 + box.y1) / 2;
}

export function textOf(words: readonly Word[]): string {
  return words.map((w) => w.text).join(' ');
}

/** Mean confidence weighted by length, pulled down by the worst word: a value is as sure as its weakest part. */
export function confidenceOf(words: readonly Word[]): number {
  if (words.length === 0) return 0;
  const letters = words.reduce((sum, w) => sum + w.text.length, 0) || 1;
  const mean = words.reduce((sum, w) => sum + w.confidence * w.text.length, 0) / letters;
  return (mean + Math.min(...words.map((w) => w.confidence))) / 2;
}

/** Height of an ordinary line of this page in pixels. */
export function usualHeight(words: readonly Word[]): number {
  const heights = words
    .filter((w) => w.text.length > 1)
    .map((w) => heightOf(w.box))
    .sort((a, b) => a - b);
  return heights[Math.floor(heights.length / 2)] ?? 20;
}

/** Rows from top to bottom. The page is straight, so a row is what overlaps the running line by half its height. */
export function rowsOf(words: readonly Word[]): Row[] {
  const rows: { words: Word[]; centre: number; height: number }[] = [];
  for (const word of [...words].sort((a, b) => centreY(a.box) - centreY(b.box))) {
    const centre = centreY(word.box);
    const row = rows
      .slice(-4)
      .find((r) => Math.abs(r.centre - centre) < 0.45 * Math.min(r.height, Math.max(heightOf(word.box), r.height * 0.5)));
    if (row) {
      row.words.push(word);
      row.centre += (centre - row.centre) / row.words.length;
      row.height = Math.max(row.height, Math.min(heightOf(word.box), row.height * 1.5));
    } else {
      rows.push({ words: [word], centre, height: Math.max(6, heightOf(word.box)) });
    }
  }
  return rows.map((r) => {
    const inOrder = r.words.sort((a, b) => a.box.x0 - b.box.x0);
    return { words: inOrder, box: boxAround(inOrder) };
  });
}

/** Rows cut where the gap is wider than `gap` times the height of the letters. */
export function segmentsOf(rows: readonly Row[], gap = 2): Segment[] {
  return rows.flatMap((row, index) => {
    const segments: Word[][] = [];
    for (const word of row.words) {
      const current = segments.at(-1);
      const last = current?.at(-1);
      const height = Math.max(heightOf(word.box), last ? heightOf(last.box) : 0);
      if (current && last && word.box.x0 - last.box.x1 < gap * height) current.push(word);
      else segments.push([word]);
    }
    return segments.map((words) => ({ row: index, words, box: boxAround(words) }));
  });
}
