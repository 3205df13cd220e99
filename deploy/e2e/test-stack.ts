import path from 'node:path';
import { inject } from 'vitest';
import { localDirectory } from '#deploy/local/paths.ts';
import { startStack, type RunningStack, type StackOptions } from '#deploy/local/stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    stackTemplate: string;
  }
}

/** Starts a stack that begins with the demo and nothing else, in a directory of its own under `.local/`. */
export function startTestStack(
  name: string,
  options: Omit<StackOptions, 'directory' | 'disposable' | 'template'> = {},
): Promise<RunningStack> {
  return startStack({
    ...options,
    ...{ directory: path.join(localDirectory, name), disposable: true },
    // The template is of the usual country.
    ...(options.environment?.['COUNTRY'] === undefined && { template: inject('stackTemplate') }),
  });
}
