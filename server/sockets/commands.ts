import type { CommandName, CommandOutput, CommandParsed } from '#shared/contracts/commands.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Subscriber } from '../live/live.service.ts';
import type { Viewer } from '../live/topic.ts';

/** What a command's handler is told about who sent it. */
export interface CommandContext {
  viewer: Viewer;
  logger: Logger;
  /** The rooms of the socket that sent it. */
  subscriber: Subscriber;
}

/** Handlers are thin: the input is parsed already; they authorise, call a use-case, answer. They throw AppError to refuse. */
export type CommandHandlers<C extends CommandName = CommandName> = {
  [K in C]: (context: CommandContext, input: CommandParsed<K>) => Promise<CommandOutput<K>>;
};
