import type { Db } from '#db/connect.ts';
import {
  countMessageFailure,
  isMessageUnsent,
  lockUnsentMessage,
  markMessageSent,
  type Message,
} from '#db/messages.repository.ts';
import { JOBS } from '#shared/contracts/jobs.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { UnrecoverableError, type JobHandlers } from '#shared/node/queues.ts';
import type { Shutdown } from '#shared/node/shutdown.ts';
import {
  createEmailSender,
  createSmsSender,
  DeliveryError,
  type EmailDelivery,
  type Sender,
  type SmsDelivery,
} from './delivery.ts';
import { USEFUL_MINUTES } from './message-texts.ts';
import { emailBodies, isMessageName, renderMessage } from './render-message.ts';

export interface MessagesJobDeps {
  db: Db;
  clock: () => Date;
  shutdown: Shutdown;
  config: {
    AUTH_SECRET: string;
    PUBLIC_ORIGIN: string;
    MAIL_FROM: string;
    SMTP_URL?: string | undefined;
    SMS_URL?: string | undefined;
  };
}

const MOST_ATTEMPTS = JOBS['message.send'].attempts;

/**
 * Sends messages, each once as far as the protocols let: the row is held while it is sent, so that a second run of the job finds it
 * done or held. Only a crash between the other side's "taken" and our commit sends it again, under the same Message-ID or
 * Idempotency-Key. Holding a row for the seconds that a mail server takes is affordable: a thousand messages an hour, four at a time.
 */
export function createMessagesJob(deps: MessagesJobDeps): JobHandlers<'messages'> {
  const { db, config } = deps;
  const key = deriveKey(config.AUTH_SECRET, 'message-params');
  const origin = config.PUBLIC_ORIGIN;
  const email: Sender<EmailDelivery> | null = config.SMTP_URL
    ? createEmailSender({ url: config.SMTP_URL, from: config.MAIL_FROM, domain: new URL(origin).hostname })
    : null;
  const sms: Sender<SmsDelivery> | null = config.SMS_URL ? createSmsSender({ url: config.SMS_URL }) : null;
  deps.shutdown.add('messages', () => [email, sms].forEach((sender) => sender?.close()));

  async function deliver(message: Message): Promise<void> {
    if (!isMessageName(message.template)) throw new DeliveryError(`no template ${message.template}`, true);
    const minutes = (deps.clock().getTime() - message.createdAt.getTime()) / 60_000;
    if (minutes > USEFUL_MINUTES[message.template]) throw new DeliveryError('too late to be of use', true);
    const text = renderMessage(message, { key, origin });
    const { id, recipient: to, locale } = message;
    if (message.channel === 'email') {
      if (!email) throw new DeliveryError('e-mail is off (SMTP_URL)', true);
      await email.send({ id, to, locale, subject: text.subject, ...emailBodies(text, locale) });
    } else {
      if (!sms) throw new DeliveryError('SMS is off (SMS_URL)', true);
      await sms.send({ id, to, locale, text: text.sms });
    }
  }

  return {
    async 'message.send'({ messageId }, { logger }) {
      const failure = await db.transaction(async (tx) => {
        const message = await lockUnsentMessage(tx, messageId);
        if (!message) {
          if (await isMessageUnsent(tx, messageId)) throw new Error('another worker is sending this message');
          return null;
        }
        try {
          await deliver(message);
        } catch (error) {
          const permanent = !(error instanceof DeliveryError) || error.permanent;
          const final = permanent || message.attempts + 1 >= MOST_ATTEMPTS;
          await countMessageFailure(tx, messageId, final);
          return { error, final };
        }
        await markMessageSent(tx, messageId);
        logger.info({ messageId, template: message.template, channel: message.channel }, 'message sent');
        return null;
      });
      if (!failure) return;
      if (failure.final)
        throw new UnrecoverableError(
          `the message was given up: ${failure.error instanceof Error ? failure.error.message : 'unknown'}`,
        );
      throw failure.error;
    },
  };
}
