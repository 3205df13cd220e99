import { createTransport } from 'nodemailer';

/** A message ready to go. `id` is the row's: what the other side may tell a repetition by. */
export interface Delivery {
  id: string;
  to: string;
  locale: string;
}
export interface EmailDelivery extends Delivery {
  subject: string;
  text: string;
  html: string;
  /** Where the mail program unsubscribes its owner by itself. */
  unsubscribe?: string | null | undefined;
}
export interface SmsDelivery extends Delivery {
  text: string;
}

export interface Sender<D extends Delivery> {
  /** Rejects with DeliveryError. */
  send(delivery: D): Promise<void>;
  close(): void;
}

/** The other side did not take a message. Says nothing that could name a person: servers repeat addresses in their answers. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  constructor(
    message: string,
    /** Trying again is of no use. */
    readonly permanent: boolean,
  ) {
    super(message);
  }
}

const SECONDS = 1_000;

/** E-mail by SMTP. The Message-ID is made of the row's id: a repetition carries the same, and mailboxes that look show it once. */
export function createEmailSender(options: { url: string; from: string; domain: string }): Sender<EmailDelivery> {
  const transport = createTransport({
    url: options.url,
    pool: true,
    maxConnections: 4,
    connectionTimeout: 10 * SECONDS,
    greetingTimeout: 10 * SECONDS,
    socketTimeout: 20 * SECONDS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, to, locale, subject, text, html, unsubscribe }) {
      try {
        await transport.sendMail({
          messageId: `<${id}@${options.domain}>`,
          from: options.from,
          to: { name: '', address: to },
          subject,
          text,
          html,
          headers: {
            'Auto-Submitted': 'auto-generated',
            'Content-Language': locale,
            // RFC 8058: both headers, or the program only shows a link.
            ...(unsubscribe && {
              'List-Unsubscribe': `<${unsubscribe}>`,
              'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
            }),
          },
        });
      } catch (error) {
        const status = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : null;
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
        throw new DeliveryError(
          `the mail server refused: ${code} ${status ?? ''}`.trim(),
          status !== null && status >= 500 && code !== 'EAUTH',
        );
      }
    },
    close: () => transport.close(),
  };
}

/** SMS by a gateway that takes `POST {to, text}`; the Idempotency-Key lets it drop repetitions. */
export function createSmsSender(options: { url: string }): Sender<SmsDelivery> {
  return {
    async send({ id, to, text }) {
      const answer = await fetch(options.url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': id },
        body: JSON.stringify({ to, text }),
        redirect: 'error',
        signal: AbortSignal.timeout(15 * SECONDS),
      }).catch(() => {
        throw new DeliveryError('the SMS gateway did not answer', false);
      });
      await answer.body?.cancel();
      const permanent = answer.status >= 400 && answer.status < 500 && ![401, 403, 408, 429].includes(answer.status);
      if (!answer.ok) throw new DeliveryError(`the SMS gateway answered ${answer.status}`, permanent);
    },
    close: () => undefined,
  };
}
