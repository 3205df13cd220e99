import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eq, sql } from 'drizzle-orm';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLedger } from '#db/ledger-audit.ts';
import { paymentIntents } from '#db/schema/payments.ts';
import type { BehaviourName } from '#deploy/sandbox-provider/behaviours.ts';
import { PaymentView, type StartPayment } from '#shared/contracts/payments.ts';
import { acceptWithinMs } from '#shared/domain/payments/order.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { createSandboxPayments, STRIPE_KEYS, type SandboxPayments } from './testing/sandbox-payments.ts';

let whole: SandboxPayments;
let payer: string;
beforeAll(async () => {
  whole = await createSandboxPayments();
  payer = await whole.addUser();
});
afterAll(() => whole.close());

const byCard = async (): Promise<StartPayment> => {
  const { idempotencyKey, items, amount } = await whole.order(payer);
  return { provider: 'stripe', idempotencyKey, items, amount };
};
const start = async (): Promise<string> => (await whole.payments.start(payer, await byCard())).id;
const view = (id: string): Promise<PaymentView> => whole.payments.find(payer, id);
/** Started, and its page known to the payer. */
const opened = async (vice?: BehaviourName): Promise<{ id: string; page: string }> => {
  const id = await start();
  if (vice) whole.sandbox.controls.next(vice, 1);
  await whole.confirmations.initiate(id);
  await whole.checkUntil(id, 'pending');
  return { id, page: (await view(id)).redirectUrl ?? '' };
};
const intent = async (id: string) => {
  const [row] = await whole.database.db.select().from(paymentIntents).where(eq(paymentIntents.id, id));
  if (!row) throw new Error('no such payment');
  return row;
};
const count = async (table: string, id: string): Promise<number> => {
  const [row] = await whole.database.db.execute<{ count: number }>(
    sql`select count(*)::int as count from ${sql.identifier(table)} where intent_id = ${id}`,
  );
  return row?.count ?? -1;
};
const sessionsOf = (id: string) => whole.sandbox.orders.list().filter(({ externalId }) => externalId === id);
async function expectPaidOnce(id: string): Promise<void> {
  expect([await whole.state(id), await count('settlements', id), await count('receipts', id)]).toEqual(['receipted', 1, 1]);
  expect(sessionsOf(id)).toHaveLength(1);
  expect((await auditLedger(whole.database.db)).faults).toEqual([]);
}

describe('a payment by card', () => {
  it('sends the payer, and nobody else, to the page; is posted once it is paid there', async () => {
    const { id, page } = await opened();
    expect(PaymentView.parse(await view(id))).toMatchObject({ state: 'pending', phone: null, provider: 'stripe' });
    expect(page).toContain(`${whole.sandboxUrl}/card/cs_test_`);
    await expect(whole.payments.find(await whole.addUser(), id)).rejects.toMatchObject({ code: 'PAYMENT_NOT_FOUND' });
    expect(await whole.typeCard(page)).toBe(303);
    await until(async () => (await count('webhook_events', id)) === 3);
    await whole.confirmations.check(id);
    await expectPaidOnce(id);
    expect((await view(id)).redirectUrl).toBeNull();
  });

  it('is the same payment for the same key, and needs no telephone', async () => {
    const order = await byCard();
    const first = await whole.payments.start(payer, order);
    expect(await whole.payments.start(payer, order)).toEqual(first);
    const other = { ...order, provider: 'mvola', phone: '034 00 001 00' } as const;
    await expect(whole.payments.start(payer, other)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  it('stays open when a card is declined', async () => {
    const { id, page } = await opened();
    expect(await whole.typeCard(page, '4000000000000002')).toBe(402);
    await whole.confirmations.check(id);
    expect(await whole.state(id)).toBe('pending');
    await whole.typeCard(page);
    await whole.checkUntil(id, 'receipted');
    await expectPaidOnce(id);
  });

  it.each(['conflict', 'busy', 'no_answer', 'fault', 'half', 'garbage'] as const)(
    'is paid once when the session is answered by: %s',
    async (vice) => {
      const { id, page } = await opened(vice);
      await whole.typeCard(page);
      await whole.checkUntil(id, 'receipted');
      await expectPaidOnce(id);
    },
  );

  it.each(['other_amount', 'other_currency'] as const)('is not posted after %s', async (vice) => {
    const { id, page } = await opened(vice);
    await whole.typeCard(page);
    await whole.checkUntil(id, 'unknown');
    await whole.confirmations.check(id);
    expect([await whole.state(id), await count('settlements', id), await count('assessment_claims', id)]).toEqual([
      'unknown',
      0,
      1,
    ]);
  });
});

describe('a page that is left', () => {
  it('expires by itself, and its tax is free again', async () => {
    const { id } = await opened();
    whole.clock.turn(acceptWithinMs('stripe') + 1_000);
    await whole.confirmations.check(id);
    expect([await whole.state(id), (await intent(id)).nextCheckAt, await count('assessment_claims', id)]).toEqual([
      'expired',
      null,
      0,
    ]);
  });

  it('is cancelled by the payer alone; it has ended when the provider says so', async () => {
    const { id, page } = await opened();
    await expect(whole.payments.cancel(await whole.addUser(), id)).rejects.toMatchObject({ code: 'PAYMENT_NOT_FOUND' });
    await expect(whole.payments.cancel(payer, randomUUID())).rejects.toMatchObject({ code: 'PAYMENT_NOT_FOUND' });
    expect(await whole.payments.cancel(payer, id)).toMatchObject({ state: 'pending', redirectUrl: null });
    expect(await count('assessment_claims', id)).toBe(1);
    await whole.confirmations.check(id);
    expect(await view(id)).toMatchObject({ state: 'failed', failure: 'payer_cancelled' });
    expect(await count('assessment_claims', id)).toBe(0);
    await expect(whole.payments.cancel(payer, id)).rejects.toMatchObject({ code: 'PAYMENT_NOT_CANCELLABLE' });
    await whole.typeCard(page);
    await whole.confirmations.check(id);
    expect([await whole.state(id), await count('settlements', id)]).toEqual(['failed', 0]);
  });

  it('that was paid before the cancelling counts as paid', async () => {
    const { id, page } = await opened();
    await whole.typeCard(page);
    await whole.payments.cancel(payer, id).catch(() => undefined);
    await whole.checkUntil(id, 'receipted');
    await expectPaidOnce(id);
  });

  it('paid in its last minute is found later, though no message came', async () => {
    const { id, page } = await opened();
    whole.clock.turn(acceptWithinMs('stripe') - 60_000);
    await whole.typeCard(page);
    whole.clock.turn(120_000);
    await whole.checkUntil(id, 'receipted');
    await expectPaidOnce(id);
  });
});

describe('events', () => {
  const signer = new Stripe('sk_test_none');
  const send = async (body: string, { secret = STRIPE_KEYS.webhookSecret, ageSeconds = 0 } = {}): Promise<number> => {
    const timestamp = Math.floor(whole.clock().getTime() / 1_000) - ageSeconds;
    const signature = signer.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
    const headers = { 'Stripe-Signature': signature, 'Content-Type': 'application/json' };
    return (await fetch(`${whole.webhookOrigin}/api/webhooks/stripe`, { method: 'POST', headers, body })).status;
  };
  const eventOf = (id: string, type: string): string =>
    JSON.stringify({ id: `evt_${id}_${type}`, object: 'event', type, data: { object: { client_reference_id: id } } });

  it('in every order, each many times, leave one state and four events', async () => {
    const types = ['a.created', 'b.completed', 'c.succeeded', 'd.updated'];
    for (let turn = 0; turn < types.length; turn += 1) {
      const { id, page } = await opened();
      await whole.typeCard(page);
      const before = await until(async () => ((await count('webhook_events', id)) === 3 ? 3 : 0));
      const order = [...types.slice(turn), ...types.slice(0, turn)];
      for (const type of order) {
        const statuses = await Promise.all(Array.from({ length: 25 }, () => send(eventOf(id, type))));
        expect(new Set(statuses)).toEqual(new Set([204]));
        await Promise.all([whole.confirmations.check(id), whole.confirmations.check(id)]);
      }
      expect(await count('webhook_events', id)).toBe(before + types.length);
      await expectPaidOnce(id);
    }
  });

  it.each([
    ['forged', { secret: 'whsec_other' }],
    ['an hour old', { ageSeconds: 3_600 }],
  ])('that are %s are answered 401 and change nothing', async (_what, how) => {
    const { id } = await opened();
    expect([await send(eventOf(id, 'x'), how), await count('webhook_events', id), await whole.state(id)]).toEqual([
      401,
      0,
      'pending',
    ]);
  });

  it('that claim a payment do not make one', async () => {
    const { id } = await opened();
    const object = { client_reference_id: id, status: 'complete', payment_status: 'paid', amount_total: 16_500 };
    expect(await send(JSON.stringify({ id: 'evt_lie', type: 'checkout.session.completed', data: { object } }))).toBe(204);
    await whole.confirmations.check(id);
    expect([await whole.state(id), await count('settlements', id)]).toEqual(['pending', 0]);
  });

  it('about nothing of ours are taken and not kept', async () => {
    const [row] = await whole.database.db.execute<{ count: number }>(sql`select count(*)::int as count from webhook_events`);
    expect(await send(JSON.stringify({ id: 'evt_other', type: 'balance.available', data: { object: {} } }))).toBe(204);
    expect(await whole.count('webhook_events')).toBe(row?.count);
  });
});

it('a worker killed with -9 before it kept the answer leads the payer to the same session', async () => {
  const id = await start();
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('./testing/giving-process.ts', import.meta.url))],
    {
      stdio: 'inherit',
      env: {
        ...{
          ...process.env,
          DATABASE_URL: whole.database.url,
          PAYMENT_ID: id,
          PROVIDER: 'stripe',
          NOW: whole.clock().toISOString(),
        },
        ...{ SANDBOX_URL: whole.sandboxUrl, WEBHOOK_ORIGIN: whole.webhookOrigin },
        RECEIPT_SIGNING_KEY: `test:${Buffer.alloc(32, 'test').toString('base64url')}`,
      },
    },
  );
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  expect([await whole.state(id), (await view(id)).redirectUrl, sessionsOf(id).length]).toEqual(['pushed', null, 1]);
  await whole.checkUntil(id, 'pending');
  const page = (await view(id)).redirectUrl ?? '';
  expect(page).toContain(sessionsOf(id)[0]?.id);
  await whole.typeCard(page);
  await whole.checkUntil(id, 'receipted');
  await expectPaidOnce(id);
});
