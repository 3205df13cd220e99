/** Numbers that depend on the seed alone, fast enough for tens of millions (sfc32). */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number;
  /** 0 ≤ n < `count`, whole. */
  below(count: number): number;
  chance(share: number): boolean;
}

export function createRandom(seed: number, stream = 0): Random {
  let [a, b, c, counter] = [seed | 0, stream | 0, 0x9e3779b9, 1];
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4_294_967_296;
  };
  for (let turn = 0; turn < 15; turn += 1) next();
  return { next, below: (count) => Math.floor(next() * count), chance: (share) => next() < share };
}

/** Draws from weighted things in constant time a draw: what is heavier is found oftener. */
export function weighted<T>(items: readonly (readonly [weight: number, item: T])[]): (random: Random) => T {
  const total = items.reduce((sum, [weight]) => sum + weight, 0);
  const ends: number[] = [];
  let end = 0;
  for (const [weight] of items) ends.push((end += weight / total));
  const last = items.at(-1);
  if (!last) throw new RangeError('nothing to draw from');
  return (random) => {
    const at = random.next();
    const index = ends.findIndex((limit) => at < limit);
    return (items[index] ?? last)[1];
  };
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hex = (word: number): string =>
  `${HEX[word >>> 24] ?? ''}${HEX[(word >>> 16) & 255] ?? ''}${HEX[(word >>> 8) & 255] ?? ''}${HEX[word & 255] ?? ''}`;

/** A bijection of 32 bits whose output looks random (murmur3's finaliser). */
const mixed = (word: number): number => {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/**
 * The id of the nth thing of a kind: of the form of a random UUID, spread like one, the same each time. Two numbers of a kind never have
 * the same id (the first word is a bijection of the number), and so are not kept anywhere.
 */
export function createIds(seed: number, kind: number): (number: number) => string {
  const salt = mixed(Math.imul(seed, 31) + kind);
  const [second, third, fourth] = [mixed(salt + 1), mixed(salt + 2), mixed(salt + 3)];
  return (number) => {
    const a = mixed(number ^ salt);
    const b = mixed(a ^ second);
    const c = mixed(a + third);
    const d = mixed(b ^ fourth);
    const [bh, ch] = [hex(b), hex(c)];
    return `${hex(a)}-${bh.slice(0, 4)}-4${bh.slice(5)}-a${ch.slice(1, 4)}-${ch.slice(4)}${hex(d)}`;
  };
}

/** Letters and digits that are not mistaken for each other. */
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** The nth receipt's public reference: 20 characters, each another, spread like random ones. */
export function createReferences(seed: number): (number: number) => string {
  const salt = mixed(Math.imul(seed, 31) - 1);
  return (number) => {
    let text = '';
    let word = number;
    // The first seven characters hold a bijection of the number: none comes twice.
    for (let turn = 0; turn < 3; turn += 1) {
      word = mixed(word ^ salt ^ (turn === 0 ? 0 : Math.imul(turn, 0x9e3779b9)));
      for (let shift = 0; shift < 35; shift += 5) text += LETTERS[(word >>> Math.min(shift, 30)) & 31] ?? '2';
    }
    return text.slice(0, 20);
  };
}
