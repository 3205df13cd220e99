/** From how many characters on a typing error is looked for: in shorter words everything is like everything. */
export const SHORTEST_WITH_TYPO = 5;

/** All that a text may have been meant for, if one character was mistyped, left out, doubled or changed places with its neighbour. */
export interface OneTypo {
  /** Known to the letter: two neighbours changed places, or a character too many was typed. */
  literals: string[];
  /** Known but for one character (`_`, as SQL's LIKE has it): another was typed, or none. */
  patterns: string[];
  /** Whatever fits a pattern begins with this or ends with that: so that an index finds it. */
  head: string;
  tail: string;
}

/**
 * Takes a text of letters and digits apart. `head` says how many characters the beginning has; where an ending tells little (all plates of
 * Benin end in RB) a short beginning leaves it more.
 */
export function oneTypo(text: string, head = text.length >> 1): OneTypo {
  const places = Array.from(text, (_, at) => at);
  const without = (at: number, instead = '', characters = 1): string => text.slice(0, at) + instead + text.slice(at + characters);
  const swapped = places.slice(1).map((at) => without(at - 1, `${text[at] ?? ''}${text[at - 1] ?? ''}`, 2));
  const literals = new Set([...swapped, ...places.map((at) => without(at))]);
  literals.delete(text);
  const patterns = new Set([
    ...places.map((at) => without(at, '_')),
    ...[...places, text.length].map((at) => without(at, '_', 0)),
  ]);
  return { literals: [...literals], patterns: [...patterns], head: text.slice(0, head), tail: text.slice(head) };
}
