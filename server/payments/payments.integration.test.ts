import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outbox } from '#db/schema/platform.ts';
import { PaymentHistory, PaymentView } from '#shared/contracts/payments.ts';
import { acceptWithinMs } from '#shared/domain/payments/order.ts';
import { parseReceiptText } from '#shared/domain/payments/receipt-text.ts';
import { verifyReceipt } from '#shared/node/receipt-signer.ts';
import { AMOUNT, createPaymentsFixture, type PaymentsFixture } from './testing/payments-fixture.ts';
import { GENUINE } from './testing/scripted-provider.ts';

let fixture: PaymentsFixture;
let payer: string;
beforeAll(async () => {
  fixture = await createPaymentsFixture();
  payer = await fixture.addUser();
});
afterAll(() => fixture.close());

const refused = (code: string, details?: object) => ({ code, ...(details && { details: expect.objectContaining(details) }) });
const countOf = async (table: string, id: string, column = 'intent_id'): Promise<number> => {
  const { db } = fixture.database;
  const where = sql`${sql.identifier(column)} = ${id}`;
  const [row] = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from ${sql.identifier(table)} where ${where}`,
  );
  return row?.count ?? -1;
};

describe('an order', () => {
  it('goes to the provider, is paid, and ends with ledger, receipts and the owner’s page in one transaction', async () => {
    const order = await fixture.order(payer, 2);
    const started = PaymentView.parse(await fixture.payments.start(payer, order));
    expect(started).toMatchObject({ state: 'created', amount: 2 * AMOUNT, currency: 'MGA', phone: '+•••••••••100' });
    await fixture.confirmations.initiate(started.id);
    expect(await fixture.state(started.id)).toBe('pending');
    fixture.provider.succeed(started.id);
    await fixture.confirmations.check(started.id);
    const paid = await fixture.payments.find(payer, started.id);
    expect(paid).toMatchObject({ state: 'receipted', refundDue: 0, settledAt: '2026-01-15T09:00:00.000Z' });
    expect(paid.items.map(({ receipt }) => receipt?.number)).toEqual([
      expect.stringMatching(/^W\d-2026-00000001$/),
      expect.stringMatching(/^W\d-2026-00000002$/),
    ]);
    expect(await fixture.balance()).toBe(0);
    expect(await countOf('payments', started.id)).toBe(2);
    const rows = await fixture.database.db.select().from(outbox).orderBy(outbox.position);
    const told = rows.filter(({ payload }) => payload['paymentId'] === started.id).map(({ name }) => name);
    expect(told).toEqual(['payment.started', 'payment.pushed', 'payment.pending', 'payment.succeeded']);
    expect(rows.at(-1)?.topics.map(({ topic }) => topic)).toEqual([
      `garage:${payer}`,
      `payment:${started.id}`,
      ...paid.items.map(({ vehicleId }) => `vehicle-file:${vehicleId}`).sort(),
    ]);
    const history = PaymentHistory.parse(await fixture.payments.history(payer));
    expect(history.payments[0]).toMatchObject({ id: started.id, state: 'receipted' });
  });

  it('leaves receipts that anybody can verify, for as long as the year lasts', async () => {
    const { id } = await fixture.pending(payer);
    fixture.provider.succeed(id);
    await fixture.confirmations.check(id);
    const rows = await fixture.database.db.execute<{ text: string; signature: string }>(
      sql`select text, signature from receipts where intent_id = ${id}`,
    );
    const [receipt] = rows;
    expect(receipt && parseReceiptText(receipt.text)).toMatchObject({
      keyId: 'test',
      validUntil: '2026-12-31',
      amount: AMOUNT,
      currency: 'MGA',
    });
    expect(verifyReceipt(fixture.signer.publicKey, receipt?.text ?? '', receipt?.signature ?? '')).toBe(true);
    expect(verifyReceipt(fixture.signer.publicKey, `${receipt?.text ?? ''} `, receipt?.signature ?? '')).toBe(false);
  });

  it('is refused over another total, another’s vehicle, nothing to pay, no telephone, no provider', async () => {
    const order = await fixture.order(payer);
    const start = (changes: object) => fixture.payments.start(payer, { ...order, idempotencyKey: randomUUID(), ...changes });
    await expect(start({ amount: AMOUNT - 1 })).rejects.toMatchObject(refused('PAYMENT_AMOUNT_CHANGED', { amount: AMOUNT }));
    const foreign = await fixture.addVehicle(await fixture.addUser());
    await expect(start({ items: [{ vehicleId: foreign.id, fiscalYear: 2026 }] })).rejects.toMatchObject(
      refused('VEHICLE_NOT_FOUND'),
    );
    await expect(start({ items: [{ plate: '9999 TZZ', fiscalYear: 2026 }] })).rejects.toMatchObject(refused('VEHICLE_NOT_FOUND'));
    await expect(start({ items: [{ plate: foreign.plate, fiscalYear: 2027 }] })).rejects.toMatchObject(
      refused('TAX_NOT_PAYABLE'),
    );
    await expect(start({ phone: 'nobody' })).rejects.toMatchObject(refused('PHONE_INVALID'));
    await expect(start({ items: [...order.items, ...order.items] })).rejects.toMatchObject(refused('INVALID_INPUT'));
    expect(await start({ items: [{ plate: foreign.plate, fiscalYear: 2026 }] })).toMatchObject({ state: 'created' });
  });

  it('answers the same key with the same intent, and with a refusal when it was for something else', async () => {
    const order = await fixture.order(payer);
    const views = await Promise.all(Array.from({ length: 50 }, () => fixture.payments.start(payer, order)));
    expect(new Set(views.map(({ id }) => id)).size).toBe(1);
    await expect(fixture.payments.start(payer, { ...order, phone: '034 00 001 01' })).rejects.toMatchObject(
      refused('IDEMPOTENCY_CONFLICT'),
    );
  });

  it('is nobody else’s to see', async () => {
    const { id } = await fixture.payments.start(payer, await fixture.order(payer));
    await expect(fixture.payments.find(await fixture.addUser(), id)).rejects.toMatchObject(refused('PAYMENT_NOT_FOUND'));
  });
});

describe('one tax', () => {
  it('is paid once: of fifty who try at the same moment exactly one settles', async () => {
    const { plate } = await fixture.addVehicle(null);
    const people = await Promise.all(Array.from({ length: 50 }, () => fixture.addUser()));
    const attempts = await Promise.allSettled(
      people.map((person) =>
        fixture.payments.start(person, { ...fixture.orderOf([]), items: [{ plate, fiscalYear: 2026 }], amount: AMOUNT }),
      ),
    );
    const won = attempts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(won).toHaveLength(1);
    const codes = attempts.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code: string }).code] : []));
    expect(new Set(codes)).toEqual(new Set(['TAX_BEING_PAID']));
    const id = won[0]?.id ?? '';
    await fixture.confirmations.initiate(id);
    fixture.provider.succeed(id);
    await Promise.all(Array.from({ length: 20 }, () => fixture.confirmations.check(id)));
    expect([await countOf('settlements', id), await countOf('payments', id), await countOf('receipts', id)]).toEqual([1, 1, 1]);
    const again = { ...fixture.orderOf([]), items: [{ plate, fiscalYear: 2026 }], amount: AMOUNT };
    await expect(fixture.payments.start(payer, again)).rejects.toMatchObject(refused('TAX_ALREADY_PAID', { plate }));
  });

  it('is free again when the attempt failed or expired; a success that comes late is taken, or due for refund', async () => {
    const vehicle = await fixture.addVehicle(payer);
    const failed = await fixture.pending(payer, fixture.orderOf([vehicle.id]));
    fixture.provider.set(failed.id, { kind: 'failed', failure: 'not_enough_funds' });
    await fixture.confirmations.check(failed.id);
    expect(await fixture.payments.find(payer, failed.id)).toMatchObject({ state: 'failed', failure: 'not_enough_funds' });

    const expired = await fixture.pending(payer, fixture.orderOf([vehicle.id]));
    fixture.clock.turn(acceptWithinMs('mtn_momo') + 1);
    await fixture.confirmations.check(expired.id);
    expect(await fixture.state(expired.id)).toBe('expired');

    fixture.provider.succeed(expired.id);
    await fixture.confirmations.check(expired.id);
    expect(await fixture.state(expired.id)).toBe('receipted');

    const before = await fixture.balance('due:refund');
    fixture.provider.succeed(failed.id);
    await fixture.confirmations.check(failed.id);
    expect(await fixture.payments.find(payer, failed.id)).toMatchObject({ state: 'reconciled', refundDue: AMOUNT });
    expect([await fixture.balance('due:refund'), await fixture.balance()]).toEqual([before - AMOUNT, 0]);
    expect(await countOf('receipts', failed.id)).toBe(0);
  });
});

describe('an uncertain payment', () => {
  it('is unknown, never failed, holds its tax, and is posted when the provider speaks again', async () => {
    const order = await fixture.order(payer);
    fixture.provider.answer({ kind: 'unclear', why: 'time-out' });
    const { id } = await fixture.pending(payer, order);
    expect(await fixture.state(id)).toBe('unknown');
    fixture.provider.set(id, { kind: 'unavailable', why: 'status 503' });
    fixture.clock.turn(acceptWithinMs('mtn_momo') + 3600_000);
    await fixture.confirmations.check(id);
    expect(await fixture.state(id)).toBe('unknown');
    const same = { ...order, idempotencyKey: randomUUID() };
    await expect(fixture.payments.start(payer, same)).rejects.toMatchObject(refused('TAX_BEING_PAID', { paymentId: id }));
    fixture.provider.succeed(id);
    await fixture.confirmations.check(id);
    expect(await fixture.state(id)).toBe('receipted');
  });

  it('is said to be so while there is time left, once the provider is silent for half a minute; and is asked for again', async () => {
    const { id } = await fixture.pending(payer);
    fixture.provider.set(id, { kind: 'unavailable', why: 'status 503' });
    fixture.clock.turn(10_000);
    await fixture.confirmations.check(id);
    expect(await fixture.state(id)).toBe('pending');
    fixture.clock.turn(25_000);
    await fixture.confirmations.check(id);
    const silent = PaymentView.parse(await fixture.payments.find(payer, id));
    const now = fixture.clock().getTime();
    expect(silent.state).toBe('unknown');
    expect(Date.parse(silent.asksAgainAt ?? '')).toBeGreaterThan(now);
    expect(Date.parse(silent.expiresAt)).toBeGreaterThan(now);
    // Each question moves the page on to the next.
    const before = await fixture.count('outbox');
    fixture.clock.turn(60_000);
    await fixture.confirmations.check(id);
    const later = await fixture.payments.find(payer, id);
    expect(Date.parse(later.asksAgainAt ?? '')).toBeGreaterThan(fixture.clock().getTime());
    expect([later.state, await fixture.count('outbox')]).toEqual(['unknown', before + 1]);
    // It speaks again: the telephone is still being asked.
    fixture.provider.set(id, { kind: 'pending' });
    await fixture.confirmations.check(id);
    expect(await fixture.payments.find(payer, id)).toMatchObject({ state: 'pending', asksAgainAt: null });
    fixture.provider.succeed(id);
    await fixture.confirmations.check(id);
    expect(await fixture.state(id)).toBe('receipted');
  });

  it('does not come of single answers that are lost', async () => {
    const { id } = await fixture.pending(payer);
    for (let round = 0; round < 5; round += 1) {
      fixture.clock.turn(20_000);
      fixture.provider.set(id, round % 2 === 0 ? { kind: 'unavailable', why: 'time-out' } : { kind: 'pending' });
      await fixture.confirmations.check(id);
      expect(await fixture.state(id)).toBe('pending');
    }
  });

  it('whose order never arrived is given again, under the same id', async () => {
    fixture.provider.answer({ kind: 'busy' });
    const { id } = await fixture.pending(payer);
    expect(await fixture.state(id)).toBe('pushed');
    fixture.provider.set(id, { kind: 'not_found' });
    await fixture.confirmations.check(id);
    expect(await fixture.state(id)).toBe('pending');
    expect(fixture.provider.orders.filter((one) => one.id === id)).toHaveLength(2);
  });

  it.each([
    ['another amount', { amount: String(AMOUNT - 1) }],
    ['another currency', { currency: 'EUR' }],
    ['another order', { intentId: randomUUID() }],
  ])('is not posted when the provider confirms %s', async (_what, changes) => {
    const { id } = await fixture.pending(payer);
    fixture.provider.succeed(id, changes);
    await fixture.confirmations.check(id);
    expect([await fixture.state(id), await countOf('settlements', id), await countOf('ledger_entries', id)]).toEqual([
      'unknown',
      0,
      0,
    ]);
  });
});

describe('webhooks', () => {
  const send = (intentId: string, body: string, token = GENUINE) =>
    fixture.payments.receiveWebhook('mtn_momo', { path: [intentId, token], signature: null, body: Buffer.from(body) });

  it('lead to one state, however often, in whatever order, whatever they claim', async () => {
    const { id } = await fixture.pending(payer);
    fixture.provider.succeed(id);
    const bodies = ['{"status":"SUCCESSFUL"}', '{"status":"FAILED"}', '{"status":"PENDING"}', 'no JSON'];
    const sendings = Array.from({ length: 25 }, () => bodies).flat();
    for (let start = 0; start < sendings.length; start += 20) {
      await Promise.all(
        sendings.slice(start, start + 20).map(async (body) => {
          await send(id, body);
          await fixture.confirmations.check(id);
        }),
      );
    }
    expect(await countOf('webhook_events', id)).toBe(bodies.length);
    expect(await fixture.state(id)).toBe('receipted');
    expect([await countOf('settlements', id), await countOf('receipts', id)]).toEqual([1, 1]);
  });

  it('that are forged are refused and change nothing', async () => {
    const { id } = await fixture.pending(payer);
    const before = await fixture.count('outbox');
    await expect(send(id, '{"status":"SUCCESSFUL"}', 'forged')).rejects.toMatchObject(refused('UNAUTHENTICATED'));
    expect([await countOf('webhook_events', id), await fixture.count('outbox')]).toEqual([0, before]);
    expect(await fixture.state(id)).toBe('pending');
  });
});
