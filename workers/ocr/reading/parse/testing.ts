import type { Word } from './words.ts';

/** Words laid out as text: each line at its own height, each `@x` telling where the words after it begin. For tests. */
export function page(lines: string, confidence = 0.95): Word[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .flatMap((line, row) => {
      let x = 0;
      return line.split(/\s+/).flatMap((token): Word[] => {
        if (token.startsWith('@')) {
          x = Number(token.slice(1));
          return [];
        }
        if (token === '') return [];
        const box = { x0: x, y0: row * 40, x1: x + token.length * 12, y1: row * 40 + 20 };
        x = box.x1 + 12;
        return [{ text: token, confidence, box }];
      });
    });
}

/** Values by field name, the first of each. */
export function valuesByName(candidates: readonly { readonly name: string; readonly value: string }[]): Record<string, string> {
  return Object.fromEntries([...candidates].reverse().map((c) => [c.name, c.value]));
}
