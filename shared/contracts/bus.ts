import type { SessionEnd } from './identity.ts';
import type { LiveMessage } from './topics.ts';

/** What travels on the live bus (one Redis channel): a message for a room of sockets, or an order to every node. */
export type BusMessage =
  { kind: 'live'; room: string; message: LiveMessage } | { kind: 'session-ended'; sessionId: string; why: SessionEnd };

/** A room is a topic for one audience: what an agent may see of it differs from what a citizen may. */
export const AUDIENCES = ['owner', 'staff', 'public'] as const;
export type Audience = (typeof AUDIENCES)[number];
export const roomOf = (topic: string, audience: Audience): string => `${topic}#${audience}`;
