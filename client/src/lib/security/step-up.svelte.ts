import { getContext, setContext } from 'svelte';
import { AppError } from '#shared/contracts/errors.ts';

/** Asks a person of the staff for a code again, when the server wants one for what they do. */
export interface StepUpPrompt {
  readonly open: boolean;
  /** True once a code was taken, false when the person would rather not. */
  ask(): Promise<boolean>;
  /** The dialog's word. */
  answer(given: boolean): void;
  /** Does something; when the server wants a code first, asks for it and does it again. Throws what the server says. */
  through<T>(work: () => Promise<T>): Promise<T>;
}

export function createStepUpPrompt(): StepUpPrompt {
  let waiting = $state.raw<((given: boolean) => void)[]>([]);
  const prompt: StepUpPrompt = {
    get open() {
      return waiting.length > 0;
    },
    // Two that ask at once are answered by one code.
    ask: () => new Promise((resolve) => (waiting = [...waiting, resolve])),
    answer(given) {
      const all = waiting;
      waiting = [];
      for (const resolve of all) resolve(given);
    },
    async through(work) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'STEP_UP_REQUIRED') || !(await prompt.ask())) throw error;
        return work();
      }
    },
  };
  return prompt;
}

const KEY = Symbol('step-up');

export function provideStepUp(): StepUpPrompt {
  return setContext(KEY, createStepUpPrompt());
}
export function useStepUp(): StepUpPrompt {
  return getContext<StepUpPrompt>(KEY);
}
