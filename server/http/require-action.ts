import type { MiddlewareHandler } from 'hono';
import { AppError } from '#shared/contracts/errors.ts';
import type { Action } from '#shared/domain/policy.ts';
import { admits } from '../reach.ts';
import type { HttpEnvironment } from './environment.ts';

/** Lets through, behind `requireSession`, who may do this to something; others get FORBIDDEN, and a line in the log. */
export function requireAction(action: Action): MiddlewareHandler<HttpEnvironment> {
  return async (c, next) => {
    const { userId, role } = c.get('viewer');
    if (!admits(c.get('viewer'), action)) {
      c.get('logger').warn({ userId, role, action }, 'refused: not allowed');
      throw new AppError('FORBIDDEN');
    }
    await next();
  };
}
