import type { Db, Tx } from '#db/connect.ts';
import {
  countMessageFailure,
  isMessageUnsent,
  lockUnsentMessage,
  markMessageSent,
  postponeMessage,
  type Message,
} from '#db/messages.repository.ts';
import { findNotice } from '#db/notices.repository.ts';
import { JOBS } from '#shared/contracts/jobs.ts';
import { NOTICE_RULES, parseNotice, type NoticeContent } from '#shared/contracts/notices.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { withinDayHours } from '#shared/domain/notices/reminders.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { UnrecoverableError, type JobHandlers } from '#shared/node/queues.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Counter } from '#shared/node/metrics.ts';
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
  country: Country;
  /** Messages by channel and what became of them: `sent`, `failed` (tried again), `given_up`. */
  outcomes: Counter<'channel' | 'outcome'>;
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
export function createMessagesJob(deps: MessagesJobDeps): JobHandlers<'messages'> & JobHandlers<'bulk-messages'> {
  const { db, config, country, outcomes } = deps;
  const key = deriveKey(config.AUTH_SECRET, 'message-params');
  const origin = config.PUBLIC_ORIGIN;
  const rendering = { key, origin, country, unsubscribeKey: deriveKey(config.AUTH_SECRET, 'unsubscribe') };
  const email: Sender<EmailDelivery> | null = config.SMTP_URL
    ? createEmailSender({ url: config.SMTP_URL, from: config.MAIL_FROM, domain: new URL(origin).hostname })
    : null;
  const sms: Sender<SmsDelivery> | null = config.SMS_URL ? createSmsSender({ url: config.SMS_URL }) : null;
  deps.shutdown.add('messages', () => [email, sms].forEach((sender) => sender?.close()));

  async function deliver(message: Message, notice: Told | null): Promise<void> {
    if (!isMessageName(message.template)) throw new DeliveryError(`no template ${message.template}`, true);
    const minutes = (deps.clock().getTime() - message.createdAt.getTime()) / 60_000;
    if (minutes > USEFUL_MINUTES[message.template]) throw new DeliveryError('too late to be of use', true);
    const text = renderMessage(message, notice, rendering);
    const { id, recipient: to, locale } = message;
    if (message.channel === 'email') {
      if (!email) throw new DeliveryError('e-mail is off (SMTP_URL)', true);
      await email.send({ id, to, locale, subject: text.subject, unsubscribe: text.unsubscribe, ...emailBodies(text, locale) });
    } else {
      if (!sms) throw new DeliveryError('SMS is off (SMS_URL)', true);
      await sms.send({ id, to, locale, text: text.sms });
    }
  }

  async function noticeOf(tx: Tx, message: Message): Promise<Told | null> {
    const row = message.noticeId === null ? null : await findNotice(tx, message.noticeId);
    const content = row && parseNotice(row);
    return content ? { userId: row.userId, content } : null;
  }

  async function send(messageId: string, logger: Logger): Promise<void> {
    const failure = await db.transaction(async (tx) => {
      const message = await lockUnsentMessage(tx, messageId);
      if (!message) {
        if (await isMessageUnsent(tx, messageId)) throw new Error('another worker is sending this message');
        return null;
      }
      const { channel, template } = message;
      const notice = await noticeOf(tx, message);
      const from = sendableFrom(message, notice, deps.clock(), country.timeZone);
      // The sweeper asks for it again when its time has come.
      if (from) {
        await postponeMessage(tx, messageId, from);
        return null;
      }
      try {
        await deliver(message, notice);
      } catch (error) {
        const permanent = !(error instanceof DeliveryError) || error.permanent;
        const final = permanent || message.attempts + 1 >= MOST_ATTEMPTS;
        await countMessageFailure(tx, messageId, final);
        outcomes.inc({ channel, outcome: final ? 'given_up' : 'failed' });
        if (final) logger.error({ messageId, template, channel, kind: notice?.content.kind }, 'ALARM a message was given up');
        return { error, final };
      }
      await markMessageSent(tx, messageId);
      outcomes.inc({ channel, outcome: 'sent' });
      logger.info({ messageId, template, channel }, 'message sent');
      return null;
    });
    if (!failure) return;
    if (failure.final)
      throw new UnrecoverableError(
        `the message was given up: ${failure.error instanceof Error ? failure.error.message : 'unknown'}`,
      );
    throw failure.error;
  }

  return {
    'message.send': ({ messageId }, { logger }) => send(messageId, logger),
    'message.send-bulk': ({ messageId }, { logger }) => send(messageId, logger),
  };
}

/** A notice that a message carries. */
interface Told {
  userId: string;
  content: NoticeContent;
}

/** When an SMS that nobody waits for may go out, while that is not now. */
function sendableFrom(message: Message, notice: Told | null, now: Date, timeZone: string): Date | null {
  if (message.channel !== 'sms' || !notice || NOTICE_RULES[notice.content.kind].category !== 'reminders') return null;
  const from = withinDayHours(now, timeZone);
  return from > now ? from : null;
}
