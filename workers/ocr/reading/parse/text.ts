/** Letters and digits only, lower case, without accents: what labels are compared by. */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[°º]/g, 'o')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/** Number of single-character edits between two texts. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** 1 for equal texts, 0 for texts with nothing in common. */
export function similarity(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 1 : 1 - editDistance(a, b) / longest;
}

/** The entry nearest to the text within the distance that its length allows; null when none is near or two are equally near. */
export function nearest(
  text: string,
  entries: readonly string[],
  allowed = (length: number) => (length >= 8 ? 2 : length >= 4 ? 1 : 0),
): { entry: string; distance: number } | null {
  let best: { entry: string; distance: number } | null = null;
  let tied = false;
  for (const entry of entries) {
    const distance = editDistance(text, entry);
    if (distance > allowed(entry.length)) continue;
    if (!best || distance < best.distance) {
      best = { entry, distance };
      tied = false;
    } else if (distance === best.distance) tied = true;
  }
  return tied && best && best.distance > 0 ? null : best;
}

/** Letters that print like digits. */
const DIGIT_FOR: Readonly<Record<string, string>> = {
  O: '0',
  Q: '0',
  D: '0',
  U: '0',
  I: '1',
  L: '1',
  '|': '1',
  '!': '1',
  T: '7',
  Z: '2',
  S: '5',
  B: '8',
  G: '6',
  A: '4',
  J: '1',
};
/** Digits that print like letters. */
const LETTER_FOR: Readonly<Record<string, string>> = {
  '0': 'O',
  '1': 'I',
  '2': 'Z',
  '4': 'A',
  '5': 'S',
  '6': 'G',
  '7': 'T',
  '8': 'B',
};

export function asDigits(text: string): string {
  return [...text].map((c) => DIGIT_FOR[c.toUpperCase()] ?? c).join('');
}

export function asLetters(text: string): string {
  return [...text].map((c) => LETTER_FOR[c] ?? c).join('');
}

/** What else a character may have been, by its shape. */
export const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'DQ',
  D: '0',
  '1': 'JT7',
  J: '1',
  '2': 'Z',
  Z: '27',
  '3': '8',
  '4': 'A',
  A: '4',
  '5': 'S',
  S: '58',
  '6': 'G',
  G: '6C',
  '7': 'TZ1',
  T: '71',
  '8': 'B3S',
  B: '8',
  C: 'G',
  E: 'F',
  F: 'EP',
  H: 'MN',
  K: 'X',
  M: 'NH',
  N: 'MH',
  P: 'F',
  U: 'VW',
  V: 'UY',
  W: 'VM',
  X: 'K',
  Y: 'V',
};
