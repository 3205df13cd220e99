import { z } from 'zod';

const KEY = 'vignette-recovery';
const Pending = z.object({ identifier: z.string(), ticket: z.string() });
/** The address that a code was sent to and the ticket of this browser, kept for this tab while the code is fetched. */
export type PendingRecovery = z.infer<typeof Pending>;

export function readRecovery(): PendingRecovery | null {
  try {
    const kept = Pending.safeParse(JSON.parse(sessionStorage.getItem(KEY) ?? 'null'));
    return kept.success ? kept.data : null;
  } catch {
    return null;
  }
}

export function keepRecovery(pending: PendingRecovery | null): void {
  try {
    if (pending) sessionStorage.setItem(KEY, JSON.stringify(pending));
    else sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing starts again after a reload.
  }
}
