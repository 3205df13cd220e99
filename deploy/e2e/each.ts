import { afterEach } from 'vitest';
import { picturesOfFailure } from './browser.ts';

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picturesOfFailure(task.name);
});
