/** p50, p95, p99 and the most, to a tenth. @throws when one is no number: nothing was measured there */
export function percentilesOf(values: readonly number[]): { p50: number; p95: number; p99: number; most: number } {
  if (values.length === 0 || values.some((value) => !Number.isFinite(value))) throw new Error('not all of it was measured');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
    return Math.round(value * 10) / 10;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}
