import { randomInt, randomUUID } from 'node:crypto';
import type { Db, Tx } from '#db/connect.ts';
import { countCodeAttempt, deleteCodes, lockCode, replaceCode } from '#db/identity.repository.ts';
import { insertMessage } from '#db/messages.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { Locale } from '#shared/contracts/identity.ts';
import { SIGN_UP_CODE_MINUTES } from '#shared/contracts/messages.ts';
import type { Contact } from '#shared/domain/contact.ts';
import { constantTimeEqual, keyedHash, sealText } from '#shared/node/keys.ts';

const CODE_SECONDS = SIGN_UP_CODE_MINUTES * 60;
export const CODE_ATTEMPTS = 5;

export interface CodeOrder {
  /** What the code is for and whose it is, `sign-up:<address>` say: a code of one subject opens no other. */
  subject: string;
  contact: Contact;
  locale: Locale;
  /** The message that carries the code; null: it gets `instead`, and a code that nobody is sent. */
  template: 'sign_up_code' | 'recovery_code' | 'contact_code' | null;
  instead: 'account_exists' | 'recovery_unknown' | 'contact_taken';
}

/**
 * One-time codes: six digits, ten minutes, five attempts, kept as a keyed hash. Issuing a code and refusing to takes the same
 * statements, and checking one that was never sent takes those of a wrong one.
 */
export interface OneTimeCodes {
  /** Keeps a code in place of the subject's earlier one and writes the message that carries it. The last thing of a transaction. */
  issue(tx: Tx, order: CodeOrder): Promise<void>;
  /**
   * Counts an attempt, in a transaction of its own: it counts although the request is refused. Answers with what `use` needs.
   * Throws CODE_INVALID with the attempts left, CODE_EXPIRED.
   */
  check(subject: string, code: string): Promise<string>;
  /** Uses a checked code up. Throws CODE_EXPIRED when somebody else did meanwhile. */
  use(tx: Tx, subject: string, codeId: string): Promise<void>;
}

export function createOneTimeCodes(deps: { db: Db; keys: { codes: Buffer; messages: Buffer } }): OneTimeCodes {
  const hashOf = (subject: string, code: string): string => keyedHash(deps.keys.codes, `${subject} ${code}`);
  return {
    async issue(tx, { subject, contact, locale, template, instead }) {
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const id = randomUUID();
      const sealedCode = sealText(deps.keys.messages, code, id);
      await replaceCode(tx, subject, hashOf(subject, template ? code : randomUUID()), CODE_SECONDS);
      const params: Record<string, string> = template ? { sealedCode } : {};
      await insertMessage(tx, {
        ...{ id, channel: contact.channel, recipient: contact.value, locale },
        ...{ template: template ?? instead, params },
      });
      await appendOutbox(tx, 'message.requested', { messageId: id });
    },

    async check(subject, code) {
      const { id, refusal } = await deps.db.transaction(async (tx) => {
        const stored = await lockCode(tx, subject);
        if (stored) await countCodeAttempt(tx, stored.id);
        const right = constantTimeEqual(stored?.hash ?? hashOf(subject, ''), hashOf(subject, code));
        if (!stored || stored.expired || stored.attempts >= CODE_ATTEMPTS) return { refusal: new AppError('CODE_EXPIRED') };
        if (right) return { id: stored.id };
        return { refusal: new AppError('CODE_INVALID', { attemptsLeft: CODE_ATTEMPTS - 1 - stored.attempts }) };
      });
      if (id === undefined) throw refusal ?? new AppError('CODE_EXPIRED');
      return id;
    },

    async use(tx, subject, codeId) {
      const stored = await lockCode(tx, subject);
      if (stored?.id !== codeId) throw new AppError('CODE_EXPIRED');
      await deleteCodes(tx, subject);
    },
  };
}
