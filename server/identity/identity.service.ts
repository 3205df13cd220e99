import type { SignIn } from '#shared/contracts/identity.ts';
import type { RequestOrigin } from './better-auth.ts';
import { atWholeSteps } from './even-time.ts';
import type { IdentityServiceDeps } from './identity-deps.ts';
import type { OpenedSession } from './me.ts';
import { createOwnSessions, type OwnSessions } from './own-sessions.ts';
import { createSignIn } from './sign-in.ts';
import { createSignUp, type SignUp } from './sign-up.ts';

/** The use-cases of identity. */
export interface IdentityService extends OwnSessions {
  signUp: SignUp;
  signIn(input: SignIn, from: RequestOrigin): Promise<OpenedSession>;
}

/** Milliseconds; longer than the password's hash takes. */
const STEP_MS = 50;

export function createIdentityService(deps: IdentityServiceDeps): IdentityService {
  const signUp = createSignUp(deps);
  const signIn = createSignIn(deps);
  return {
    // How long these take must not tell whether an account exists.
    signUp: { ...signUp, start: (input, from) => atWholeSteps(STEP_MS, () => signUp.start(input, from)) },
    signIn: (input, from) => atWholeSteps(STEP_MS, () => signIn(input, from)),
    ...createOwnSessions(deps),
  };
}
