import type { Logger } from '#shared/node/logger.ts';
import type { HttpBindings } from '@hono/node-server';
import type { SecondStep } from '#shared/contracts/second-factor.ts';
import type { Viewer } from '../live/topic.ts';

/** What Hono's context carries here. `viewer` is set by `requireSession`, `secondStep` by the routes that take one. */
export interface HttpEnvironment {
  Bindings: HttpBindings;
  Variables: { logger: Logger; requestId: string; clientAddress: string; viewer: Viewer; secondStep: SecondStep | null };
}
