import type { CommandInput, CommandName, CommandOutput } from '#shared/contracts/commands.ts';
import type { AppError } from '#shared/contracts/errors.ts';
import { toAppError } from '$lib/api.ts';
import type { Live } from '$lib/live/context.ts';

/** Commands of a screen, one at a time: what is under way, and what went wrong last. */
export interface Commanding {
  readonly busy: CommandName | null;
  readonly error: AppError | null;
  /** The answer, or null when it was refused (`error` says why) or another is under way. */
  run<C extends CommandName>(name: C, input: CommandInput<C>): Promise<CommandOutput<C> | null>;
  forget(): void;
}

export function createCommanding(live: Live): Commanding {
  let busy = $state<CommandName | null>(null);
  let error = $state.raw<AppError | null>(null);
  return {
    get busy() {
      return busy;
    },
    get error() {
      return error;
    },
    async run(name, input) {
      if (busy) return null;
      busy = name;
      error = null;
      try {
        return await live.command(name, input);
      } catch (cause) {
        error = toAppError(cause);
        return null;
      } finally {
        busy = null;
      }
    },
    forget() {
      error = null;
    },
  };
}
