import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#shared/node/testing/helpers.ts';
import { BEHAVIOUR_NAMES } from './behaviours.ts';
import { startSandbox, type SandboxFixture } from './testing.ts';

let sandbox: SandboxFixture;
let now: number;
beforeEach(async () => {
  now = Date.parse('2026-11-22T10:00:00Z');
  sandbox = await startSandbox({ clock: () => now });
});
afterEach(() => sandbox.stop());

/** An order as a protocol would give it. */
const take = (msisdn = '261340000150', amount = '16500') => {
  const id = randomUUID();
  const how = sandbox.orders.take({
    ...{
      operator: 'mtn',
      kind: 'payment',
      id,
      amount,
      currency: 'XOF',
      externalId: `e-${id}`,
      msisdn,
      callbackUrl: `${sandbox.receiver}/a/b`,
    },
  });
  return { id, how };
};
const viceOf = (id: string) => sandbox.orders.findById(id)?.behaviour.title.en;
const statement = async (): Promise<string[]> =>
  (await (await fetch(`${sandbox.url}/statements/mtn/${new Date().toISOString().slice(0, 10)}.csv`)).text()).trim().split('\r\n');

describe('the control API', () => {
  it('decides the next orders, then those of a telephone in any form, then by digits', async () => {
    await sandbox.control('/control/next', { vice: 'busy', count: 2 });
    expect([take().how, take().how, take().how]).toEqual(['busy', 'busy', 'taken']);
    await sandbox.control('/control/number', { phone: '034 00 001 50', vice: 'rejected' });
    expect(viceOf(take('261340000150').id)).toBe('refused by the payer');
    await sandbox.control('/control/number', { phone: '0340000150', vice: null });
    expect(viceOf(take('261340000150').id)).toBe('paid after 3 s');
    expect(viceOf(take('261340000123').id)).toBe('paid, told of three times');
  });

  it('lets a person play the payer, hold an order and send a message again or a forged one', async () => {
    await sandbox.control('/control/ordinary', { vice: 'wait' });
    const { id } = take();
    const settle = () => sandbox.control('/settle', { id, status: 'FAILED', reason: 'APPROVAL_REJECTED' });
    expect([await settle(), await settle()]).toEqual([204, 409]);
    await until(() => sandbox.told.length === 1);
    await sandbox.control('/control/tell', { id, message: 'forged' });
    const forged = await until(() => sandbox.told[1]);
    expect([forged.path, JSON.parse(forged.text)]).toMatchObject(['/a/f0rged', { status: 'SUCCESSFUL' }]);
    await sandbox.control('/control/ordinary', { vice: 'ordinary' });
    await sandbox.control('/control/next', { vice: 'delay', count: 2 });
    const held = take();
    expect(await sandbox.control('/control/hold', { id: held.id })).toBe(204);
    const other = take();
    await until(() => sandbox.orders.findById(other.id)?.status === 'SUCCESSFUL');
    expect(sandbox.orders.findById(held.id)?.status).toBe('PENDING');
  });

  it('takes an operator down for a time, and leaves the others', async () => {
    const call = async (path: string) => (await fetch(`${sandbox.url}${path}`, { signal: AbortSignal.timeout(200) })).status;
    await sandbox.control('/control/outage', { operator: 'mvola', kind: 'unavailable', seconds: 60 });
    expect([await call('/mvola/x'), await call('/collection/x'), await call('/')]).toEqual([503, 401, 200]);
    now += 60_000;
    expect(await call('/mvola/x')).toBe(401);
    await sandbox.control('/control/outage', { operator: 'all', kind: 'hangs', seconds: 60 });
    await expect(call('/v1/refunds')).rejects.toThrow();
    await sandbox.control('/control/outage', { operator: 'all', seconds: 0 });
    expect(await call('/v1/refunds')).toBe(401);
  });

  it('refuses what it does not understand, other sites and other names', async () => {
    const bad = [
      sandbox.control('/control/next', { vice: 'nothing', count: 1 }),
      sandbox.control('/control/number', { phone: '<script>', vice: null }),
      sandbox.control('/control/outage', { operator: 'mtn', seconds: -1 }),
      sandbox.control('/control/elsewhere', {}),
      fetch(`${sandbox.url}/settle`, { method: 'POST', body: '{}' }).then(({ status }) => status),
    ];
    expect(await Promise.all(bad)).toEqual([400, 400, 400, 404, 415]);
    // fetch does not let a caller choose the name of the host.
    const { port } = new URL(sandbox.url);
    const foreign = new Promise<number | undefined>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/', headers: { Host: 'evil.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(await foreign).toBe(403);
  });

  it('writes what people sent into its page as text', async () => {
    take('261340000150', '<b>1</b>');
    const page = await (await fetch(sandbox.url)).text();
    expect(page).not.toContain('<b>1</b>');
    expect(page).toContain('&lt;b&gt;1&lt;/b&gt;');
  });

  it('tells its page only what changed', async () => {
    // What ends by itself meanwhile has changed.
    await sandbox.control('/control/ordinary', { vice: 'wait' });
    const first = take();
    const changes = async (has: string) =>
      (await (await fetch(`${sandbox.url}/control/changes?${has}`)).json()) as { order: string[]; changed: { id: string }[] };
    expect((await changes('')).changed.map(({ id }) => id)).toEqual([first.id]);
    const { version } = sandbox.orders.findById(first.id) ?? { version: 0 };
    expect((await changes(`${first.id}=${version}`)).changed).toEqual([]);
    await sandbox.control('/control/reset', {});
    expect((await changes('')).order).toEqual([]);
  });

  it('every behaviour ends in a state or waits for a person, whoever names it', async () => {
    for (const vice of BEHAVIOUR_NAMES) {
      await sandbox.control('/control/next', { vice, count: 1 });
      const { id, how } = take();
      if (how === 'busy' || how === 'fault') continue;
      const { behaviour } = sandbox.orders.findById(id) ?? {};
      if (!behaviour?.end || behaviour.end.afterMs > 60_000) continue;
      const { status } = behaviour.end;
      await until(() => sandbox.orders.findById(id)?.status === status, { what: vice });
    }
  });
});

describe('statements', () => {
  it('has a line for each movement, and differs as it is told to', async () => {
    const paid = [take(), take()];
    await until(() => paid.every(({ id }) => sandbox.orders.findById(id)?.status === 'SUCCESSFUL'));
    const refused = take('261340000126');
    await until(() => sandbox.orders.findById(refused.id)?.status === 'FAILED');
    const faithful = await statement();
    expect(faithful).toHaveLength(3);
    for (const { id } of paid) expect(faithful.some((line) => line.includes(id))).toBe(true);
    const count = async (fault: string) => {
      await sandbox.control('/control/statement', { fault });
      return (await statement()).length;
    };
    expect([await count('missing'), await count('extra'), await count('doubled'), await count('amount')]).toEqual([2, 4, 4, 3]);
    expect((await statement()).join()).toContain('16600');
    expect((await fetch(`${sandbox.url}/statements/bank/2026-01-01.csv`)).status).toBe(404);
  });
});
