import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectRaw } from '#db/connect.ts';
import { auditLedger } from '#db/ledger-audit.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { AMOUNT, createPaymentsFixture, type PaymentsFixture } from './testing/payments-fixture.ts';

const worker = fileURLToPath(new URL('./testing/posting-process.ts', import.meta.url));
let fixture: PaymentsFixture;
let payer: string;
beforeAll(async () => {
  fixture = await createPaymentsFixture();
  payer = await fixture.addUser();
});
afterAll(() => fixture.close());

function startWorker(paymentId: string, dieAt?: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', worker], {
    stdio: 'inherit',
    env: {
      ...process.env,
      DATABASE_URL: fixture.database.url,
      PAYMENT_ID: paymentId,
      AMOUNT: String(AMOUNT),
      NOW: fixture.clock().toISOString(),
      RECEIPT_SIGNING_KEY: `test:${Buffer.alloc(32, 'test').toString('base64url')}`,
      ...(dieAt && { DIE_AT: dieAt }),
    },
  });
}

/** Nothing of the killed worker is in the books; the next check posts, a further one adds nothing. */
async function expectOnePosting(id: string): Promise<void> {
  const before = await auditLedger(fixture.database.db);
  expect([before.faults, await fixture.state(id)]).toEqual([[], 'pending']);
  fixture.provider.succeed(id);
  await Promise.all([fixture.confirmations.check(id), fixture.confirmations.check(id)]);
  await fixture.confirmations.check(id);
  const after = await auditLedger(fixture.database.db);
  expect([after.faults, after.settlements - before.settlements, after.receipts - before.receipts]).toEqual([[], 1, 1]);
  expect(await fixture.state(id)).toBe('receipted');
}

it.each(['answer', 'signature'])('a worker killed with -9 after the %s leaves exactly one posting to be made', async (dieAt) => {
  const { id } = await fixture.pending(payer);
  const [, signal] = (await once(startWorker(id, dieAt), 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  await expectOnePosting(id);
});

it('a worker killed with -9 in the middle of the posting leaves nothing of it', async () => {
  const { id } = await fixture.pending(payer);
  const holder = connectRaw({ url: fixture.database.url, max: 1, applicationName: 'holder' });
  const { db } = fixture.database;
  const waits = async (): Promise<boolean> => {
    const rows = await db.execute(
      sql`select 1 from pg_stat_activity where application_name = 'worker-under-test' and wait_event_type = 'Lock' and datname = current_database()`,
    );
    return rows.length > 0;
  };
  await holder.begin(async (held) => {
    // The counter is what a posting takes last: all else is written when it waits for it.
    await held`lock table receipt_counters in access exclusive mode`;
    const child = startWorker(id);
    await until(waits, { what: 'the worker in its posting' });
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await holder.end();
  await until(async () => !(await waits()), { what: 'the end of its connection' });
  await expectOnePosting(id);
});

it('a worker that is not killed posts as well', async () => {
  const { id } = await fixture.pending(payer);
  expect(await once(startWorker(id), 'exit')).toEqual([0, null]);
  expect(await fixture.state(id)).toBe('receipted');
});
