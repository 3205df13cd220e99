import type { SignIn } from '#shared/contracts/identity.ts';
import type { RequestOrigin } from './better-auth.ts';
import { createContactChange, type ContactChange } from './contact-change.ts';
import { atWholeSteps } from './even-time.ts';
import type { IdentityServiceDeps } from './identity-deps.ts';
import type { OpenedSession } from './me.ts';
import { createOneTimeCodes } from './one-time-codes.ts';
import { createOwnSessions, type OwnSessions } from './own-sessions.ts';
import { createPasswordCheck } from './password-check.ts';
import { createRecovery, type Recovery } from './recovery.ts';
import { createSignIn } from './sign-in.ts';
import { createSignUp, type SignUp } from './sign-up.ts';

/** The use-cases of identity. */
export interface IdentityService extends OwnSessions {
  signUp: SignUp;
  recovery: Recovery;
  contact: ContactChange;
  signIn(input: SignIn, from: RequestOrigin): Promise<OpenedSession>;
}

/** Milliseconds; longer than the password's hash takes. */
const STEP_MS = 50;

export function createIdentityService(deps: IdentityServiceDeps): IdentityService {
  const codes = createOneTimeCodes(deps);
  const signUp = createSignUp({ ...deps, codes });
  const recovery = createRecovery({ ...deps, codes });
  const contact = createContactChange({ ...deps, codes, checkOwnPassword: createPasswordCheck(deps) });
  const signIn = createSignIn(deps);
  return {
    // How long these take must not tell whether an account exists.
    signUp: { ...signUp, start: (input, from) => atWholeSteps(STEP_MS, () => signUp.start(input, from)) },
    recovery: {
      start: (input, from) => atWholeSteps(STEP_MS, () => recovery.start(input, from)),
      complete: (input, from) => atWholeSteps(STEP_MS, () => recovery.complete(input, from)),
    },
    contact: { ...contact, start: (viewer, input) => atWholeSteps(STEP_MS, () => contact.start(viewer, input)) },
    signIn: (input, from) => atWholeSteps(STEP_MS, () => signIn(input, from)),
    ...createOwnSessions(deps),
  };
}
