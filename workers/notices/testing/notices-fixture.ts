import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { asc, eq } from 'drizzle-orm';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { notices } from '#db/schema/notices.ts';
import { users } from '#db/schema/identity.ts';
import { messages, outbox } from '#db/schema/platform.ts';
import type { NoticeSource } from '#shared/contracts/notices.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createMetrics, type Metrics } from '#shared/node/metrics.ts';
import type { JobHandlers } from '#shared/node/queues.ts';
import { createShutdown } from '#shared/node/shutdown.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createDeliveriesService, type DeliveriesService } from '#server/notices/deliveries.service.ts';
import { createRemindersService, type RemindersService } from '#server/notices/reminders.service.ts';
import { createPaymentsFixture, type PaymentsFixture } from '#server/payments/testing/payments-fixture.ts';
import { createMessagesJob } from '../../messages/messages.job.ts';
import { jobsOf, type OutboxRow } from '../../relay/dispatch.ts';

export const SECRET = 'a secret of the tests that is long enough';
export const ORIGIN = 'https://vignette.example';

export interface NoticesFixture extends PaymentsFixture {
  deliveries: DeliveriesService;
  reminders: RemindersService;
  metrics: Metrics;
  mails: ParsedMail[];
  /** What the mail server says to each next mail; 0, and when nothing is left, takes it. */
  refusals: number[];
  /** A person who can be written to. */
  addPerson(reach?: { phone?: string; locale?: string }): Promise<string>;
  /** What the relay would enqueue for the events of a name that are in the outbox. */
  sourcesOf(name: string): Promise<{ eventId: string; source: NoticeSource }[]>;
  /** Tells of them all, as the jobs do. */
  tell(name: string): Promise<number>;
  noticesOf(userId: string): Promise<(typeof notices.$inferSelect)[]>;
  messagesTo(recipient: string): Promise<(typeof messages.$inferSelect)[]>;
  send(messageId: string): Promise<void>;
  /** Sends every message that was not sent. Answers how many there were. */
  sendAll(): Promise<number>;
  emailOf(userId: string): string;
}

/** Notices over payments that happen: database, mail server and texts are real, the clock and the payments' provider are not. */
export async function createNoticesFixture(): Promise<NoticesFixture> {
  const payments = await createPaymentsFixture();
  const { database, clock } = payments;
  const { db } = database;
  const logger = silentLogger();
  const shutdown = createShutdown(logger);
  const mails: ParsedMail[] = [];
  const refusals: number[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onData(stream, _session, done) {
      simpleParser(stream).then(
        (mail) => {
          const refusal = refusals.shift() ?? 0;
          if (refusal === 0) mails.push(mail);
          done(refusal === 0 ? null : Object.assign(new Error('not now'), { responseCode: refusal }));
        },
        (error: Error) => done(error),
      );
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const metrics = createMetrics({ process: 'test', defaults: false });
  const notifier = { wake: () => undefined };
  const job: JobHandlers<'messages'> = createMessagesJob({
    db,
    clock,
    shutdown,
    country: madagascar,
    outcomes: metrics.counter('messages_total', 'Messages', ['channel', 'outcome']),
    config: {
      AUTH_SECRET: SECRET,
      PUBLIC_ORIGIN: ORIGIN,
      MAIL_FROM: 'Vignette <no-reply@vignette.example>',
      SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    },
  });
  const deliveries = createDeliveriesService({ db, notifier, clock });
  const emailOf = (userId: string): string => `${userId}@example.test`;

  const fixture: NoticesFixture = {
    ...payments,
    deliveries,
    reminders: createRemindersService({ db, notifier, clock, country: madagascar, batch: 3 }),
    metrics,
    mails,
    refusals,
    emailOf,
    async addPerson(reach = {}) {
      const id = await payments.addUser();
      const phone = reach.phone ? { phone: reach.phone, phoneVerified: true } : {};
      await db
        .update(users)
        .set({ emailVerified: true, locale: reach.locale ?? 'fr', ...phone })
        .where(eq(users.id, id));
      return id;
    },
    async sourcesOf(name) {
      const rows = await db.select().from(outbox).where(eq(outbox.name, name)).orderBy(asc(outbox.position));
      return rows.flatMap((row) =>
        jobsOf({ ...row, createdAt: row.createdAt.toISOString() } satisfies OutboxRow).flatMap(({ job: order }) =>
          order.name === 'notice.deliver' ? [order.payload] : [],
        ),
      );
    },
    async tell(name) {
      let made = 0;
      for (const { eventId, source } of await fixture.sourcesOf(name)) made += await deliveries.deliver(eventId, source);
      return made;
    },
    noticesOf: (userId) => db.select().from(notices).where(eq(notices.userId, userId)).orderBy(asc(notices.createdAt)),
    messagesTo: (recipient) =>
      db.select().from(messages).where(eq(messages.recipient, recipient)).orderBy(asc(messages.createdAt)),
    send: (messageId) =>
      job['message.send']({ messageId }, { jobId: randomUUID(), attempt: 1, logger, signal: new AbortController().signal }),
    async sendAll() {
      const unsent = (await db.select().from(messages)).filter(({ sentAt, failedAt }) => sentAt === null && failedAt === null);
      for (const { id } of unsent) await fixture.send(id);
      return unsent.length;
    },
    async close() {
      await shutdown.run('the tests are over');
      await new Promise<void>((resolve) => smtp.close(resolve));
      await payments.close();
    },
  };
  return fixture;
}
