import { scopeOf, withScope } from '#db/scope.ts';
import { COMMANDS, type CommandName } from '#shared/contracts/commands.ts';
import { AppError, type ErrorBody } from '#shared/contracts/errors.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Viewer } from '../live/topic.ts';
import { faultOf } from '../faults.ts';
import type { CommandContext, CommandHandlers } from './commands.ts';
import { GUEST_COMMANDS } from './guests.ts';
import type { LiveSocket } from './session-registry.ts';

/** A socket may send this many commands a second, and twice as many at once; far beyond it is cut off. */
export const COMMANDS_PER_SECOND = 20;
const BURST = 2 * COMMANDS_PER_SECOND;
const CUT_OFF_DEBT = -200;

export interface CommandDispatcher {
  /** Handles one packet of a socket: parses, limits, calls the handler, acknowledges with data or a coded error. */
  dispatch(socket: LiveSocket, name: string, args: readonly unknown[]): Promise<void>;
  /** Commands that are not answered yet. */
  readonly underWay: number;
}

export interface CommandDispatcherDeps {
  handlers: CommandHandlers;
  logger: Logger;
  now: () => number;
  /** Somebody did something; what pages do by themselves is nothing of theirs. */
  onUse?: (viewer: Viewer) => void;
  onCommand?: (name: string, seconds: number, code: string) => void;
}

/** What pages send without anybody there. */
const BY_THEMSELVES = /^(live:.*|review:renew)$/;

type Answer = { data: unknown } | { error: ErrorBody };
type Acknowledge = (answer: Answer) => void;

/** The one place where commands enter and unknown faults are turned into an incident code. */
export function createCommandDispatcher(deps: CommandDispatcherDeps): CommandDispatcher {
  const { logger } = deps;

  /** Token bucket in the socket's own data; false when there is nothing left. */
  function admit(socket: LiveSocket): boolean {
    const { data } = socket;
    const now = deps.now();
    data.tokens = Math.min(BURST, data.tokens + ((now - data.countedAt) / 1000) * COMMANDS_PER_SECOND) - 1;
    data.countedAt = now;
    return data.tokens >= 0;
  }

  async function run(socket: LiveSocket, name: string, input: unknown): Promise<Answer> {
    if (!isCommand(name)) throw new AppError('INVALID_INPUT', { command: name.slice(0, 60) });
    if (socket.data.viewer.guest && !GUEST_COMMANDS.has(name)) throw new AppError('UNAUTHENTICATED');
    const parsed = COMMANDS[name].input.safeParse(input);
    if (!parsed.success) {
      throw new AppError('INVALID_INPUT', { fields: parsed.error.issues.map((issue) => issue.path.join('.')) });
    }
    if (!BY_THEMSELVES.test(name)) deps.onUse?.(socket.data.viewer);
    const context: CommandContext = { viewer: socket.data.viewer, logger, subscriber: socket };
    const handler = deps.handlers[name] as (context: CommandContext, input: unknown) => Promise<unknown>;
    return { data: await withScope(scopeOf(socket.data.viewer), () => handler(context, parsed.data)) };
  }

  let underWay = 0;
  return {
    get underWay() {
      return underWay;
    },
    async dispatch(socket, name, args) {
      const acknowledge = args.at(-1);
      const answer: Acknowledge = typeof acknowledge === 'function' ? (acknowledge as Acknowledge) : () => undefined;
      const started = performance.now();
      if (!admit(socket)) {
        answer({ error: { code: 'RATE_LIMITED', details: { retryAfterSeconds: 1 } } });
        deps.onCommand?.(isCommand(name) ? name : 'unknown', 0, 'RATE_LIMITED');
        if (socket.data.tokens < CUT_OFF_DEBT) {
          logger.warn({ userId: socket.data.viewer.userId }, 'a socket that floods is cut off');
          socket.disconnect(true);
        }
        return;
      }
      underWay += 1;
      const result = await run(socket, name, args[0]).catch((error: unknown) => ({ error: toBody(error, name, socket) }));
      underWay -= 1;
      answer(result);
      deps.onCommand?.(
        isCommand(name) ? name : 'unknown',
        (performance.now() - started) / 1000,
        'error' in result ? result.error.code : 'ok',
      );
    },
  };

  function toBody(error: unknown, name: string, socket: LiveSocket): ErrorBody {
    if (error instanceof AppError) {
      logger.debug({ command: name, refused: error.code }, 'command refused');
      return error.toBody();
    }
    const fault = faultOf(error);
    const { incident, code: told } = fault;
    logger.error({ err: error, command: name, incident, told, userId: socket.data.viewer.userId }, 'a command failed');
    return fault;
  }
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);
export const freshTokens = BURST;
