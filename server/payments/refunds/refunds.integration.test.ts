import { randomUUID } from 'node:crypto';
import { asc, eq, like, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLog, outbox } from '#db/schema/platform.ts';
import { refunds as refundsTable } from '#db/schema/refunds.ts';
import { readGarage } from '#db/vehicles.repository.ts';
import { AMOUNT } from '../testing/payments-fixture.ts';
import { createRefundsFixture, type RefundsFixture } from './testing/refunds-fixture.ts';

let fixture: RefundsFixture;
beforeAll(async () => {
  fixture = await createRefundsFixture();
});
afterAll(() => fixture.close());

const code = (error: unknown) => ({ code: error });
const view = (id: string) => fixture.payments.find(fixture.payer, id);
const paidBack = async (payment: Awaited<ReturnType<typeof view>>) => {
  const refund = await fixture.approved(payment);
  await fixture.payouts.push(refund.id);
  fixture.provider.payBack(fixture.pushIdOf(refund));
  await fixture.payouts.check(refund.id);
  return refund;
};

describe('a refund', () => {
  it('is proposed by one, approved by another, paid back by the provider; the tax is owed again', async () => {
    const { refunds, payouts, provider, agent, supervisor } = fixture;
    const payment = await fixture.paid(2);
    const proposal = fixture.proposalOf(payment);
    const proposed = await refunds.propose(agent, proposal);
    expect(proposed).toMatchObject({ state: 'proposed', amount: 2 * AMOUNT, proposedBy: { id: agent.userId }, decidedBy: null });
    expect(await refunds.propose(agent, proposal)).toEqual(proposed);
    expect((await view(payment.id)).refunds).toMatchObject([{ stage: 'proposed', amount: 2 * AMOUNT }]);
    expect(await fixture.balance('refunds_payable')).toBe(0);

    const carsPaid = async () => {
      const { vehicles } = await readGarage(fixture.database.db, fixture.payer, fixture.clock());
      return vehicles.filter(({ id }) => payment.items.some(({ vehicleId }) => vehicleId === id)).map(({ paid }) => paid);
    };
    expect(await carsPaid()).toEqual([true, true]);
    const approved = await refunds.approve(supervisor, proposed.id);
    expect(approved).toMatchObject({ state: 'approved', decidedBy: { id: supervisor.userId } });
    expect(await fixture.balance('refunds_payable')).toBe(-2 * AMOUNT);
    const after = await view(payment.id);
    expect(after.refunds).toMatchObject([{ stage: 'under_way' }]);
    expect(after.items.every(({ receipt }) => receipt?.revokedAt)).toBe(true);
    expect(await carsPaid()).toEqual([false, false]);

    await payouts.push(proposed.id);
    expect(provider.refunds.at(-1)).toMatchObject({
      amount: 2 * AMOUNT,
      payment: { intentId: payment.id, reference: `T-${payment.id}` },
    });
    await payouts.check(proposed.id);
    provider.payBack(fixture.pushIdOf(proposed));
    await Promise.all([payouts.check(proposed.id), payouts.check(proposed.id), payouts.push(proposed.id)]);
    expect((await view(payment.id)).refunds).toMatchObject([{ stage: 'paid_back', paidBackAt: expect.any(String) }]);
    expect(await fixture.balance('refunds_payable')).toBe(0);
    expect((await fixture.books()).faults).toEqual([]);
  });

  it('lets the tax be paid again, and paid back again', async () => {
    const payment = await fixture.paid();
    await paidBack(payment);
    const [item] = payment.items;
    const again = await fixture.pending(fixture.payer, fixture.orderOf([item?.vehicleId ?? '']));
    fixture.provider.succeed(again.id);
    await fixture.confirmations.check(again.id);
    expect(await fixture.state(again.id)).toBe('receipted');
    await paidBack(await view(again.id));
    const { faults, paidBack: sums } = await fixture.books();
    expect([faults, sums['MGA']]).toEqual([[], 4 * AMOUNT]);
  });

  it('of one item of several leaves the others paid', async () => {
    const payment = await fixture.paid(3);
    const [first] = payment.items;
    const proposal = { ...fixture.proposalOf(payment), itemIds: [first?.id ?? ''], amount: AMOUNT };
    const { id } = await fixture.refunds.propose(fixture.agent, proposal);
    await fixture.refunds.approve(fixture.supervisor, id);
    const revoked = (await view(payment.id)).items.map(({ receipt }) => receipt?.revokedAt !== null);
    expect(revoked).toEqual([true, false, false]);
    const rest = { ...fixture.proposalOf(payment), amount: 2 * AMOUNT, itemIds: payment.items.slice(1).map((one) => one.id) };
    expect(await fixture.refunds.propose(fixture.agent, rest)).toMatchObject({ state: 'proposed', amount: 2 * AMOUNT });
    expect((await fixture.books()).faults).toEqual([]);
  });

  it('that is refused or withdrawn changes nothing, and can be proposed again', async () => {
    const payment = await fixture.paid();
    const before = await fixture.count('ledger_entries');
    const first = await fixture.proposed(payment);
    const rejected = await fixture.refunds.reject(fixture.supervisor, first.id, 'Le reçu est en règle.');
    expect(rejected).toMatchObject({ state: 'rejected', decisionNote: 'Le reçu est en règle.' });
    fixture.clock.turn(1_000);
    const second = await fixture.proposed(payment);
    expect(await fixture.refunds.withdraw(fixture.agent, second.id)).toMatchObject({ state: 'withdrawn' });
    fixture.clock.turn(1_000);
    expect((await fixture.proposed(payment)).state).toBe('proposed');
    expect(await fixture.count('ledger_entries')).toBe(before);
    expect((await view(payment.id)).refunds.map(({ stage }) => stage)).toEqual(['rejected', 'proposed']);
    expect((await view(payment.id)).items[0]?.receipt?.revokedAt).toBeNull();
  });

  it('leaves a row for each decision, and an event with its ids', async () => {
    const { db } = fixture.database;
    const payment = await fixture.paid();
    const { id } = await paidBack(payment);
    const rows = await db.select().from(auditLog).where(eq(auditLog.entityId, id)).orderBy(asc(auditLog.at));
    expect(rows.map(({ action, actorId }) => [action, actorId])).toEqual([
      ['refund.proposed', fixture.agent.userId],
      ['refund.approved', fixture.supervisor.userId],
      ['refund.paid', null],
    ]);
    const events = await db.select().from(outbox).where(like(outbox.name, 'refund.%')).orderBy(asc(outbox.position));
    const own = events.filter(({ payload }) => payload['refundId'] === id);
    expect(own.map(({ name }) => name)).toEqual([
      ...['refund.proposed', 'refund.approved', 'refund.pushed', 'refund.pending', 'refund.succeeded'],
    ]);
    expect(own[0]?.payload).toEqual({ refundId: id, paymentId: payment.id });
  });
});

describe('the staff look a payment up', () => {
  it('by a receipt’s number however it is typed, by its reference, by the payment', async () => {
    const payment = await fixture.paid(2);
    const receipt = payment.items[0]?.receipt;
    const [series, year, number] = receipt?.number.split('-') ?? [];
    const queries = [
      payment.id,
      receipt?.number,
      receipt?.reference.toLowerCase(),
      ` ${series?.toLowerCase()}-${year} - ${Number(number)}`,
    ];
    for (const query of queries) {
      const found = await fixture.refunds.find(fixture.agent, query ?? '');
      expect(found).toMatchObject({ paymentId: payment.id, refundable: 2 * AMOUNT });
      expect(JSON.stringify(found)).not.toContain(payment.phone ?? '•');
    }
    await fixture.proposed(payment);
    const held = await fixture.refunds.find(fixture.agent, payment.id);
    expect([held.refundable, held.items[0]?.refund?.state]).toEqual([0, 'proposed']);
  });

  it.each(['W1-2026-99999999', 'NOTAREFERENCE', randomUUID(), '%', 'W1-2026-1; drop table refunds'])(
    '%j: nothing',
    async (query) => {
      await expect(fixture.refunds.find(fixture.agent, query)).rejects.toMatchObject(code('PAYMENT_NOT_FOUND'));
    },
  );
});

describe('nobody', () => {
  it('decides on what they proposed: not by the use-case, not in the database', async () => {
    const payment = await fixture.paid();
    const { id } = await fixture.refunds.propose(fixture.supervisor, fixture.proposalOf(payment));
    for (const decide of [
      () => fixture.refunds.approve(fixture.supervisor, id),
      () => fixture.refunds.reject(fixture.supervisor, id, 'non merci'),
    ])
      await expect(decide()).rejects.toMatchObject(code('REFUND_SAME_PERSON'));
    const at = fixture.clock();
    const bypass = fixture.database.db
      .update(refundsTable)
      .set({ state: 'approved', decidedBy: fixture.supervisor.userId, decidedAt: at })
      .where(eq(refundsTable.id, id));
    await expect(bypass).rejects.toMatchObject({ cause: { constraint_name: 'refunds_two_persons' } });
    expect(await fixture.refunds.approve(await fixture.staff('supervisor'), id)).toMatchObject({ state: 'approved' });
  });

  it('decides on their own money', async () => {
    const payment = await fixture.paid(1);
    const { id } = await fixture.proposed(payment);
    const payerAsStaff = { userId: fixture.payer, role: 'supervisor' as const, officeId: null };
    await expect(fixture.refunds.approve(payerAsStaff, id)).rejects.toMatchObject(code('REFUND_OWN_PAYMENT'));
    const another = await fixture.paid(1);
    const proposal = fixture.proposalOf(another);
    await expect(fixture.refunds.propose(payerAsStaff, proposal)).rejects.toMatchObject(code('REFUND_OWN_PAYMENT'));
  });

  it.each(['citizen', 'auditor', 'administrator', 'agent'] as const)('approves as %s', async (role) => {
    const { id } = await fixture.proposed();
    const actor = await fixture.staff(role);
    await expect(fixture.refunds.approve(actor, id)).rejects.toMatchObject(code('FORBIDDEN'));
    await expect(fixture.refunds.reject(actor, id, 'non merci')).rejects.toMatchObject(code('FORBIDDEN'));
    await expect(fixture.refunds.withdraw(actor, id)).rejects.toMatchObject(code('FORBIDDEN'));
    if (role === 'agent') return;
    await expect(fixture.refunds.find(actor, id)).rejects.toMatchObject(code('FORBIDDEN'));
    const proposal = fixture.proposalOf(await fixture.paid());
    await expect(fixture.refunds.propose(actor, proposal)).rejects.toMatchObject(code('FORBIDDEN'));
  });
});

describe('bad proposals', () => {
  it('over another amount, other items, money that has not come, a key used for something else', async () => {
    const payment = await fixture.paid(2);
    const proposal = fixture.proposalOf(payment);
    const propose = (change: Partial<typeof proposal>) =>
      fixture.refunds.propose(fixture.agent, { ...proposal, idempotencyKey: randomUUID(), ...change });
    const changed = { code: 'REFUND_AMOUNT_CHANGED', details: { amount: 2 * AMOUNT } };
    await expect(propose({ amount: 2 * AMOUNT - 1 })).rejects.toMatchObject(changed);
    await expect(propose({ amount: 2 * AMOUNT + 1 })).rejects.toMatchObject(changed);
    const foreign = (await fixture.paid()).items.map(({ id }) => id);
    await expect(propose({ itemIds: foreign })).rejects.toMatchObject(code('REFUND_NOT_POSSIBLE'));
    await expect(propose({ paymentId: randomUUID() })).rejects.toMatchObject(code('PAYMENT_NOT_FOUND'));
    const pending = await fixture.pending(fixture.payer);
    await expect(fixture.refunds.propose(fixture.agent, fixture.proposalOf(pending))).rejects.toMatchObject(
      code('REFUND_NOT_POSSIBLE'),
    );
    await propose({ idempotencyKey: proposal.idempotencyKey });
    await expect(propose({ idempotencyKey: proposal.idempotencyKey, note: 'autre' })).rejects.toMatchObject(
      code('IDEMPOTENCY_CONFLICT'),
    );
    await expect(propose({})).rejects.toMatchObject({ code: 'REFUND_AMOUNT_CHANGED', details: { amount: 0 } });
    await expect(fixture.refunds.approve(fixture.supervisor, randomUUID())).rejects.toMatchObject(code('REFUND_NOT_FOUND'));
  });
});

describe('many at once', () => {
  const outcomes = async (work: Promise<unknown>[]) => {
    const settled = await Promise.allSettled(work);
    return settled.map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as { code: string }).code)).sort();
  };

  it('20 supervisors approve at once: one does', async () => {
    const { id } = await fixture.proposed();
    const supervisors = await Promise.all(Array.from({ length: 20 }, () => fixture.staff('supervisor')));
    const before = await fixture.count('payment_reversals');
    const said = await outcomes(supervisors.map((one) => fixture.refunds.approve(one, id)));
    expect(said).toEqual([...Array.from({ length: 19 }, () => 'REFUND_STATE_CONFLICT'), 'done']);
    expect(await fixture.count('payment_reversals')).toBe(before + 1);
    expect((await fixture.books()).faults).toEqual([]);
  });

  it('20 propose the same item at once: one does; 20 times one proposal is one', async () => {
    const payment = await fixture.paid();
    const said = await outcomes(
      Array.from({ length: 20 }, () => fixture.refunds.propose(fixture.agent, fixture.proposalOf(payment))),
    );
    expect(said).toEqual([...Array.from({ length: 19 }, () => 'REFUND_AMOUNT_CHANGED'), 'done']);
    const proposal = fixture.proposalOf(await fixture.paid());
    const same = await Promise.all(Array.from({ length: 20 }, () => fixture.refunds.propose(fixture.agent, proposal)));
    expect(new Set(same.map(({ id }) => id)).size).toBe(1);
  });

  it('an approval, a refusal and a withdrawal at once: one of them', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await fixture.proposed();
      const said = await outcomes([
        fixture.refunds.withdraw(fixture.agent, id),
        fixture.refunds.approve(fixture.supervisor, id),
        fixture.refunds.reject(fixture.supervisor, id, 'non merci'),
      ]);
      expect(said).toEqual(['REFUND_STATE_CONFLICT', 'REFUND_STATE_CONFLICT', 'done']);
    }
    expect((await fixture.books()).faults).toEqual([]);
  });
});

describe('the database keeps', () => {
  it('what was paid as paid, unless it was reversed; what was decided as decided', async () => {
    const { db } = fixture.database;
    await fixture.paid();
    const refused = (query: ReturnType<typeof sql>) => expect(db.execute(query)).rejects.toThrow();
    await refused(sql`update assessments set paid_at = null where paid_at is not null`);
    await refused(
      sql`delete from assessment_claims c using assessments a where a.id = c.assessment_id and a.paid_at is not null`,
    );
    const { id } = await paidBack(await fixture.paid());
    await refused(sql`update refunds set state = 'proposed' where id = ${id}`);
    await refused(sql`update refund_payouts set reference = 'x' where refund_id = ${id}`);
    await refused(sql`delete from payment_reversals`);
    await refused(sql`update refund_items set amount = 1`);
    const { id: other } = await fixture.approved();
    await refused(sql`update refunds set decided_by = ${fixture.agent.userId} where id = ${other}`);
    await refused(sql`update refunds set amount = amount + 1 where id = ${other}`);
  });
});
