import type { Comparison, MetricUnit } from '#shared/contracts/alarm-metrics.ts';

/** Why thresholds make no rule; null: they do. `order`: the alarm must be worse than the warning. */
export function termsFault(
  { warnAt, alarmAt }: { warnAt: number | null; alarmAt: number | null },
  comparison: Comparison,
  unit: MetricUnit,
): 'none' | 'order' | 'range' | null {
  if (warnAt === null && alarmAt === null) return 'none';
  if (unit === 'percent' && [warnAt, alarmAt].some((one) => one !== null && one > 100)) return 'range';
  if (warnAt === null || alarmAt === null) return null;
  return (comparison === 'above' ? alarmAt > warnAt : alarmAt < warnAt) ? null : 'order';
}
