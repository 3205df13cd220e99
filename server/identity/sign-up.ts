import { randomInt, randomUUID } from 'node:crypto';
import { appendAudit } from '#db/audit.repository.ts';
import {
  countCodeAttempt,
  deleteCodes,
  findCredential,
  lockCode,
  readSessionOfUser,
  replaceCode,
  type StoredCode,
} from '#db/identity.repository.ts';
import { insertMessage } from '#db/messages.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { SignUpComplete, SignUpStart } from '#shared/contracts/identity.ts';
import { SIGN_UP_CODE_MINUTES, type MessageName, type MessageParams } from '#shared/contracts/messages.ts';
import { normaliseContact, type Contact } from '#shared/domain/contact.ts';
import { constantTimeEqual, keyedHash, sealText } from '#shared/node/keys.ts';
import { addressKey } from '../http/rate-limits.ts';
import type { RequestOrigin } from './better-auth.ts';
import type { IdentityServiceDeps } from './identity-deps.ts';
import { meOf, type OpenedSession } from './me.ts';
import { hashPassword } from '#shared/node/password-hash.ts';
import { checkPassword } from './password-rules.ts';

const CODE_SECONDS = SIGN_UP_CODE_MINUTES * 60;
const CODE_ATTEMPTS = 5;
/** Only one unique index can be hit twice here: somebody took the address between the two steps. */
const UNIQUE_VIOLATION = '23505';

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

export function createSignUp(deps: IdentityServiceDeps): SignUp {
  const { db, limits } = deps;

  function contactOf(identifier: string): Contact {
    const contact = normaliseContact(identifier, deps.country.phoneRegion);
    if (!contact) throw new AppError('INVALID_INPUT', { fields: ['identifier'] });
    return contact;
  }

  const hashOf = (contact: Contact, code: string): string => keyedHash(deps.keys.codes, `${contact.value} ${code}`);

  /** Why a code is refused; null when it is right. */
  function refusalOf(stored: StoredCode | null, contact: Contact, code: string): AppError | null {
    const right = constantTimeEqual(stored?.hash ?? hashOf(contact, ''), hashOf(contact, code));
    if (!stored || stored.expired || stored.attempts >= CODE_ATTEMPTS) return new AppError('CODE_EXPIRED');
    return right ? null : new AppError('CODE_INVALID', { attemptsLeft: CODE_ATTEMPTS - 1 - stored.attempts });
  }

  return {
    async start(input, from) {
      const contact = contactOf(input.identifier);
      await limits.signUpByAddress.consume(addressKey(from.clientAddress));
      await limits.signUpByIdentifier.consume(contact.value);
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const messageId = randomUUID();
      const sealedCode = sealText(deps.keys.messages, code, messageId);
      await db.transaction(async (tx) => {
        const taken = (await findCredential(tx, contact)) !== null;
        // An address that has an account gets a code that nobody is sent: the second step answers as for any other.
        await replaceCode(tx, subjectOf(contact), taken ? hashOf(contact, randomUUID()) : hashOf(contact, code), CODE_SECONDS);
        await insertMessage(tx, {
          id: messageId,
          channel: contact.channel,
          recipient: contact.value,
          locale: input.locale,
          ...(taken ? messageOf('account_exists', {}) : messageOf('sign_up_code', { sealedCode })),
        });
        await appendOutbox(tx, 'message.requested', { messageId });
      });
      deps.notifier.wake();
    },

    async complete(input, from) {
      const contact = contactOf(input.identifier);
      await limits.codeByAddress.consume(addressKey(from.clientAddress));
      await limits.codeByIdentifier.consume(contact.value);
      checkPassword(input.password, contact);
      // The attempt is counted in a transaction of its own: it counts although the request is refused.
      const checked = await db.transaction(async (tx) => {
        const stored = await lockCode(tx, subjectOf(contact));
        if (stored) await countCodeAttempt(tx, stored.id);
        return { codeId: stored?.id, refusal: refusalOf(stored, contact, input.code) };
      });
      if (checked.refusal) throw checked.refusal;
      const passwordHash = await hashPassword(input.password);
      const opened = await db
        .transaction(async (tx) => {
          const stored = await lockCode(tx, subjectOf(contact));
          if (stored?.id !== checked.codeId) throw new AppError('CODE_EXPIRED');
          await deleteCodes(tx, subjectOf(contact));
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

const messageOf = <M extends MessageName>(template: M, params: MessageParams<M>): { template: M; params: MessageParams<M> } => ({
  template,
  params,
});

function isUniqueViolation(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === UNIQUE_VIOLATION) return true;
  }
  return false;
}
