import { randomUUID } from 'node:crypto';
import { changeContact, contactsOf, deleteRecoveryCodes } from '#db/account.repository.ts';
import { appendAudit } from '#db/audit.repository.ts';
import { findCredential, readCredential, readSessionOfUser } from '#db/identity.repository.ts';
import { insertMessage } from '#db/messages.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import type { ContactComplete, ContactStart } from '#shared/contracts/account.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { Me } from '#shared/contracts/identity.ts';
import { normaliseContact, type Contact } from '#shared/domain/contact.ts';
import type { Viewer } from '../live/topic.ts';
import type { IdentityServiceDeps } from './identity-deps.ts';
import { meOf } from './me.ts';
import type { OneTimeCodes } from './one-time-codes.ts';
import type { PasswordCheck } from './password-check.ts';
import { isUniqueViolation } from './unique-violation.ts';

export interface ContactChange {
  /**
   * Sends a code to a new address; to one that somebody has already, a message that says so: nobody learns here who has an account.
   * Throws INVALID_INPUT, INVALID_CREDENTIALS, CONFLICT when it is the viewer's own already, RATE_LIMITED.
   */
  start(viewer: Viewer, input: ContactStart): Promise<void>;
  /** Takes the new address, and tells the old one. Throws CODE_INVALID, CODE_EXPIRED, RATE_LIMITED. */
  complete(viewer: Viewer, input: ContactComplete): Promise<Me>;
}

export function createContactChange(
  deps: IdentityServiceDeps & { codes: OneTimeCodes; checkOwnPassword: PasswordCheck },
): ContactChange {
  const { db, limits, codes } = deps;
  const subjectOf = (userId: string, contact: Contact): string => `contact:${userId}:${contact.value}`;

  function contactOf(identifier: string): Contact {
    const contact = normaliseContact(identifier, deps.country.phoneRegion);
    if (!contact) throw new AppError('INVALID_INPUT', { fields: ['identifier'] });
    return contact;
  }

  return {
    async start(viewer, input) {
      const contact = contactOf(input.identifier);
      await deps.checkOwnPassword(viewer, input.password);
      await limits.contactByUser.consume(viewer.userId);
      await limits.contactByIdentifier.consume(contact.value);
      await db.transaction(async (tx) => {
        const holder = await findCredential(tx, contact);
        if (holder?.userId === viewer.userId) throw new AppError('CONFLICT', { why: 'own' });
        await codes.issue(tx, {
          subject: subjectOf(viewer.userId, contact),
          contact,
          locale: input.locale,
          template: holder ? null : 'contact_code',
          instead: 'contact_taken',
        });
      });
      deps.notifier.wake();
    },

    async complete(viewer, input) {
      const contact = contactOf(input.identifier);
      await limits.codeByUser.consume(viewer.userId);
      const subject = subjectOf(viewer.userId, contact);
      const codeId = await codes.check(subject, input.code);
      const me = await db
        .transaction(async (tx) => {
          await readCredential(tx, viewer.userId, 'update');
          await codes.use(tx, subject, codeId);
          // The session may have been ended between the check and here: then it changes nothing any more.
          if (!(await readSessionOfUser(tx, viewer.sessionId))) throw new AppError('UNAUTHENTICATED');
          const before = await contactsOf(tx, viewer.userId);
          const old = contact.channel === 'email' ? before.email : before.phone;
          await changeContact(tx, viewer.userId, contact);
          const event = contact.channel === 'email' ? 'user.email_changed' : 'user.phone_changed';
          const { userId } = viewer;
          await appendAudit(tx, {
            actorId: userId,
            action: event,
            entity: 'user',
            entityId: userId,
            details: { added: old === null },
          });
          if (old !== null) {
            await deleteRecoveryCodes(tx, old);
            const messageId = randomUUID();
            const template = contact.channel === 'email' ? 'email_moved' : 'phone_moved';
            const { channel } = contact;
            await insertMessage(tx, { id: messageId, channel, recipient: old, locale: before.locale, template, params: {} });
            await appendOutbox(tx, 'message.requested', { messageId });
          }
          await appendOutbox(tx, event, { userId });
          return meOf(await readSessionOfUser(tx, viewer.sessionId));
        })
        .catch((error: unknown) => {
          // Somebody else took the address meanwhile; whose it is nobody is told.
          throw isUniqueViolation(error) ? new AppError('CODE_EXPIRED', undefined, { cause: error }) : error;
        });
      deps.notifier.wake();
      return me;
    },
  };
}
