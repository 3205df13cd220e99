import { AppError } from '#shared/contracts/errors.ts';
import type { Action } from '#shared/domain/policy.ts';
import { admits } from '../reach.ts';
import type { CommandContext } from './commands.ts';

type Handler<Input, Output> = (context: CommandContext, input: Input) => Promise<Output>;

/** A command's handler for those who may do this to something; others get FORBIDDEN, and a line in the log. */
export function requireAction<Input, Output>(action: Action, handler: Handler<Input, Output>): Handler<Input, Output> {
  return (context, input) => {
    const { userId, role } = context.viewer;
    if (admits(context.viewer, action)) return handler(context, input);
    context.logger.warn({ userId, role, action }, 'refused: not allowed');
    return Promise.reject(new AppError('FORBIDDEN'));
  };
}
