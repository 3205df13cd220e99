import { randomUUID } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLedger } from '#db/ledger-audit.ts';
import { findReceipt } from '#db/receipts.repository.ts';
import { readOwnTill, readTills } from '#db/till-views.repository.ts';
import { auditLog, outbox } from '#db/schema/platform.ts';
import { counterSessions, officeServices, tickets } from '#db/schema/tickets.ts';
import { registerReceiptKey } from '#db/payments.repository.ts';
import type { TakeCash, TillSummary } from '#shared/contracts/tills.ts';
import { parseQrText } from '#shared/domain/payments/receipt-text.ts';
import { verifyReceipt } from '#shared/node/receipt-signer.ts';
import { signReceipts } from './signatures.service.ts';
import { CASH_AMOUNT, createTillsFixture, notes, type TillsFixture } from './testing/tills-fixture.ts';
import type { TillAgent } from './tills.service.ts';

let fixture: TillsFixture;
beforeAll(async () => {
  fixture = await createTillsFixture();
});
afterAll(async () => {
  const { faults } = await auditLedger(fixture.database.db);
  await fixture.close();
  expect(faults).toEqual([]);
});

const code = (name: string, details: Record<string, unknown> = {}): unknown =>
  expect.objectContaining({
    code: name,
    ...(Object.keys(details).length > 0 && { details: expect.objectContaining(details) as unknown }),
  });
/** An agent of their own for each test, with a till. */
async function withTill(float = 50_000): Promise<{ agent: TillAgent; till: TillSummary }> {
  const agent = await fixture.staffOf('agent', fixture.fanja.officeId);
  return { agent, till: await fixture.opened(agent, float) };
}
const closing = (till: TillSummary, amount: number, reason = '') => ({ tillId: till.id, count: notes(amount), reason });
const series = async (order: TakeCash, agent: TillAgent) =>
  (await fixture.cash.take(agent, order)).items[0]?.receipt.number ?? '';

describe('a till', () => {
  it('opens with a float out of the safe, takes, and closes into it', async () => {
    const { agent, till } = await withTill(50_000);
    expect(till).toMatchObject({ state: 'open', sums: { float: 50_000, taken: 0, takings: 0, expected: 50_000 }, counted: null });
    const taking = await fixture.cash.take(agent, { ...(await fixture.orderFor(till)), given: 20_000 });
    expect(taking).toMatchObject({ amount: CASH_AMOUNT, given: 20_000, change: 4_000, refund: null });
    expect(taking.items[0]?.receipt.number).toMatch(/^C\d\d-2026-\d{8}$/);
    const view = await readOwnTill(fixture.database.db, agent.userId);
    expect(view.till?.sums).toEqual({ float: 50_000, taken: CASH_AMOUNT, takings: 1, paidBack: 0, expected: 66_000 });
    expect(view.takings.map(({ paymentId }) => paymentId)).toEqual([taking.paymentId]);
    const closed = await fixture.tills.close(agent, closing(till, 66_000));
    expect(closed).toMatchObject({
      state: 'closed',
      sums: { expected: 0 },
      counted: { amount: 66_000, expected: 66_000, variance: 0, reason: '' },
    });
    // Pressed twice, it is that closing; the drawer is gone from the screen.
    expect(await fixture.tills.close(agent, closing(till, 66_000))).toEqual(closed);
    expect((await readOwnTill(fixture.database.db, agent.userId)).till).toBeNull();
    await expect(fixture.cash.take(agent, await fixture.orderFor(till))).rejects.toEqual(code('TILL_NOT_OPEN'));
    const trail = await fixture.database.db
      .select({ action: auditLog.action })
      .from(auditLog)
      .where(eq(auditLog.entityId, till.id));
    expect(trail.map(({ action }) => action)).toEqual(['till.opened', 'till.closed']);
  });

  it('that does not have what it should closes with a reason, and a supervisor takes note once', async () => {
    const { agent, till } = await withTill(10_000);
    await expect(fixture.tills.close(agent, closing(till, 9_000))).rejects.toEqual(
      code('TILL_VARIANCE_UNEXPLAINED', { variance: -1_000 }),
    );
    await expect(fixture.tills.close(agent, closing(till, 9_000, 'x'))).rejects.toEqual(code('TILL_VARIANCE_UNEXPLAINED'));
    await expect(fixture.tills.note(fixture.chief, till.id)).rejects.toEqual(code('TILL_NOTHING_TO_NOTE'));
    const closed = await fixture.tills.close(agent, closing(till, 9_000, 'un billet rendu en trop'));
    expect(closed.counted).toEqual({ amount: 9_000, expected: 10_000, variance: -1_000, reason: 'un billet rendu en trop' });
    await expect(fixture.tills.note(fixture.strangersChief, till.id)).rejects.toEqual(code('TILL_NOT_FOUND'));
    const noted = await fixture.tills.note(fixture.chief, till.id);
    expect(noted.notedBy?.id).toBe(fixture.chief.userId);
    await expect(fixture.tills.note(fixture.chief, till.id)).rejects.toEqual(code('TILL_NOTED_ALREADY'));
    const listed = await readTills(fixture.database.db, agent.officeId, fixture.clock());
    expect(listed.closed.find(({ id }) => id === till.id)?.notedAt).not.toBeNull();
  });

  it('of an absent agent is counted by a supervisor of the office, who does not take note of what is missing', async () => {
    const { agent, till } = await withTill(10_000);
    const order = { ...closing(till, 9_000), reason: 'malade, parti à 11 h' };
    await expect(fixture.tills.closeAbsent(fixture.strangersChief, order)).rejects.toEqual(code('TILL_NOT_FOUND'));
    await expect(fixture.tills.closeAbsent(fixture.hery, order)).rejects.toEqual(code('TILL_NOT_FOUND'));
    const [closed, again] = await Promise.all([
      fixture.tills.closeAbsent(fixture.chief, order),
      fixture.tills.closeAbsent(fixture.chief, order),
    ]);
    expect(again).toEqual(closed);
    expect(closed).toMatchObject({ state: 'closed', closedBy: { id: fixture.chief.userId }, counted: { variance: -1_000 } });
    expect((await readOwnTill(fixture.database.db, agent.userId)).till).toBeNull();
    await expect(fixture.tills.close(agent, closing(till, 10_000))).rejects.toEqual(code('TILL_NOT_OPEN'));
    await expect(
      fixture.tills.closeAbsent(fixture.chief, { ...order, ...closing(till, 8_000), reason: 'x y z' }),
    ).rejects.toEqual(code('TILL_NOT_OPEN'));
    await expect(fixture.tills.note(fixture.chief, till.id)).rejects.toEqual(code('TILL_OWN'));
    const second = await fixture.staffOf('supervisor', agent.officeId);
    expect((await fixture.tills.note(second, till.id)).notedBy?.id).toBe(second.userId);
    // The agent begins anew.
    await fixture.opened(agent, 0);
  });

  it('that was offered to nobody who came is counted by a supervisor, never by its own agent', async () => {
    const { agent, till } = await withTill(10_000);
    const colleague = await fixture.staffOf('agent', agent.officeId);
    await fixture.tills.handOver(agent, { ...closing(till, 10_000), toAgentId: colleague.userId });
    const order = { ...closing(till, 10_000), reason: 'les deux sont partis' };
    const closed = await fixture.tills.closeAbsent(fixture.chief, order);
    expect(closed).toMatchObject({ state: 'closed', handedTo: null, counted: { variance: 0, reason: 'les deux sont partis' } });
    const own = await fixture.opened(fixture.chief, 0);
    await expect(fixture.tills.closeAbsent(fixture.chief, { ...closing(own, 0), reason: 'moi-même' })).rejects.toEqual(
      code('TILL_OWN'),
    );
    await fixture.tills.close(fixture.chief, closing(own, 0));
  });

  it('of a supervisor is noted by another one', async () => {
    const till = await fixture.opened(fixture.chief, 0);
    await fixture.tills.close(fixture.chief, closing(till, 100, 'trouvé sous le tiroir'));
    await expect(fixture.tills.note(fixture.chief, till.id)).rejects.toEqual(code('TILL_OWN'));
  });

  it('is one for each agent, however often the button is pressed', async () => {
    const agent = await fixture.staffOf('agent', fixture.fanja.officeId);
    const order = { idempotencyKey: randomUUID(), float: notes(1_000) };
    const answers = await Promise.all(Array.from({ length: 6 }, () => fixture.tills.open(agent, order)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    await expect(fixture.opened(agent)).rejects.toEqual(code('TILL_OPEN_ALREADY'));
    await expect(fixture.tills.open(agent, { ...order, float: notes(2_000) })).rejects.toEqual(code('IDEMPOTENCY_CONFLICT'));
  });

  it('knows the money of the country and no other', async () => {
    const agent = await fixture.staffOf('agent', fixture.fanja.officeId);
    const float = [{ value: 300, count: 1 }];
    await expect(fixture.tills.open(agent, { idempotencyKey: randomUUID(), float })).rejects.toEqual(code('CASH_NOT_OURS'));
  });

  it('is handed over when both count the same', async () => {
    const { agent, till } = await withTill(20_000);
    const next = await fixture.staffOf('agent', agent.officeId);
    await fixture.taken(agent, till);
    const offer = { ...closing(till, 36_000), toAgentId: next.userId };
    await expect(fixture.tills.handOver(agent, { ...offer, toAgentId: fixture.stranger.userId })).rejects.toEqual(
      code('AGENT_NOT_FOUND'),
    );
    await expect(fixture.tills.handOver(agent, { ...offer, toAgentId: agent.userId })).rejects.toEqual(code('AGENT_NOT_FOUND'));
    expect((await fixture.tills.handOver(agent, offer)).state).toBe('handing_over');
    await expect(fixture.taken(agent, till)).rejects.toEqual(code('TILL_NOT_OPEN'));
    const take = { tillId: till.id, idempotencyKey: randomUUID(), count: notes(36_000) };
    await expect(fixture.tills.receive(fixture.hery, take)).rejects.toEqual(code('TILL_NOT_FOUND'));
    await expect(fixture.tills.receive(next, { ...take, count: notes(35_000) })).rejects.toEqual(code('TILL_COUNTS_DIFFER'));
    // Taken back, it takes again.
    expect((await fixture.tills.keep(agent, till.id)).state).toBe('open');
    await expect(fixture.tills.receive(next, take)).rejects.toEqual(code('TILL_NOT_FOUND'));
    await fixture.tills.handOver(agent, offer);
    const [received, again] = [await fixture.tills.receive(next, take), await fixture.tills.receive(next, take)];
    expect(received).toMatchObject({
      state: 'open',
      sums: { float: 36_000, expected: 36_000 },
      receivedFrom: { id: agent.userId },
    });
    expect(again.id).toBe(received.id);
    expect((await fixture.tills.report(agent, till.id)).till).toMatchObject({ state: 'closed', sums: { expected: 0 } });
    const tries = await fixture.database.db
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.entityId, till.id), eq(auditLog.action, 'till.counts_differed')));
    expect(tries).toHaveLength(1);
  });

  it('has a report for whose it is and who sees the office’s', async () => {
    const { agent, till } = await withTill(20_000);
    const taking = await fixture.taken(agent, till);
    const report = await fixture.tills.report(agent, till.id);
    expect(report).toMatchObject({
      office: { code: 'TEST' },
      float: [{ value: 20_000, count: 1 }],
      lines: [
        { kind: 'stamp_duty', amount: 1_000 },
        { kind: 'tax', amount: 15_000 },
      ],
      receipts: { count: 1, first: taking.items[0]?.receipt.number },
    });
    expect(await fixture.tills.report(fixture.chief, till.id)).toEqual(report);
    for (const other of [fixture.hery, fixture.stranger, fixture.strangersChief])
      await expect(fixture.tills.report(other, till.id)).rejects.toEqual(code('TILL_NOT_FOUND'));
  });
});

describe('cash', () => {
  it('is taken once, however often and however fast the button is pressed', async () => {
    const { agent, till } = await withTill();
    const order = await fixture.orderFor(till);
    const answers = await Promise.all(Array.from({ length: 6 }, () => fixture.cash.take(agent, order)));
    expect(new Set(answers.map(({ paymentId }) => paymentId)).size).toBe(1);
    await expect(fixture.cash.take(agent, { ...order, given: order.given + 100 })).rejects.toEqual(code('IDEMPOTENCY_CONFLICT'));
    expect((await readOwnTill(fixture.database.db, agent.userId)).till?.sums).toMatchObject({ takings: 1, taken: CASH_AMOUNT });
  });

  it('pays several vehicles at once, without the fee of paying online', async () => {
    const { agent, till } = await withTill();
    const plates = [(await fixture.addVehicle(null)).plate, (await fixture.addVehicle(fixture.payer)).plate];
    const quote = await fixture.cash.quote(
      agent,
      plates.map((plate) => ({ plate: ` ${plate.toLowerCase()} `, fiscalYear: 2026 })),
    );
    expect(quote).toMatchObject({ amount: 2 * CASH_AMOUNT, currency: 'MGA' });
    expect(quote.items.flatMap(({ lines }) => lines.map(({ kind }) => kind))).not.toContain('fee');
    const taking = await fixture.cash.take(agent, await fixture.orderFor(till, plates));
    expect(taking.items).toHaveLength(2);
    const again = await fixture.cash.quote(
      agent,
      plates.map((plate) => ({ plate, fiscalYear: 2026 })),
    );
    expect(again.items.map(({ paid }) => paid)).toEqual([true, true]);
    // The owner's list is told of in the same transaction.
    const told = await fixture.database.db.select().from(outbox).where(eq(outbox.name, 'payment.succeeded'));
    const own = told.find(({ payload }) => JSON.stringify(payload).includes(taking.paymentId));
    expect(JSON.stringify(own?.topics)).toContain(`garage:${fixture.payer}`);
  });

  it('is refused where something is wrong, and nothing is kept of it', async () => {
    const { agent, till } = await withTill();
    const good = await fixture.orderFor(till);
    const before = await fixture.count('payment_intents');
    const refused: [Partial<TakeCash>, unknown][] = [
      [{ amount: CASH_AMOUNT - 1, given: 20_000 }, code('PAYMENT_AMOUNT_CHANGED', { amount: CASH_AMOUNT })],
      [{ given: CASH_AMOUNT - 1 }, code('CASH_TOO_LITTLE', { missing: 1 })],
      [{ items: [{ plate: 'NOBODY', fiscalYear: 2026 }] }, code('VEHICLE_NOT_FOUND')],
      [{ items: [{ plate: good.items[0]?.plate ?? '', fiscalYear: 2031 }] }, code('TAX_NOT_PAYABLE')],
      [{ items: [...good.items, ...good.items] }, code('INVALID_INPUT')],
      [{ tillId: randomUUID() }, code('TILL_NOT_FOUND')],
    ];
    for (const [change, error] of refused)
      await expect(fixture.cash.take(agent, { ...good, idempotencyKey: randomUUID(), ...change })).rejects.toEqual(error);
    await expect(fixture.cash.take(fixture.stranger, good)).rejects.toEqual(code('TILL_NOT_FOUND'));
    await expect(fixture.cash.take(fixture.hery, good)).rejects.toEqual(code('TILL_NOT_FOUND'));
    // A till that is still the person's own, but of the office where they were before.
    await expect(fixture.cash.take({ ...agent, officeId: fixture.stranger.officeId }, good)).rejects.toEqual(
      code('TILL_NOT_FOUND'),
    );
    expect(await fixture.count('payment_intents')).toBe(before);
    await fixture.cash.take(agent, good);
    await expect(fixture.cash.take(agent, { ...good, idempotencyKey: randomUUID() })).rejects.toEqual(code('TAX_ALREADY_PAID'));
  });

  it('waits for who is paying online, and is told until when', async () => {
    const { agent, till } = await withTill();
    const { plate, id } = await fixture.addVehicle(fixture.payer);
    const online = await fixture.pending(fixture.payer, fixture.orderOf([id]));
    const order = await fixture.orderFor(till, [plate]);
    const held = { provider: 'mtn_momo', until: online.expiresAt };
    await expect(fixture.cash.take(agent, order)).rejects.toEqual(code('TAX_HELD_BY_ORDER', held));
    expect((await fixture.cash.quote(agent, order.items)).items[0]?.heldBy).toMatchObject(held);
    // It fails: the tax is free, and the very same press takes it.
    fixture.provider.set(online.id, { kind: 'failed', failure: 'payer_declined' });
    await fixture.confirmations.check(online.id);
    expect((await fixture.cash.take(agent, order)).amount).toBe(CASH_AMOUNT);
    // And the other way round: who had it said yes too late is paid back, not paid twice.
    fixture.provider.succeed(online.id);
    await fixture.confirmations.check(online.id);
    expect(await fixture.state(online.id)).toBe('reconciled');
  });

  it('and an order online at the same moment: one of them has the tax', async () => {
    const { agent, till } = await withTill();
    for (let round = 0; round < 5; round += 1) {
      const { plate, id } = await fixture.addVehicle(fixture.payer);
      const order = await fixture.orderFor(till, [plate]);
      const both = await Promise.allSettled([
        fixture.cash.take(agent, order),
        fixture.payments.start(fixture.payer, fixture.orderOf([id])),
      ]);
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });

  it('finds the payer by the ticket at the counter, and by no other', async () => {
    const { db } = fixture.database;
    const { agent, till } = await withTill();
    const [service] = await db
      .insert(officeServices)
      .values({ officeId: agent.officeId, prefix: 'P', nameFr: 'Payer', nameEn: 'Pay', usualMinutes: 5 })
      .returning();
    await db.insert(counterSessions).values({
      ...{ officeId: agent.officeId, agentId: agent.userId, label: 'P1', serviceIds: [service?.id ?? ''] },
      openedAt: fixture.clock(),
    });
    const ticket = (agentId: string | null, state: 'serving' | 'waiting', number: string) => ({
      ...{ clientId: randomUUID(), officeId: agent.officeId, serviceId: service?.id ?? '', day: '2026-01-15', number },
      ...{ source: 'phone' as const, priority: 'none' as const, state, userId: fixture.payer, agentId, counter: agentId && 'P1' },
      ...{ rankAt: fixture.clock(), takenAt: fixture.clock() },
    });
    const [mine, waiting] = await db
      .insert(tickets)
      .values([ticket(agent.userId, 'serving', 'P001'), ticket(null, 'waiting', 'P002')])
      .returning();
    const known = await fixture.cash.take(agent, { ...(await fixture.orderFor(till)), ticketId: mine?.id });
    const unknown = await fixture.cash.take(agent, { ...(await fixture.orderFor(till)), ticketId: waiting?.id });
    expect((await fixture.payments.find(fixture.payer, known.paymentId)).provider).toBe('cash');
    await expect(fixture.payments.find(fixture.payer, unknown.paymentId)).rejects.toEqual(code('PAYMENT_NOT_FOUND'));
    const { payments } = await fixture.payments.history(fixture.payer);
    expect(payments.map(({ id }) => id)).toContain(known.paymentId);
  });

  it('has numbers without gaps in each office, whoever takes at once', async () => {
    const [a, b] = [await withTill(), await withTill()];
    const other = await fixture.opened(fixture.stranger);
    const orders = await Promise.all([a, b, a, b, a].map(({ till }) => fixture.orderFor(till)));
    const elsewhere = await fixture.orderFor(other);
    const given = await Promise.all([
      ...orders.map((order, index) => series(order, index % 2 === 0 ? a.agent : b.agent)),
      series(elsewhere, fixture.stranger),
    ]);
    const prefixes = given.map((number) => number.slice(0, 3));
    expect(new Set(prefixes.slice(0, 5)).size).toBe(1);
    expect(prefixes[5]).not.toBe(prefixes[0]);
    const numbers = given.slice(0, 5).map((number) => Number(number.slice(-8)));
    numbers.sort((x, y) => x - y);
    expect(numbers.map((number, index) => number - index)).toEqual(numbers.map(() => numbers[0]));
  });

  it('has a receipt that is signed by who holds the key, once', async () => {
    const { agent, till } = await withTill();
    const { db } = fixture.database;
    const taking = await fixture.taken(agent, till);
    const reference = taking.items[0]?.receipt.reference ?? '';
    expect([taking.items[0]?.receipt.signed, await findReceipt(db, reference)]).toEqual([false, null]);
    await registerReceiptKey(db, fixture.signer);
    const deps = { db, signer: fixture.signer, notifier: { wake: () => undefined } };
    await Promise.all([signReceipts(deps, taking.paymentId), signReceipts(deps, taking.paymentId)]);
    const receipt = await findReceipt(db, reference);
    const qr = parseQrText(receipt?.qr ?? '');
    expect(qr?.facts).toMatchObject({ reference, plate: taking.items[0]?.plate, amount: CASH_AMOUNT, validUntil: '2026-12-31' });
    expect(verifyReceipt(fixture.signer.publicKey, qr?.text ?? '', qr?.signature ?? '')).toBe(true);
    const told = await db.select().from(outbox).where(eq(outbox.name, 'receipt.signed'));
    expect(told.filter(({ payload }) => JSON.stringify(payload).includes(taking.paymentId))).toHaveLength(1);
    await expect(db.execute(sql`update receipts set signature = 'x' where reference = ${reference}`)).rejects.toThrow();
  });
});

describe('a mistake', () => {
  it('is proposed by the agent, approved by a supervisor, and given back out of the open till', async () => {
    const { agent, till } = await withTill(0);
    const taking = await fixture.taken(agent, till);
    const proposal = {
      ...{ idempotencyKey: randomUUID(), paymentId: taking.paymentId, itemIds: taking.items.map(({ id }) => id) },
      ...{ amount: CASH_AMOUNT, reason: 'wrong_vehicle' as const, note: '' },
    };
    await expect(fixture.refunds.propose(fixture.stranger, proposal)).rejects.toEqual(code('PAYMENT_NOT_FOUND'));
    const refund = await fixture.refunds.propose(agent, proposal);
    const order = { tillId: till.id, refundId: refund.id };
    await expect(fixture.cash.payBack(agent, order)).rejects.toEqual(code('REFUND_STATE_CONFLICT'));
    await expect(fixture.refunds.approve(agent, refund.id)).rejects.toEqual(code('FORBIDDEN'));
    await expect(fixture.refunds.approve(fixture.strangersChief, refund.id)).rejects.toEqual(code('FORBIDDEN'));
    await fixture.refunds.approve(fixture.chief, refund.id);
    const view = await readOwnTill(fixture.database.db, agent.userId);
    expect(view.toPayBack).toMatchObject([{ refundId: refund.id, amount: CASH_AMOUNT }]);
    // No job gives cash back, whatever is enqueued.
    await fixture.payouts.push(refund.id);
    await fixture.payouts.check(refund.id);
    const theirs = await fixture.opened(await fixture.staffOf('agent', fixture.stranger.officeId));
    await expect(fixture.cash.payBack(fixture.stranger, { ...order, tillId: theirs.id })).rejects.toEqual(
      code('REFUND_NOT_FOUND'),
    );
    const empty = await withTill(0);
    await expect(fixture.cash.payBack(empty.agent, { ...order, tillId: empty.till.id })).rejects.toEqual(
      code('TILL_CASH_SHORT', { has: 0 }),
    );
    const both = await Promise.allSettled([fixture.cash.payBack(agent, order), fixture.cash.payBack(agent, order)]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const after = await readOwnTill(fixture.database.db, agent.userId);
    expect(after.till?.sums).toEqual({ float: 0, taken: CASH_AMOUNT, takings: 1, paidBack: CASH_AMOUNT, expected: 0 });
    expect(after.takings[0]).toMatchObject({
      refund: { state: 'paid' },
      items: [{ receipt: { revokedAt: expect.any(String) as unknown } }],
    });
    // The tax is owed again, and can be taken again.
    const again = await fixture.orderFor(
      till,
      taking.items.map(({ plate }) => plate),
    );
    expect((await fixture.cash.take(agent, again)).amount).toBe(CASH_AMOUNT);
  });

  it('is not approved by who took the cash', async () => {
    const till = await fixture.opened(fixture.chief, 0).catch(() => null);
    if (!till) throw new Error('the chief has a till');
    const taking = await fixture.taken(fixture.chief, till);
    const refund = await fixture.refunds.propose(fixture.fanja, {
      ...{ idempotencyKey: randomUUID(), paymentId: taking.paymentId, itemIds: taking.items.map(({ id }) => id) },
      ...{ amount: CASH_AMOUNT, reason: 'wrong_amount', note: '' },
    });
    await expect(fixture.refunds.approve(fixture.chief, refund.id)).rejects.toEqual(code('REFUND_SAME_PERSON'));
  });
});

describe('the database itself', () => {
  it('refuses cash outside an open till, and a closing that leaves something', async () => {
    const { db } = fixture.database;
    const { agent, till } = await withTill(1_000);
    const refused = async (query: ReturnType<typeof sql>) => {
      await expect(db.execute(query)).rejects.toThrow();
    };
    await refused(
      sql`update till_sessions set state = 'closed', closed_at = now(), count = '[]', counted_amount = 0, expected_amount = 0, variance = 0 where id = ${till.id}`,
    );
    await refused(
      sql`insert into payment_intents (idempotency_key, order_digest, provider, amount, currency, expires_at, state) values (gen_random_uuid(), '', 'cash', 1, 'MGA', now(), 'pending')`,
    );
    await refused(
      sql`insert into payment_intents (payer_id, idempotency_key, order_digest, provider, amount, currency, expires_at, till_id, phone) values (${fixture.payer}, gen_random_uuid(), '', 'mvola', 1, 'MGA', now(), ${till.id}, '+261340000000')`,
    );
    const closed = await fixture.tills.close(agent, closing(till, 1_000));
    const post = (account: string, tillId: string | null) =>
      sql`insert into ledger_entries (posting_id, ordinal, till_id, account, debit, credit, currency, posted_at) values (gen_random_uuid(), 0, ${tillId}, ${account}, 1, 0, 'MGA', now())`;
    await refused(post(`till:${closed.id}`, closed.id));
    await refused(post(`till:${randomUUID()}`, closed.id));
    await refused(
      sql`insert into payment_intents (idempotency_key, order_digest, provider, amount, currency, expires_at, state, till_id) values (gen_random_uuid(), '', 'cash', 1, 'MGA', now(), 'pending', ${till.id})`,
    );
    await refused(sql`update till_sessions set counted_amount = 2000, variance = 1000, reason = 'autre' where id = ${till.id}`);
    await refused(sql`delete from till_sessions where id = ${till.id}`);
    await refused(sql`update till_sessions set noted_by = agent_id, noted_at = now() where id = ${till.id}`);
  });
});
