import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectRaw } from '#db/connect.ts';
import { documents } from '#db/schema/documents.ts';
import { vehicleClaims } from '#db/schema/vehicles.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { messages } from '#db/schema/platform.ts';
import { refunds } from '#db/schema/refunds.ts';
import type { NoticePreferences } from '#shared/contracts/notices.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { signUnsubscribe } from '#shared/node/unsubscribe-token.ts';
import { createNoticesService, type NoticesService } from '#server/notices/notices.service.ts';
import { createNoticesFixture, SECRET, type NoticesFixture } from './testing/notices-fixture.ts';

let f: NoticesFixture;
let notices: NoticesService;
beforeAll(async () => {
  f = await createNoticesFixture();
  notices = createNoticesService({
    db: f.database.db,
    notifier: { wake: () => undefined },
    clock: f.clock,
    unsubscribeKey: deriveKey(SECRET, 'unsubscribe'),
  });
});
afterAll(() => f.close());
beforeEach(() => {
  f.mails.length = 0;
  f.refusals.length = 0;
});

const NOTHING: NoticePreferences = {
  reminders: { email: false, sms: false },
  payments: { email: false, sms: false },
  documents: { email: false, sms: false },
};
async function paid(payer: string): Promise<string> {
  const { id } = await f.pending(payer);
  f.provider.succeed(id);
  await f.confirmations.check(id);
  return id;
}
const kindsOf = async (userId: string) => (await f.noticesOf(userId)).map(({ kind }) => kind);

describe('a payment that succeeds', () => {
  it('is told in the app and by e-mail, with its receipt, in the person’s language', async () => {
    const payer = await f.addPerson({ locale: 'en' });
    const id = await paid(payer);
    expect(await f.tell('payment.succeeded')).toBe(1);
    expect(await f.noticesOf(payer)).toMatchObject([{ kind: 'payment_succeeded', eventKey: id, readAt: null }]);
    await f.sendAll();
    expect(f.mails).toHaveLength(1);
    expect(f.mails[0]?.subject).toMatch(/^Paid: .*your receipt$/);
    expect(f.mails[0]?.text).toContain(`https://vignette.example/paiements/${id}`);
    expect(f.mails[0]?.text).toMatch(/W\d-2026-\d{8}/);
    // The law asks for it: there is nothing to unsubscribe from.
    expect(f.mails[0]?.headers.has('list-unsubscribe-post')).toBe(false);
  });

  it('is told once: the job twice, three at a time, the event twice in the outbox', async () => {
    const payer = await f.addPerson();
    const id = await paid(payer);
    await f.database.db.transaction((tx) => appendOutbox(tx, 'payment.succeeded', { paymentId: id }));
    const sources = (await f.sourcesOf('payment.succeeded')).filter(
      (one) => 'paymentId' in one.source && one.source.paymentId === id,
    );
    expect(sources).toHaveLength(2);
    await Promise.all([...sources, ...sources, ...sources].map(({ eventId, source }) => f.deliveries.deliver(eventId, source)));
    expect(await kindsOf(payer)).toEqual(['payment_succeeded']);
    expect(await f.messagesTo(f.emailOf(payer))).toHaveLength(1);
  });

  it('is told to the owner of the vehicle as well, not by whom', async () => {
    const [payer, owner] = [await f.addPerson(), await f.addPerson()];
    const vehicle = await f.addVehicle(owner);
    const order = f.orderOf([vehicle.id]);
    const items = [{ plate: vehicle.plate, fiscalYear: 2026 }];
    const { id } = await f.pending(payer, { ...order, items });
    f.provider.succeed(id);
    await f.confirmations.check(id);
    await f.tell('payment.succeeded');
    const [notice] = await f.noticesOf(owner);
    expect(notice).toMatchObject({ kind: 'tax_paid_by_other', params: { plate: vehicle.plate, fiscalYear: 2026 } });
    expect(JSON.stringify(notice)).not.toContain(payer);
    await f.sendAll();
    const mail = f.mails.find(({ subject }) => subject?.includes('est payée'));
    expect(mail?.headers.get('list')).toMatchObject({
      unsubscribe: { url: expect.stringContaining('/api/unsubscribe/') as string },
    });
    expect(mail?.headers.get('list')).toMatchObject({ 'unsubscribe-post': expect.anything() as unknown });
  });

  it('although the provider was silent is told as late', async () => {
    const payer = await f.addPerson();
    const { id } = await f.pending(payer);
    f.clock.turn(20 * 60_000);
    await f.confirmations.check(id);
    await f.tell('payment.expired');
    f.provider.succeed(id);
    await f.confirmations.check(id);
    await f.tell('payment.succeeded');
    expect(await kindsOf(payer)).toEqual(['payment_expired', 'payment_confirmed_late']);
  });
});

it('a failure that was overtaken by a success is not told of', async () => {
  const payer = await f.addPerson();
  const { id } = await f.pending(payer);
  f.provider.set(id, { kind: 'failed', failure: 'not_enough_funds' });
  await f.confirmations.check(id);
  const failed = await f.sourcesOf('payment.failed');
  expect(failed.length).toBeGreaterThan(0);
  expect(await f.tell('payment.failed')).toBe(1);
  expect(await kindsOf(payer)).toEqual(['payment_failed']);
  const other = await f.addPerson();
  const done = await paid(other);
  expect(await f.deliveries.deliver(randomUUID(), { event: 'payment.failed', paymentId: done })).toBe(0);
  expect(await kindsOf(other)).toEqual([]);
});

it('money that goes back is told to who paid, approved and paid, once each', async () => {
  const payer = await f.addPerson();
  const paymentId = await paid(payer);
  const [refundId, at] = [randomUUID(), f.clock()];
  await f.database.db.insert(refunds).values({
    ...{
      id: refundId,
      intentId: paymentId,
      kind: 'taxes',
      amount: 16_500,
      currency: 'MGA',
      reason: 'paid_twice',
      proposedBy: await f.addPerson(),
    },
    ...{ proposedAt: at, updatedAt: at, idempotencyKey: randomUUID(), proposalDigest: 'x' },
  });
  for (const name of ['refund.approved', 'refund.succeeded', 'refund.succeeded'] as const) {
    await f.database.db.transaction((tx) => appendOutbox(tx, name, { refundId, paymentId }));
  }
  await f.tell('refund.approved');
  await f.tell('refund.succeeded');
  expect(await f.noticesOf(payer)).toMatchObject([
    { kind: 'refund_approved', params: { amount: 16_500, paymentId } },
    { kind: 'refund_paid', eventKey: refundId },
  ]);
});

it('a vehicle handed over: the seller is asked, both learn that it is done', async () => {
  const [sellerId, buyerId] = [await f.addPerson(), await f.addPerson()];
  const { id: vehicleId, plate } = await f.addVehicle(sellerId);
  const transfer = { transferId: randomUUID(), vehicleId, sellerId, buyerId };
  await f.database.db.transaction((tx) => appendOutbox(tx, 'transfer.accepted', transfer));
  await f.database.db.transaction((tx) => appendOutbox(tx, 'transfer.completed', transfer));
  await f.tell('transfer.accepted');
  expect(await kindsOf(buyerId)).toEqual([]);
  await f.tell('transfer.completed');
  expect(await kindsOf(sellerId)).toEqual(['transfer_asked', 'transfer_confirmed']);
  expect(await f.noticesOf(buyerId)).toMatchObject([{ kind: 'transfer_confirmed', params: { plate } }]);
});

it('a claim decided: who claimed learns it with the reason, who had the vehicle when it is gone', async () => {
  const [ownerId, claimantId, other] = [await f.addPerson(), await f.addPerson(), await f.addPerson()];
  const { id: vehicleId, plate } = await f.addVehicle(ownerId);
  const decided = async (who: string, status: 'accepted' | 'refused', reason: string | null): Promise<string> => {
    const at = new Date();
    const documentId = randomUUID();
    await f.database.db.insert(documents).values({ id: documentId, userId: who, status: 'confirmed' });
    const claim = { vehicleId, claimantId: who, documentId, status, reason, closedAt: at };
    const [row] = await f.database.db.insert(vehicleClaims).values(claim).returning();
    const claimId = row?.id ?? '';
    const event = { claimId, vehicleId, claimantId: who, formerOwnerId: ownerId };
    await f.database.db.transaction((tx) => appendOutbox(tx, `claim.${status}`, event));
    await f.tell(`claim.${status}`);
    return claimId;
  };
  const refusedId = await decided(other, 'refused', 'La photo est floue.');
  expect(await f.noticesOf(other)).toMatchObject([
    { kind: 'claim_refused', params: { claimId: refusedId, plate, reason: 'La photo est floue.' } },
  ]);
  expect(await kindsOf(ownerId)).toEqual([]);
  const claimId = await decided(claimantId, 'accepted', null);
  expect(await f.noticesOf(claimantId)).toMatchObject([{ kind: 'claim_accepted', eventKey: claimId, params: { plate } }]);
  expect(await kindsOf(ownerId)).toEqual(['vehicle_reassigned']);
});

it('a worker killed with -9 in the middle leaves one notice and one e-mail to be made', async () => {
  const payer = await f.addPerson();
  await paid(payer);
  const last = (await f.sourcesOf('payment.succeeded')).at(-1);
  if (!last) throw new Error('no event');
  const holder = connectRaw({ url: f.database.url, max: 1, applicationName: 'holder' });
  const waits = async (): Promise<boolean> => {
    const rows = await f.database.db.execute(
      sql`select 1 from pg_stat_activity where application_name = 'notices-under-test' and wait_event_type = 'Lock' and datname = current_database()`,
    );
    return rows.length > 0;
  };
  await holder.begin(async (held) => {
    // The number of the topic is what is raised last: notice and message are written when it waits for it.
    await held`lock table topic_versions in access exclusive mode`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('./testing/deliver-process.ts', import.meta.url))],
      {
        stdio: 'inherit',
        env: {
          ...process.env,
          DATABASE_URL: f.database.url,
          EVENT_ID: last.eventId,
          SOURCE: JSON.stringify(last.source),
          NOW: f.clock().toISOString(),
        },
      },
    );
    await until(waits, { what: 'the worker in its transaction', timeoutMs: 20_000 });
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await holder.end();
  await until(async () => !(await waits()), { what: 'the end of its connection' });
  expect(await kindsOf(payer)).toEqual([]);
  expect(await f.messagesTo(f.emailOf(payer))).toEqual([]);
  await Promise.all([f.deliveries.deliver(last.eventId, last.source), f.deliveries.deliver(last.eventId, last.source)]);
  expect(await kindsOf(payer)).toEqual(['payment_succeeded']);
  await f.sendAll();
  expect(f.mails.filter(({ to }) => JSON.stringify(to).includes(payer))).toHaveLength(1);
});

describe('a mail server that does not take it', () => {
  async function one(): Promise<{ payer: string; messageId: string }> {
    const payer = await f.addPerson();
    await paid(payer);
    await f.tell('payment.succeeded');
    const [message] = await f.messagesTo(f.emailOf(payer));
    return { payer, messageId: message?.id ?? '' };
  }
  const rowOf = async (id: string) => (await f.database.db.select().from(messages).where(eq(messages.id, id)))[0];

  it('twice, gets it the third time, once', async () => {
    const { messageId } = await one();
    f.refusals.push(451, 451);
    await expect(f.send(messageId)).rejects.toThrow('451');
    await expect(f.send(messageId)).rejects.toThrow('451');
    await f.send(messageId);
    await f.send(messageId);
    expect(f.mails).toHaveLength(1);
    expect(await rowOf(messageId)).toMatchObject({ attempts: 3, failedAt: null });
  });

  it('three times: it is set aside and counted, and the notice stays in the app', async () => {
    const { payer, messageId } = await one();
    const counted = async () =>
      /messages_total\{[^}]*outcome="given_up"[^}]*\} (\d+)/.exec(await f.metrics.registry.metrics())?.[1] ?? '0';
    const before = Number(await counted());
    f.refusals.push(451, 451, 451);
    await expect(f.send(messageId)).rejects.toThrow();
    await expect(f.send(messageId)).rejects.toThrow();
    await expect(f.send(messageId)).rejects.toMatchObject({ name: 'UnrecoverableError' });
    expect(await rowOf(messageId)).toMatchObject({ attempts: 3, sentAt: null, failedAt: expect.any(Date) as Date });
    expect(Number(await counted())).toBe(before + 1);
    expect(await kindsOf(payer)).toEqual(['payment_succeeded']);
  });
});

describe('what a person wants', () => {
  it('nothing: the receipt comes all the same, a failure is in the app alone', async () => {
    const payer = await f.addPerson({ phone: '+261340000101' });
    await notices.setPreferences(payer, NOTHING);
    await paid(payer);
    await f.tell('payment.succeeded');
    const { id } = await f.pending(payer);
    f.provider.set(id, { kind: 'failed', failure: 'not_enough_funds' });
    await f.confirmations.check(id);
    await f.tell('payment.failed');
    expect(await kindsOf(payer)).toEqual(['payment_succeeded', 'payment_failed']);
    expect(await f.messagesTo(f.emailOf(payer))).toHaveLength(1);
    expect(await f.messagesTo('+261340000101')).toHaveLength(0);
  });

  it('a link takes one category from one channel, twice the same; an altered one nothing', async () => {
    const person = await f.addPerson({ phone: '+261340000102' });
    const token = signUnsubscribe(deriveKey(SECRET, 'unsubscribe'), { userId: person, category: 'reminders', channel: 'email' });
    expect(await notices.unsubscription(token)).toEqual({ category: 'reminders', channel: 'email', wanted: true });
    expect((await notices.preferences(person)).preferences.reminders).toEqual({ email: true, sms: true });
    await Promise.all([notices.unsubscribe(token), notices.unsubscribe(token)]);
    expect((await notices.preferences(person)).preferences).toMatchObject({
      reminders: { email: false, sms: true },
      payments: { email: true },
    });
    expect(await notices.unsubscription(token)).toMatchObject({ wanted: false });
    const altered = `${token.slice(0, -2)}AA`;
    await expect(notices.unsubscribe(altered)).rejects.toMatchObject({ code: 'LINK_INVALID' });
    const nobody = signUnsubscribe(deriveKey(SECRET, 'unsubscribe'), {
      userId: randomUUID(),
      category: 'reminders',
      channel: 'sms',
    });
    await expect(notices.unsubscription(nobody)).rejects.toMatchObject({ code: 'LINK_INVALID' });
  });
});

describe('the list', () => {
  it('is paged without gaps, marked one by one or all at once, and nobody else’s', async () => {
    const [person, other] = [await f.addPerson(), await f.addPerson()];
    for (let index = 0; index < 45; index += 1) {
      await f.deliveries.deliver(randomUUID(), { event: 'user.phone_changed', userId: person });
    }
    await f.deliveries.deliver(randomUUID(), { event: 'user.phone_changed', userId: other });
    const all = await f.noticesOf(person);
    const seen: string[] = [];
    let before = all.toSorted((a, b) => (a.createdAt < b.createdAt || (+a.createdAt === +b.createdAt && a.id < b.id) ? 1 : -1))[0]
      ?.id;
    if (before) seen.push(before);
    for (let more = true; more && before;) {
      const page = await notices.older(person, before);
      seen.push(...page.notices.map(({ id }) => id));
      more = page.more;
      before = page.notices.at(-1)?.id;
    }
    expect(new Set(seen)).toEqual(new Set(all.map(({ id }) => id)));
    expect(seen).toHaveLength(45);

    const [mine] = all;
    await notices.markRead(person, mine?.id ?? '');
    await notices.markRead(person, mine?.id ?? '');
    expect((await f.noticesOf(person)).filter(({ readAt }) => readAt !== null)).toHaveLength(1);
    await notices.markRead(person, null);
    expect((await f.noticesOf(person)).filter(({ readAt }) => readAt === null)).toEqual([]);
    expect((await f.noticesOf(other))[0]?.readAt).toBeNull();
    await expect(notices.markRead(other, mine?.id ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(notices.older(other, mine?.id ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const topic = topicOf('notifications', person);
    const [moved] = await f.database.db.execute<{ count: number }>(
      sql`select count(*)::int as count from outbox where name = 'notice.read' and topics -> 0 ->> 'topic' = ${topic}`,
    );
    // What changed nothing moved no screen.
    expect(moved?.count).toBe(2);
  });
});
