/** No amount has more digits: they stay exact. */
const MOST_DIGITS = 15;

/**
 * An amount as statements write it, in the minor unit; null when it is none. Point or comma before the decimals, point, comma, space or
 * apostrophe between thousands; a minus before or behind, or parentheses. One mark with three digits behind it stands between thousands:
 * no currency here has three decimals. Decimals that the currency does not have must be zeros.
 */
export function parseAmount(text: string, minorDigits: number): number | null {
  let rest = text.trim().replace(/^'(?=[-+=@(\d])/, '');
  let sign = 1;
  const turned = /^\((.*)\)$/.exec(rest) ?? /^[-\u2212](.*)$/.exec(rest) ?? /^(.*)[-\u2212]$/.exec(rest);
  if (turned) [sign, rest] = [-1, turned[1] ?? ''];
  else rest = rest.replace(/^\+/, '');
  rest = rest.trim();
  const parts = splitDecimals(rest);
  if (!parts) return null;
  const { whole, decimals } = parts;
  if (!/^(\d+|\d{1,3}([ \u00a0\u202f'’]\d{3})+|\d{1,3}(,\d{3})+|\d{1,3}(\.\d{3})+)$/.test(whole)) return null;
  if (!/^\d*$/.test(decimals) || /[1-9]/.test(decimals.slice(minorDigits))) return null;
  const digits = whole.replace(/\D/g, '') + decimals.slice(0, minorDigits).padEnd(minorDigits, '0');
  if (digits.replace(/^0+/, '').length > MOST_DIGITS) return null;
  const amount = Number(digits);
  return amount === 0 ? 0 : sign * amount;
}

function splitDecimals(text: string): { whole: string; decimals: string } | null {
  const mark = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','));
  if (mark < 0) return { whole: text, decimals: '' };
  const [whole, decimals, sign] = [text.slice(0, mark), text.slice(mark + 1), text[mark] ?? ''];
  if (decimals === '') return null;
  const again = whole.includes(sign);
  if (again) return { whole: text, decimals: '' };
  // 1,500 is a thousand and a half; 0,500 and 1.234,500 are decimals.
  const thousands = decimals.length === 3 && /^[1-9]\d{0,2}$/.test(whole);
  return thousands ? { whole: text, decimals: '' } : { whole, decimals };
}
