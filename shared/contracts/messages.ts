import { z } from 'zod';

/**
 * Every message sent to a person, by the name of its template, and what it is made from. What must not lie in clear in the database
 * (a one-time code) is sealed: `shared/node/keys.ts`, purpose `message-params`, bound to the message's id.
 */
export const MESSAGES = {
  /** The code that shows that an address is the person's own. */
  sign_up_code: z.object({ sealedCode: z.string() }),
  /** Somebody tried to sign up with an address that has an account. */
  account_exists: z.object({}),
  /** Carries a notice (`notice_id` of its row): what it says is made of that. */
  notice: z.object({}),
} as const satisfies Record<string, z.ZodType<Record<string, string>>>;

export type MessageName = keyof typeof MESSAGES;
export type MessageParams<M extends MessageName> = z.infer<(typeof MESSAGES)[M]>;

/** A sign-up code is good for so long after it was asked for; a message that carries one is not sent later. */
export const SIGN_UP_CODE_MINUTES = 10;
