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
  /** The code that gives an account whose password is lost a new one; or, to an address without an account, that it has none. */
  recovery_code: z.object({ sealedCode: z.string() }),
  recovery_unknown: z.object({}),
  /** The code that shows that a new address is the person's own; or that somebody has it already. */
  contact_code: z.object({ sealedCode: z.string() }),
  contact_taken: z.object({}),
  /** To the address that another has replaced. */
  email_moved: z.object({}),
  phone_moved: z.object({}),
  account_closed: z.object({}),
  /** Carries a notice (`notice_id` of its row): what it says is made of that. */
  notice: z.object({}),
} as const satisfies Record<string, z.ZodType<Record<string, string>>>;

export type MessageName = keyof typeof MESSAGES;
export type MessageParams<M extends MessageName> = z.infer<(typeof MESSAGES)[M]>;

/** Messages about an account that is there (`workers/messages/account-texts.ts`). */
export type AccountCodeMessage = 'recovery_code' | 'contact_code';
export type AccountMessage =
  AccountCodeMessage | 'recovery_unknown' | 'contact_taken' | 'email_moved' | 'phone_moved' | 'account_closed';

/** A sign-up code is good for so long after it was asked for; a message that carries one is not sent later. */
export const SIGN_UP_CODE_MINUTES = 10;
