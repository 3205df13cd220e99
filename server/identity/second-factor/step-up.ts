import type { Db } from '#db/connect.ts';
import { wasGivenWithin } from '#db/second-factor.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { STEP_UP_SECONDS } from '#shared/contracts/second-factor.ts';
import type { Viewer } from '../../live/topic.ts';

/** For what a session left open must not do: the second step was given within the last five minutes. */
export interface StepUp {
  /** Asked of the database each time: what a socket knows of its session may be hours old. Throws STEP_UP_REQUIRED. */
  require(viewer: Viewer): Promise<void>;
}

export function createStepUp(deps: { db: Db }): StepUp {
  return {
    async require(viewer) {
      if (!(await wasGivenWithin(deps.db, viewer.sessionId, STEP_UP_SECONDS))) throw new AppError('STEP_UP_REQUIRED');
    },
  };
}
