import { randomUUID } from 'node:crypto';
import { appendAudit } from '#db/audit.repository.ts';
import { deleteAllSessions, deleteRecoveryCodes, updateContactVerified } from '#db/account.repository.ts';
import { findCredential, readCredential, updatePasswordHash } from '#db/identity.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { RecoveryComplete, RecoveryStart, RecoveryTicket } from '#shared/contracts/account.ts';
import { normaliseContact, type Contact } from '#shared/domain/contact.ts';
import { hashPassword } from '#shared/node/password-hash.ts';
import { addressKey } from '../http/rate-limits.ts';
import type { RequestOrigin } from './better-auth.ts';
import { sessionsEnded, type IdentityServiceDeps } from './identity-deps.ts';
import { pairKey } from './identity-limits.ts';
import type { OneTimeCodes } from './one-time-codes.ts';
import { checkPassword } from './password-rules.ts';

export interface Recovery {
  /**
   * Sends a code to an address; to one without an account, a message that says so. The answer is the same, after the same statements.
   * Its ticket belongs to the browser that asked: attempts of others, who have another, use up nothing of this code.
   * Throws INVALID_INPUT, RATE_LIMITED.
   */
  start(input: RecoveryStart, from: RequestOrigin): Promise<RecoveryTicket>;
  /**
   * Gives the account of whoever has the code a new password, ends all its sessions and lifts what wrong passwords had locked.
   * Throws CODE_INVALID, CODE_EXPIRED, PASSWORD_TOO_WEAK, RATE_LIMITED.
   */
  complete(input: RecoveryComplete, from: RequestOrigin): Promise<void>;
}

const subjectOf = (contact: Contact, ticket: string): string => `recovery:${contact.value}:${ticket}`;

export function createRecovery(deps: IdentityServiceDeps & { codes: OneTimeCodes }): Recovery {
  const { db, limits, codes } = deps;

  function contactOf(identifier: string): Contact {
    const contact = normaliseContact(identifier, deps.country.phoneRegion);
    if (!contact) throw new AppError('INVALID_INPUT', { fields: ['identifier'] });
    return contact;
  }

  return {
    async start(input, from) {
      const contact = contactOf(input.identifier);
      const address = addressKey(from.clientAddress);
      await limits.recoveryByAddress.consume(address);
      await limits.recoveryByPair.consume(pairKey(contact.value, address));
      await limits.recoveryByIdentifier.consume(contact.value);
      const ticket = randomUUID();
      await db.transaction(async (tx) => {
        const credential = await findCredential(tx, contact);
        const template = credential && !credential.disabled ? 'recovery_code' : null;
        const subject = subjectOf(contact, ticket);
        await codes.issue(tx, { subject, contact, locale: input.locale, template, instead: 'recovery_unknown' });
      });
      deps.notifier.wake();
      return { ticket };
    },

    async complete(input, from) {
      const contact = contactOf(input.identifier);
      const address = addressKey(from.clientAddress);
      await limits.codeByAddress.consume(address);
      checkPassword(input.password, contact);
      const subject = subjectOf(contact, input.ticket);
      const codeId = await codes.check(subject, input.code);
      const passwordHash = await hashPassword(input.password);
      const { userId, ended } = await db.transaction(async (tx) => {
        await codes.use(tx, subject, codeId);
        // Whose address it is may have changed since the code was sent.
        const found = await findCredential(tx, contact);
        const credential = found && (await readCredential(tx, found.userId, 'update'));
        if (!credential || credential.disabled) throw new AppError('CODE_EXPIRED');
        const { userId } = credential;
        await updatePasswordHash(tx, userId, passwordHash);
        await updateContactVerified(tx, userId, contact.channel);
        await deleteRecoveryCodes(tx, contact.value);
        const ended = await deleteAllSessions(tx, userId, 'password_changed');
        await appendAudit(tx, {
          actorId: userId,
          action: 'password.recovered',
          entity: 'user',
          entityId: userId,
          details: { by: contact.channel, sessionsEnded: ended.length },
        });
        await appendOutbox(tx, 'user.password_changed', { userId });
        return { userId, ended };
      });
      await sessionsEnded(deps, ended);
      await Promise.all([
        limits.signInByPair.reset(pairKey(contact.value, address)),
        limits.signInByIdentifier.reset(contact.value),
        limits.passwordByUser.reset(userId),
      ]);
    },
  };
}
