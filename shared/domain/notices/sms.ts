/** Letters of GSM 03.38 that count as one; those of its extension count as two. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const EXTENSION = new Set('\f^{}\\[~]|€');

const PLAIN: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '«': '"',
  '»': '"',
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  œ: 'oe',
  Œ: 'OE',
  '\u00a0': ' ',
  '\u202f': ' ',
  '\u2009': ' ',
  '\u200e': '',
};

/**
 * The same text in the letters of GSM 03.38: with any other, an SMS has 70 letters instead of 160. Accents that it lacks (ê, ç, î) are
 * left off as people do; what cannot be written (Arabic) stays, and costs.
 */
export function toGsm(text: string): string {
  return [...text.normalize('NFC')]
    .map((letter) => {
      if (BASIC.has(letter) || EXTENSION.has(letter)) return letter;
      const plain = PLAIN[letter] ?? letter.normalize('NFD').replace(/\p{M}/gu, '');
      return [...plain].every((one) => BASIC.has(one)) ? plain : letter;
    })
    .join('')
    .replace(/ {2,}/g, ' ')
    .replace(/" ([^"]*) "/g, '"$1"');
}

/** How many messages a text is billed as: 160 letters in one, 153 in each of several; 70 and 67 once a letter is outside GSM 03.38. */
export function smsSegments(text: string): number {
  const letters = [...text];
  const gsm = letters.every((letter) => BASIC.has(letter) || EXTENSION.has(letter));
  const length = gsm ? letters.length + letters.filter((letter) => EXTENSION.has(letter)).length : text.length;
  const [single, part] = gsm ? [160, 153] : [70, 67];
  return length <= single ? 1 : Math.ceil(length / part);
}
