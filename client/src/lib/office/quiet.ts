import type { ConnectionStatus } from '$lib/live/live-client.ts';
import type { BoardView } from '#shared/contracts/tickets.ts';

/** A call that is not older is still being read and heard. Milliseconds. */
const QUIET_AFTER_MS = 90_000;

/** Whether a board may reload: it is live, so that it comes back with everything, and nobody was just called. */
export function isQuiet(board: Pick<BoardView, 'calls'> | null, status: ConnectionStatus, now: number): boolean {
  const last = board?.calls[0];
  return status === 'live' && board !== null && (last === undefined || now - Date.parse(last.calledAt) > QUIET_AFTER_MS);
}
