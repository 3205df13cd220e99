import { randomUUID } from 'node:crypto';
import { appendAudit } from '#db/audit.repository.ts';
import { findCredential, readSessionOfUser } from '#db/identity.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { SignUpComplete, SignUpStart } from '#shared/contracts/identity.ts';
import { normaliseContact, type Contact } from '#shared/domain/contact.ts';
import { hashPassword } from '#shared/node/password-hash.ts';
import { addressKey } from '../http/rate-limits.ts';
import type { RequestOrigin } from './better-auth.ts';
import type { IdentityServiceDeps } from './identity-deps.ts';
import { meOf, type OpenedSession } from './me.ts';
import type { OneTimeCodes } from './one-time-codes.ts';
import { checkPassword } from './password-rules.ts';
import { isUniqueViolation } from './unique-violation.ts';

const subjectOf = (contact: Contact): string => `sign-up:${contact.value}`;

export interface SignUp {
  /**
   * Sends a code to an address; to one that has an account, a message that says so. Both take the same statements, and the answer
   * is the same: nobody learns here who has an account. Throws INVALID_INPUT, RATE_LIMITED.
   */
  start(input: SignUpStart, from: RequestOrigin): Promise<void>;
  /** Makes the account of whoever has the code, and signs in. Throws CODE_INVALID, CODE_EXPIRED, PASSWORD_TOO_WEAK, RATE_LIMITED. */
  complete(input: SignUpComplete, from: RequestOrigin): Promise<OpenedSession>;
}

export function createSignUp(deps: IdentityServiceDeps & { codes: OneTimeCodes }): SignUp {
  const { db, limits, codes } = deps;

  function contactOf(identifier: string): Contact {
    const contact = normaliseContact(identifier, deps.country.phoneRegion);
    if (!contact) throw new AppError('INVALID_INPUT', { fields: ['identifier'] });
    return contact;
  }

  return {
    async start(input, from) {
      const contact = contactOf(input.identifier);
      await limits.signUpByAddress.consume(addressKey(from.clientAddress));
      await limits.signUpByIdentifier.consume(contact.value);
      await db.transaction(async (tx) => {
        const taken = (await findCredential(tx, contact)) !== null;
        // An address that has an account gets a code that nobody is sent: the second step answers as for any other.
        const template = taken ? null : 'sign_up_code';
        await codes.issue(tx, {
          subject: subjectOf(contact),
          contact,
          locale: input.locale,
          template,
          instead: 'account_exists',
        });
      });
      deps.notifier.wake();
    },

    async complete(input, from) {
      const contact = contactOf(input.identifier);
      await limits.codeByAddress.consume(addressKey(from.clientAddress));
      await limits.codeByIdentifier.consume(contact.value);
      checkPassword(input.password, contact);
      const codeId = await codes.check(subjectOf(contact), input.code);
      const passwordHash = await hashPassword(input.password);
      const opened = await db
        .transaction(async (tx) => {
          await codes.use(tx, subjectOf(contact), codeId);
          const { userId } = await deps.library.createUser(tx, {
            name: input.name,
            ...addressesOf(contact),
            locale: input.locale,
            passwordHash,
          });
          const session = await deps.library.createSession(tx, userId, from);
          const me = meOf(await readSessionOfUser(tx, session.id));
          await appendAudit(tx, {
            actorId: userId,
            action: 'user.signed_up',
            entity: 'user',
            entityId: userId,
            details: { by: contact.channel },
          });
          await appendOutbox(tx, 'user.created', { userId, locale: input.locale });
          return { me, token: session.token };
        })
        .catch((error: unknown) => {
          // Only one unique index can be hit twice here: somebody took the address between the two steps.
          throw isUniqueViolation(error) ? new AppError('CODE_EXPIRED', undefined, { cause: error }) : error;
        });
      deps.notifier.wake();
      return opened;
    },
  };
}

/** The library knows a user by e-mail: who has none gets a name in `invalid` (RFC 2606), where no mail can go. */
function addressesOf(contact: Contact): { email: string; emailSynthetic: boolean; phone: string | null } {
  return contact.channel === 'email'
    ? { email: contact.value, emailSynthetic: false, phone: null }
    : { email: `${randomUUID()}@phone.invalid`, emailSynthetic: true, phone: contact.value };
}
