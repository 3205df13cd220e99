import type { ChannelStatus } from '#shared/contracts/channels.ts';

/** The colour that repeats a status's word. */
export const toneOf = { working: 'good', slow: 'warn', failing: 'bad', off: 'neutral' } as const satisfies Record<
  ChannelStatus,
  'good' | 'warn' | 'bad' | 'neutral'
>;

/** What was looked at longer ago is not to be believed any more. Milliseconds; a look is made every ten seconds. */
export const STALE_MS = 45_000;
