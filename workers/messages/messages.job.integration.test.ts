import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eq } from 'drizzle-orm';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertMessage } from '#db/messages.repository.ts';
import { messages } from '#db/schema/platform.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import { deriveKey, sealText } from '#shared/node/keys.ts';
import type { JobHandlers } from '#shared/node/queues.ts';
import { createShutdown, type Shutdown } from '#shared/node/shutdown.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createMessagesJob } from './messages.job.ts';

const SECRET = 'a secret of the tests that is long enough';
const TO = 'hanta@example.mg';
const PHONE = '+261341234567';
const logger = silentLogger();
const outcomes = createMetrics({ process: 'test', defaults: false }).counter('messages_total', 'Messages', [
  'channel',
  'outcome',
]);

let database: TestDatabase;
let shutdown: Shutdown;
let smtp: SMTPServer;
let gateway: Server;
let config: { AUTH_SECRET: string; PUBLIC_ORIGIN: string; MAIL_FROM: string; SMTP_URL: string; SMS_URL: string };
let job: JobHandlers<'messages'>;
let mails: ParsedMail[] = [];
let texts: { to: string; text: string; key: string | undefined }[] = [];
/** What the other side says; 0 takes the message. */
let refusal = 0;
let now: Date;

beforeAll(async () => {
  database = await createTestDatabase();
  shutdown = createShutdown(logger);
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onData(stream, _session, done) {
      simpleParser(stream).then(
        (mail) => {
          if (refusal === 0) mails.push(mail);
          done(refusal === 0 ? null : Object.assign(new Error(`no mailbox ${TO}`), { responseCode: refusal }));
        },
        (error: Error) => done(error),
      );
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  gateway = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (refusal === 0)
        texts.push({ ...(JSON.parse(body) as { to: string; text: string }), key: String(request.headers['idempotency-key']) });
      response.writeHead(refusal === 0 ? 202 : refusal).end('{}');
    });
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  const port = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
  config = {
    AUTH_SECRET: SECRET,
    PUBLIC_ORIGIN: 'https://vignette.example',
    MAIL_FROM: 'Vignette <no-reply@vignette.example>',
    SMTP_URL: `smtp://127.0.0.1:${port(smtp.server)}`,
    SMS_URL: `http://127.0.0.1:${port(gateway)}/sms`,
  };
  job = createMessagesJob({ db: database.db, clock: () => now, shutdown, country: madagascar, outcomes, config });
});
afterAll(async () => {
  await shutdown.run('the tests are over');
  await new Promise<void>((resolve) => smtp.close(resolve));
  await new Promise<unknown>((resolve) => gateway.close(resolve));
  await database.drop();
});
beforeEach(() => {
  mails = [];
  texts = [];
  refusal = 0;
  now = new Date();
});

async function message(channel: 'email' | 'sms', locale: string, code: string | null = '042917'): Promise<string> {
  const id = randomUUID();
  const params: Record<string, string> =
    code === null ? {} : { sealedCode: sealText(deriveKey(SECRET, 'message-params'), code, id) };
  const content = { template: code === null ? 'account_exists' : 'sign_up_code', params };
  await database.db.transaction((tx) =>
    insertMessage(tx, { id, channel, recipient: channel === 'email' ? TO : PHONE, locale, ...content }),
  );
  return id;
}
const run = (messageId: string, attempt = 1, handlers = job) =>
  handlers['message.send']({ messageId }, { jobId: 'j', attempt, logger, signal: new AbortController().signal });
const row = async (id: string) => (await database.db.select().from(messages).where(eq(messages.id, id)))[0];

describe('a message', () => {
  it('goes out by e-mail in the person’s language, and its code is forgotten', async () => {
    const id = await message('email', 'fr');
    await run(id);
    expect(mails).toHaveLength(1);
    const [mail] = mails;
    expect(mail?.subject).toBe('042917 : votre code Vignette');
    expect(mail?.messageId).toBe(`<${id}@vignette.example>`);
    expect(mail?.text).toContain('\n\n042917\n\n');
    expect(mail?.html).toContain('>042917</p>');
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(await row(id)).toMatchObject({ params: {}, attempts: 1, failedAt: null, sentAt: expect.any(Date) as Date });
  });

  it('goes out by SMS', async () => {
    const id = await message('sms', 'en');
    await run(id);
    expect(texts).toEqual([
      { to: PHONE, key: id, text: 'Vignette: your code is 042917. It is valid for 10 minutes. Give it to nobody.' },
    ]);
    await run(await message('sms', 'fr', null));
    expect(texts[1]?.text).toContain('https://vignette.example');
  });

  it('goes out once when the job runs twice, one after the other or at once', async () => {
    const id = await message('email', 'fr');
    await run(id);
    await run(id);
    expect(mails).toHaveLength(1);
    const other = await message('email', 'fr');
    const results = await Promise.allSettled([run(other), run(other), run(other)]);
    expect(mails).toHaveLength(2);
    expect(results.some((result) => result.status === 'fulfilled')).toBe(true);
    await run(other);
    expect(mails).toHaveLength(2);
  });

  it('that does not exist is no fault', async () => {
    await run(randomUUID());
    expect(mails).toHaveLength(0);
  });
});

describe('a message that is not taken', () => {
  it.each(['email', 'sms'] as const)('is tried three times, then given up: %s', async (channel) => {
    const id = await message(channel, 'fr');
    refusal = channel === 'email' ? 451 : 503;
    await expect(run(id, 1)).rejects.toMatchObject({ name: 'DeliveryError', permanent: false });
    await expect(run(id, 2)).rejects.toThrow();
    expect(await row(id)).toMatchObject({ attempts: 2, failedAt: null });
    await expect(run(id, 3)).rejects.toMatchObject({ name: 'UnrecoverableError' });
    expect(await row(id)).toMatchObject({ attempts: 3, params: {}, sentAt: null, failedAt: expect.any(Date) as Date });
    refusal = 0;
    await run(id);
    expect(mails.length + texts.length).toBe(0);
  });

  it('for good is given up at once, and the address is not told', async () => {
    const id = await message('email', 'fr');
    refusal = 550;
    const error = await run(id).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UnrecoverableError' });
    expect(String(error)).not.toContain(TO);
    expect((await row(id))?.failedAt).not.toBeNull();
  });

  it('is sent when the other side is back', async () => {
    const id = await message('sms', 'fr');
    refusal = 503;
    await expect(run(id, 1)).rejects.toThrow();
    refusal = 0;
    await run(id, 2);
    expect(texts).toHaveLength(1);
  });

  it('because its code is no longer good is given up', async () => {
    const id = await message('email', 'fr');
    now = new Date(Date.now() + 11 * 60_000);
    await expect(run(id)).rejects.toMatchObject({ name: 'UnrecoverableError' });
    expect(mails).toHaveLength(0);
  });

  it('because its channel is off, or its code was sealed for another row, is given up', async () => {
    const { SMTP_URL: _off, ...without } = config;
    const off = createMessagesJob({
      db: database.db,
      clock: () => now,
      shutdown,
      country: madagascar,
      outcomes,
      config: without,
    });
    await expect(run(await message('email', 'fr'), 1, off)).rejects.toThrow('SMTP_URL');
    const [one, two] = [await message('email', 'fr'), await message('email', 'fr')];
    await database.db
      .update(messages)
      .set({ params: (await row(one))?.params ?? {} })
      .where(eq(messages.id, two));
    await expect(run(two)).rejects.toMatchObject({ name: 'UnrecoverableError' });
    expect(mails).toHaveLength(0);
  });
});
