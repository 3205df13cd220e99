import type { CommandName, CommandOutput, CommandParsed } from '#shared/contracts/commands.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { can, type Action } from '#shared/domain/policy.ts';
import type { CommandContext } from './commands.ts';

type Handler<C extends CommandName> = (context: CommandContext, input: CommandParsed<C>) => Promise<CommandOutput<C>>;

/** A command's handler for those who may do this to something; others get FORBIDDEN, and a line in the log. */
export function requireAction<C extends CommandName>(action: Action, handler: Handler<C>): Handler<C> {
  return (context, input) => {
    const { userId, role } = context.viewer;
    if (can(context.viewer, action)) return handler(context, input);
    context.logger.warn({ userId, role, action }, 'refused: not allowed');
    return Promise.reject(new AppError('FORBIDDEN'));
  };
}
