import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditLedger } from '#db/ledger-audit.ts';
import { paymentIntents } from '#db/schema/payments.ts';
import { acceptWithinMs } from '#shared/domain/payments/order.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { createSandboxPayments, type SandboxPayments } from './testing/sandbox-payments.ts';

let whole: SandboxPayments;
let payer: string;
beforeAll(async () => {
  whole = await createSandboxPayments();
  payer = await whole.addUser();
});
beforeEach(() => whole.answered.splice(0));
afterAll(() => whole.close());

const start = async (digits: string): Promise<string> => {
  const order = await whole.order(payer);
  const { id } = await whole.payments.start(payer, { ...order, provider: 'mvola', phone: `034 00 001 ${digits}` });
  return id;
};
const given = async (digits: string): Promise<string> => {
  const id = await start(digits);
  await whole.confirmations.initiate(id);
  return id;
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
const ordersOf = (id: string) => whole.sandbox.orders.list().filter(({ externalId }) => externalId === id);
/** Paid once, with one receipt, and the books in order; one order at the operator. */
async function expectPaidOnce(id: string): Promise<void> {
  expect([await whole.state(id), await count('settlements', id), await count('receipts', id)]).toEqual(['receipted', 1, 1]);
  expect(ordersOf(id)).toHaveLength(1);
  expect((await auditLedger(whole.database.db)).faults).toEqual([]);
}

describe('a payment by MVola, whatever the operator does', () => {
  it.each([
    ['nothing special', '00'],
    ['slow', '21'],
    ['silent', '22'],
    ['told three times', '23'],
    ['409 at the first order, though taken', '30'],
    ['429 at the first order', '31'],
    ['no answer to the order, though taken', '32'],
    ['500, not taken', '33'],
    ['500, though taken', '34'],
    ['told in the wrong order', '36'],
    ['nonsense at first', '40'],
  ])('is paid once: %s', async (_what, digits) => {
    const id = await given(digits);
    await whole.checkUntil(id, 'receipted');
    await expectPaidOnce(id);
  });

  it('is taken when the success comes after its time', async () => {
    const id = await given('24');
    whole.clock.turn(acceptWithinMs('mvola') + 1_000);
    await whole.checkUntil(id, 'expired', 'receipted');
    await whole.checkUntil(id, 'receipted');
    await expectPaidOnce(id);
  });

  it.each(['25', '26', '27', '28', '38'])('…%s is refused, for a reason that the operator does not tell', async (digits) => {
    const id = await given(digits);
    await whole.checkUntil(id, 'failed');
    expect([(await intent(id)).failure, await count('settlements', id), await count('assessment_claims', id)]).toEqual([
      'refused',
      0,
      0,
    ]);
  });

  it.each([
    ['amount', '35'],
    ['currency', '39'],
  ])('is not posted when another %s was paid', async (_what, digits) => {
    const id = await given(digits);
    await whole.checkUntil(id, 'unknown');
    await whole.confirmations.check(id);
    expect([await whole.state(id), await count('settlements', id), await count('assessment_claims', id)]).toEqual([
      'unknown',
      0,
      1,
    ]);
  });

  it('a forged message is answered 401 and changes nothing', async () => {
    const id = await given('29');
    await until(() => whole.answered.length > 0);
    expect([whole.answered, await count('webhook_events', id), await whole.state(id)]).toEqual([[401], 0, 'pending']);
  });
});

describe('a worker killed with -9 between the operator’s answer and keeping it', () => {
  const worker = fileURLToPath(new URL('./testing/giving-process.ts', import.meta.url));
  const kill = async (id: string): Promise<void> => {
    const child = spawn(process.execPath, ['--import', 'tsx', worker], {
      stdio: 'inherit',
      env: {
        ...{
          ...process.env,
          DATABASE_URL: whole.database.url,
          PAYMENT_ID: id,
          PROVIDER: 'mvola',
          NOW: whole.clock().toISOString(),
        },
        ...{ SANDBOX_URL: whole.sandboxUrl, WEBHOOK_ORIGIN: whole.webhookOrigin },
        RECEIPT_SIGNING_KEY: `test:${Buffer.alloc(32, 'test').toString('base64url')}`,
      },
    });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect(ordersOf(id)).toHaveLength(1);
  };

  it('learns the operator’s id from the callback, and posts once', async () => {
    const id = await start('00');
    await kill(id);
    await until(async () => (await intent(id)).providerHandle);
    expect((await intent(id)).providerHandle).toBe(ordersOf(id)[0]?.id);
    await whole.checkUntil(id, 'receipted');
    await expectPaidOnce(id);
  });

  it('without a callback asks again under the same key, is told of no second order, and ends unknown: never failed, its tax held', async () => {
    const id = await start('22');
    await kill(id);
    expect([await whole.state(id), (await intent(id)).providerHandle]).toEqual(['pushed', null]);
    await whole.confirmations.check(id);
    expect(await whole.state(id)).toBe('pending');
    await whole.confirmations.check(id);
    whole.clock.turn(acceptWithinMs('mvola') + 1_000);
    await whole.confirmations.check(id);
    await whole.confirmations.check(id);
    expect([await whole.state(id), await count('settlements', id), await count('assessment_claims', id)]).toEqual([
      'unknown',
      0,
      1,
    ]);
    expect(ordersOf(id)).toHaveLength(1);
    // A person finds it at the operator, and sends its message again.
    whole.sandbox.orders.tell(ordersOf(id)[0]?.id ?? '', 'genuine');
    await until(async () => (await intent(id)).providerHandle);
    await whole.checkUntil(id, 'receipted');
    await expectPaidOnce(id);
  });
});
