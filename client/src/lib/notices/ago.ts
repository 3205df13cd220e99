const STEPS: readonly [unit: Intl.RelativeTimeFormatUnit, milliseconds: number][] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** How long ago something was, in words of a language; null for less than a minute. A clock that is behind makes nothing of the future. */
export function ago(at: string, now: number, tag: string): string | null {
  const passed = now - Date.parse(at);
  const [unit, length] = STEPS.find(([, milliseconds]) => passed >= milliseconds) ?? [];
  if (!unit || !length) return null;
  return new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }).format(-Math.floor(passed / length), unit);
}
