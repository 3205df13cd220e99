/** Letters that do not come apart into a letter and an accent. */
const WHOLE: Readonly<Record<string, string>> = {
  ...{ Œ: 'oe', œ: 'oe', Æ: 'ae', æ: 'ae', ß: 'ss' },
  ...{ Ø: 'o', ø: 'o', Ł: 'l', ł: 'l', Đ: 'd', đ: 'd', ı: 'i' },
};

/** What is typed and what is kept, in one form: no accents, no capitals, no apostrophes. `search_fold` of the database does the same. */
export const fold = (text: string): string =>
  text
    .replace(/[ŒœÆæßØøŁłĐđı]/g, (letter) => WHOLE[letter] ?? '')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'’ʼ`]/g, '')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** The words of a search, at most four; more do not find more. A word of a name is looked for with and without its dashes. */
export const searchWords = (text: string): string[] => [
  ...new Set(
    fold(text)
      .split(/[^a-z0-9]+/)
      .filter(Boolean)
      .map((word) => word.slice(0, 40))
      .slice(0, 4),
  ),
];
