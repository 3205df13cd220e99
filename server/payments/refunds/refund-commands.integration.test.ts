import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { users } from '#db/schema/identity.ts';
import { COMMANDS, type CommandInput, type CommandName } from '#shared/contracts/commands.ts';
import { Role } from '#shared/contracts/identity.ts';
import { can, type Action } from '#shared/domain/policy.ts';
import { createNodeFixture, send, type NodeFixture, type TestSocket } from '#server/testing/node-fixture.ts';

type RefundCommand = CommandName & `refund:${string}`;
const refundId = randomUUID();
/** A well-formed input of each command, about nothing that there is. */
const INPUTS: { [C in RefundCommand]: CommandInput<C> } = {
  'refund:find': { query: 'W1-2026-00000042' },
  'refund:propose': {
    ...{ idempotencyKey: randomUUID(), paymentId: randomUUID(), itemIds: [randomUUID()] },
    ...{ amount: 1, reason: 'paid_twice' },
  },
  'refund:approve': { refundId },
  'refund:reject': { refundId, note: 'non merci' },
  'refund:withdraw': { refundId },
  'refund:retry': { refundId },
  'refund:settle': { refundId, reference: 'VIR-1' },
  'refund:confirm-settlement': { refundId, agreed: true },
};
const NEEDS: { [C in RefundCommand]: Action } = {
  'refund:find': 'refund.propose',
  'refund:propose': 'refund.propose',
  'refund:approve': 'refund.decide',
  'refund:reject': 'refund.decide',
  'refund:withdraw': 'refund.withdraw',
  'refund:retry': 'refund.settle',
  'refund:settle': 'refund.settle',
  'refund:confirm-settlement': 'refund.decide',
};
const commands = Object.keys(COMMANDS).filter((name): name is RefundCommand => name.startsWith('refund:'));

let fixture: NodeFixture;
beforeAll(async () => {
  fixture = await createNodeFixture('ws');
});
afterAll(() => fixture.close());

async function socketOf(role: Role): Promise<TestSocket> {
  const userId = randomUUID();
  await fixture.database.db.insert(users).values({ id: userId, name: role, email: `${userId}@staff.example`, role });
  const { cookie } = await fixture.person({ userId });
  return fixture.connected(fixture.socket({ cookie }));
}
const codeOf = (answer: { error: { code: string } } | { data: unknown }): string =>
  'error' in answer ? answer.error.code : 'ok';

describe.each(Role.options)('%s', (role) => {
  it('reaches the commands of refunds that the policy gives, and no other; and so the list', async () => {
    const socket = await socketOf(role);
    const actor = { userId: 'x', role, officeId: null };
    for (const name of commands) {
      const code = codeOf(await send(socket, name, INPUTS[name] as never));
      expect([name, code === 'FORBIDDEN']).toEqual([name, !can(actor, NEEDS[name])]);
      // Who may is told of what is not there.
      if (code !== 'FORBIDDEN') expect(['REFUND_NOT_FOUND', 'PAYMENT_NOT_FOUND']).toContain(code);
    }
    const list = codeOf(await send(socket, 'live:subscribe', { topic: 'refunds' }));
    expect(list).toBe(can(actor, 'refund.read') ? 'ok' : 'TOPIC_FORBIDDEN');
  });
});

it('what is not well formed is refused before anybody looks at it', async () => {
  const socket = await socketOf('supervisor');
  const bad: [RefundCommand, unknown][] = [
    ['refund:find', { query: '  ' }],
    ['refund:find', { query: 'x'.repeat(81) }],
    ['refund:propose', { ...INPUTS['refund:propose'], amount: 0 }],
    ['refund:propose', { ...INPUTS['refund:propose'], amount: 1.5 }],
    ['refund:propose', { ...INPUTS['refund:propose'], itemIds: [] }],
    ['refund:propose', { ...INPUTS['refund:propose'], reason: 'late_success' }],
    ['refund:propose', { ...INPUTS['refund:propose'], note: 'x'.repeat(501) }],
    ['refund:approve', { refundId: 'x' }],
    ['refund:reject', { refundId, note: ' ' }],
    ['refund:settle', { refundId, reference: '' }],
    ['refund:confirm-settlement', { refundId }],
  ];
  for (const [name, input] of bad)
    expect([name, codeOf(await send(socket, name, input as never))]).toEqual([name, 'INVALID_INPUT']);
});
