import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offices, users } from '#db/schema/identity.ts';
import { COMMANDS, type CommandInput, type CommandName } from '#shared/contracts/commands.ts';
import { Role } from '#shared/contracts/identity.ts';
import { can, type Action } from '#shared/domain/policy.ts';
import { createNodeFixture, send, type NodeFixture, type TestSocket } from '#server/testing/node-fixture.ts';

type TillCommand = CommandName & `till:${string}`;
const [tillId, key] = [randomUUID(), randomUUID()];
const count = [{ value: 1_000, count: 1 }];
const items = [{ plate: '1234TAB', fiscalYear: 2026 }];
/** A well-formed input of each command, about nothing that there is. */
const INPUTS: { [C in Exclude<TillCommand, 'till:open'>]: CommandInput<C> } = {
  'till:close': { tillId, count },
  'till:close-absent': { tillId, count, reason: 'absent' },
  'till:hand-over': { tillId, count, toAgentId: randomUUID() },
  'till:keep': { tillId },
  'till:receive': { tillId, idempotencyKey: key, count },
  'till:quote': { items },
  'till:take': { idempotencyKey: key, tillId, items, amount: 1, given: 1 },
  'till:pay-back': { tillId, refundId: randomUUID() },
  'till:note': { tillId },
};
const names = Object.keys(COMMANDS).filter((name): name is keyof typeof INPUTS => name in INPUTS);
const needed = (name: TillCommand): Action =>
  name === 'till:note' ? 'till.note' : name === 'till:close-absent' ? 'till.close_absent' : 'till.use';

let fixture: NodeFixture;
let here: string;
let there: string;
beforeAll(async () => {
  fixture = await createNodeFixture('ws');
  const made = await fixture.database.db
    .insert(offices)
    .values(['HERE', 'THERE'].map((code) => ({ code, name: code, city: 'Ville' })))
    .returning();
  [here, there] = [made[0]?.id ?? '', made[1]?.id ?? ''];
});
afterAll(() => fixture.close());

async function staff(role: Role, officeId: string): Promise<{ socket: TestSocket; userId: string; cookie: string }> {
  const userId = randomUUID();
  const office = role === 'citizen' ? null : officeId;
  await fixture.database.db
    .insert(users)
    .values({ id: userId, name: role, email: `${userId}@staff.example`, role, officeId: office });
  const { cookie } = await fixture.person({ userId });
  return { socket: await fixture.connected(fixture.socket({ cookie })), userId, cookie };
}
const codeOf = (answer: { error: { code: string } } | { data: unknown }): string =>
  'error' in answer ? answer.error.code : 'ok';

describe.each(Role.options)('%s', (role) => {
  it('reaches the commands of tills that the policy gives, and no other', async () => {
    const { socket, userId } = await staff(role, here);
    const actor = { userId, role, officeId: role === 'citizen' ? null : here };
    for (const name of names) {
      const code = codeOf(await send(socket, name, INPUTS[name] as never));
      expect([name, code === 'FORBIDDEN']).toEqual([name, !can(actor, needed(name), { officeId: here })]);
      if (code !== 'FORBIDDEN')
        expect(['TILL_NOT_FOUND', 'REFUND_NOT_FOUND', 'VEHICLE_NOT_FOUND', 'STEP_UP_REQUIRED', 'UNAVAILABLE']).toContain(code);
    }
    const subscribe = async (topic: string) => codeOf(await send(socket, 'live:subscribe', { topic }));
    expect(await subscribe(`till:${userId}`)).toBe(can(actor, 'till.use') ? 'ok' : 'TOPIC_FORBIDDEN');
    expect(await subscribe(`till:${randomUUID()}`)).toBe('TOPIC_FORBIDDEN');
    for (const office of [here, there])
      expect(await subscribe(`tills:${office}`)).toBe(can(actor, 'till.read', { officeId: office }) ? 'ok' : 'TOPIC_FORBIDDEN');
    expect(await subscribe('tills:x')).toBe('TOPIC_FORBIDDEN');
  });
});

it('office A’s agent does nothing with office B’s till', async () => {
  const [mine, theirs] = [await staff('agent', here), await staff('agent', there)];
  const opened = await send(theirs.socket, 'till:open', { idempotencyKey: randomUUID(), float: count });
  if (!('data' in opened)) throw new Error(opened.error.code);
  const id = opened.data.id;
  for (const name of names) {
    if (name === 'till:quote') continue;
    const code = codeOf(await send(mine.socket, name, { ...INPUTS[name], tillId: id }));
    expect([name, code]).toEqual([name, expect.stringMatching(/TILL_NOT_FOUND|REFUND_NOT_FOUND|FORBIDDEN|STEP_UP_REQUIRED/)]);
  }
  const chief = await staff('supervisor', here);
  expect(codeOf(await send(chief.socket, 'till:note', { tillId: id }))).toBe('TILL_NOT_FOUND');
});

it('what is not well formed is refused before anybody looks at it', async () => {
  const { socket } = await staff('agent', here);
  const bad: [TillCommand, unknown][] = [
    ['till:open', { idempotencyKey: key, float: [{ value: 1_000, count: -1 }] }],
    ['till:open', { idempotencyKey: key, float: [...count, ...count] }],
    ['till:open', { idempotencyKey: key, float: [{ value: 0.5, count: 1 }] }],
    ['till:open', { float: count }],
    ['till:take', { ...INPUTS['till:take'], items: [] }],
    ['till:take', { ...INPUTS['till:take'], amount: 0 }],
    ['till:take', { ...INPUTS['till:take'], given: 1.5 }],
    ['till:take', { ...INPUTS['till:take'], given: 1e15 }],
    ['till:close', { tillId, count, reason: 'x'.repeat(501) }],
    ['till:close', { tillId: 'x', count }],
    ['till:quote', { items: Array(21).fill(items[0]) }],
  ];
  for (const [name, input] of bad)
    expect([name, codeOf(await send(socket, name, input as never))]).toEqual([name, 'INVALID_INPUT']);
});
