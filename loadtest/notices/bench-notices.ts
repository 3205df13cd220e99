// How fast reminders are found and e-mails flow: `npm run bench:notices`, with a Postgres given (DATABASE_URL: an administrator's). Seeds
// owners with a vehicle each, looks for whom to remind, then sends e-mails through the worker's own job to a mail server in this process.
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { sql } from 'drizzle-orm';
import { SMTPServer } from 'smtp-server';
import { approveGrid, draftGrid, proposeGrid } from '#db/price-grid-versions.ts';
import { users } from '#db/schema/identity.ts';
import { messages } from '#db/schema/platform.ts';
import { createTestDatabase } from '#db/testing/test-database.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { addDays } from '#shared/domain/dates.ts';
import { dueDateOf } from '#shared/domain/tax/calendar.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import { createShutdown } from '#shared/node/shutdown.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createMessagesJob } from '#workers/messages/messages.job.ts';
import { createNoticesServices } from '#workers/notices/notices-services.ts';

const OWNERS = Number(process.env['BENCH_OWNERS'] ?? 100_000);
const MAILS = 2_000;
/** As many as a worker works on at once. */
const CONCURRENCY = 4;

const database = await createTestDatabase(10);
const { db } = database;
const logger = silentLogger();
const shutdown = createShutdown(logger);

const [author, approver] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const;
await db.insert(users).values([
  { id: author, name: 'A', email: 'a@tax.example', role: 'administrator' },
  { id: approver, name: 'B', email: 'b@tax.example', role: 'supervisor' },
]);
const version = await draftGrid(db, FIRST_GRIDS.MG, author);
const since = new Date('2026-01-02T09:00:00Z');
await proposeGrid(db, 'MG', version, author, since);
await approveGrid(db, 'MG', version, approver, since);
// Every other tax is paid: an ordinary day of January.
await db.execute(sql`
  with people as (
    insert into users (name, email, email_verified)
    select 'Rabe ' || n, 'u' || n || '@example.test', true from generate_series(1, ${OWNERS}::int) n returning id
  ), owned as (insert into owners (user_id, name) select id, 'Rabe' from people returning id),
  numbered as (select id, row_number() over () as n from owned),
  cars as (
    insert into vehicles (country, plate, owner_id, holder_name, fuel, fiscal_power, first_registration)
    select 'MG', lpad((n % 10000)::text, 4, '0') || 'T' || chr(65 + (n / 10000 / 26)::int) || chr(65 + (n / 10000 % 26)::int), id, 'RABE', 'ES', 4, '2020-05-01'
    from numbered returning id, plate
  )
  insert into assessments (vehicle_id, fiscal_year, paid_at)
  select id, 2026, now() from cars where left(plate, 4)::int % 2 = 0`);
await db.execute(sql`analyze`);

const dueDate = dueDateOf(FIRST_GRIDS.MG.rules, 2026, '2020-05-01');
const clock = (): Date => new Date(`${addDays(dueDate, -7)}T06:00:00Z`);
const { reminders } = createNoticesServices({ db, notifier: { wake: () => undefined }, clock, country: madagascar });
const startedLooking = performance.now();
const run = await reminders.run();
const lookSeconds = (performance.now() - startedLooking) / 1_000;
const startedAgain = performance.now();
await reminders.run();
const againMs = performance.now() - startedAgain;

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  disableReverseLookup: true,
  onData(stream, _session, done) {
    stream.resume().on('end', () => done());
  },
});
await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
const job = createMessagesJob({
  db,
  clock: () => new Date(),
  shutdown,
  country: madagascar,
  outcomes: createMetrics({ process: 'bench', defaults: false }).counter('messages_total', 'Messages', ['channel', 'outcome']),
  config: {
    AUTH_SECRET: 'a secret of the bench that is long enough',
    PUBLIC_ORIGIN: 'https://vignette.example',
    MAIL_FROM: 'Vignette <no-reply@vignette.example>',
    SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
  },
});
const waiting = (await db.select({ id: messages.id }).from(messages).limit(MAILS)).map(({ id }) => id);
const startedSending = performance.now();
await Promise.all(
  Array.from({ length: CONCURRENCY }, async () => {
    for (let id = waiting.pop(); id; id = waiting.pop()) {
      await job['message.send-bulk'](
        { messageId: id },
        { jobId: 'bench', attempt: 1, logger, signal: new AbortController().signal },
      );
    }
  }),
);
const sendSeconds = (performance.now() - startedSending) / 1_000;
const [sent] = await db.execute<{ count: number }>(sql`select count(*)::int as count from messages where sent_at is not null`);

const result = {
  at: new Date().toISOString(),
  machine: { cores: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version },
  reminders: {
    owners: run?.owners ?? 0,
    notices: run?.notices ?? 0,
    seconds: round(lookSeconds),
    ownersPerSecond: Math.round((run?.owners ?? 0) / lookSeconds),
    againMs: round(againMs),
  },
  emails: {
    sent: sent?.count ?? 0,
    concurrency: CONCURRENCY,
    seconds: round(sendSeconds),
    perHour: Math.round(((sent?.count ?? 0) / sendSeconds) * 3_600),
  },
};
console.log(JSON.stringify(result, null, 2));
await writeFile(new URL('../results/notices.json', import.meta.url), `${JSON.stringify(result, null, 2)}\n`);

await shutdown.run('the bench is over');
await new Promise<void>((resolve) => smtp.close(resolve));
await database.drop();

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
