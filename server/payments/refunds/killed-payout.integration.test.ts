import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectRaw } from '#db/connect.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { refundView } from './refund-events.ts';
import { createRefundsFixture, type RefundsFixture } from './testing/refunds-fixture.ts';

const worker = fileURLToPath(new URL('./testing/payout-process.ts', import.meta.url));
let fixture: RefundsFixture;
let directory: string;
beforeAll(async () => {
  fixture = await createRefundsFixture();
  directory = await mkdtemp(path.join(tmpdir(), 'payouts-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  await fixture.close();
});

function startWorker(refundId: string, dieAt?: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', worker], {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...{ DATABASE_URL: fixture.database.url, REFUND_ID: refundId, NOW: fixture.clock().toISOString() },
      PROVIDER_BOOK: path.join(directory, refundId),
      ...(dieAt && { DIE_AT: dieAt }),
    },
  });
}

/** The workers that come after it pay nothing twice: not at the provider, not in the books. */
async function expectPaidOnce(id: string): Promise<void> {
  expect(await once(startWorker(id), 'exit')).toEqual([0, null]);
  expect(await once(startWorker(id), 'exit')).toEqual([0, null]);
  expect((await refundView(fixture.database.db, id)).state).toBe('succeeded');
  const lines = (await readFile(path.join(directory, id), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(1);
  expect((await fixture.books()).faults).toEqual([]);
  expect(await fixture.balance('refunds_payable')).toBe(0);
}

it.each(['call', 'answer'])('a worker killed with -9 at the %s: paid back once', async (dieAt) => {
  const { id } = await fixture.approved();
  const [, signal] = (await once(startWorker(id, dieAt), 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  expect((await refundView(fixture.database.db, id)).state).toBe(dieAt === 'call' ? 'pushed' : 'pending');
  expect((await fixture.books()).faults).toEqual([]);
  await expectPaidOnce(id);
});

it('a worker killed with -9 in the middle of the booking leaves nothing of it', async () => {
  const { id } = await fixture.approved();
  const holder = connectRaw({ url: fixture.database.url, max: 1, applicationName: 'holder' });
  const waits = async (): Promise<boolean> => {
    const rows = await fixture.database.db.execute(
      sql`select 1 from pg_stat_activity where application_name = 'worker-under-test' and wait_event_type = 'Lock' and datname = current_database()`,
    );
    return rows.length > 0;
  };
  await holder.begin(async (held) => {
    // What the booking writes first; reading it stays free.
    await held`lock table refund_payouts in share mode`;
    const child = startWorker(id);
    await until(waits, { what: 'the worker in its booking' });
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await holder.end();
  await until(async () => !(await waits()), { what: 'the end of its connection' });
  expect((await refundView(fixture.database.db, id)).state).toBe('pending');
  await expectPaidOnce(id);
});
