import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approveGrid, draftGrid, proposeGrid } from '#db/price-grid-versions.ts';
import { alarms } from '#db/schema/alarms.ts';
import { anomalies } from '#db/schema/anomalies.ts';
import { offices } from '#db/schema/identity.ts';
import { officeServices } from '#db/schema/tickets.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import { COMMANDS, type CommandName } from '#shared/contracts/commands.ts';
import { TOPICS } from '#shared/contracts/topics.ts';
import type { ErrorCode } from '#shared/contracts/errors.ts';
import type { Taking, TillSummary } from '#shared/contracts/tills.ts';
import type { QueueTicket } from '#shared/contracts/tickets.ts';
import type { RefundView } from '#shared/contracts/refunds.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { inCash } from '#shared/domain/tills/cash.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { createNodeFixture, ORIGIN, sendAny, type NodeFixture, type Person, type TestSocket } from './node-fixture.ts';

/**
 * A day at office B. At each thing done there, somebody of office A with the same role tries the very same first, with a counter and a till of
 * their own open: refused. Then office B's own does it: it was there, and it was not the input that was wrong.
 */
type Rank = 'agent' | 'colleague' | 'chief';
interface Staff extends Person {
  socket: TestSocket;
}
let fixture: NodeFixture;
let vehicle: { id: string; plate: string };
const office = { A: '', B: '' };
const service = { A: '', B: '' };
const staff = { A: {}, B: {} } as Record<'A' | 'B', Record<Rank, Staff>>;
const tried = new Set<string>();

const codeOf = (answer: unknown): string => (answer as { error?: { code: string } }).error?.code ?? 'yes';
const dataOf = <T>(answer: unknown): T => (answer as { data: T }).data;

/** Office A's asks and is refused, office B's asks the same and is answered. */
async function onlyB<T>(who: Rank, name: CommandName, input: unknown, refused: ErrorCode): Promise<T> {
  tried.add(name);
  expect([name, 'A', codeOf(await sendAny(staff.A[who].socket, name, input))]).toEqual([name, 'A', refused]);
  const answer = await sendAny(staff.B[who].socket, name, input);
  expect([name, 'B', codeOf(answer)]).toEqual([name, 'B', 'yes']);
  return dataOf<T>(answer);
}
/** A thing of one's own, done by one of an office. */
async function own<T>(of: 'A' | 'B', who: Rank, name: CommandName, input: unknown): Promise<T> {
  const answer = await sendAny(staff[of][who].socket, name, input);
  expect([name, of, codeOf(answer)]).toEqual([name, of, 'yes']);
  return dataOf<T>(answer);
}
async function onlyBSees(who: Rank, topic: string): Promise<void> {
  tried.add(topic.split(':', 1)[0] ?? '');
  for (const [of, expected] of [
    ['A', 'TOPIC_FORBIDDEN'],
    ['B', 'yes'],
  ] as const)
    expect([topic, of, codeOf(await sendAny(staff[of][who].socket, 'live:subscribe', { topic }))]).toEqual([topic, of, expected]);
}
async function onlyBFetches(
  who: Rank,
  method: 'GET' | 'POST',
  path: string,
  refused: ErrorCode,
  answered: ErrorCode | 'yes' = 'yes',
): Promise<void> {
  for (const [of, expected] of [
    ['A', refused],
    ['B', answered],
  ] as const) {
    const answer = await fetch(`${fixture.http}${path}`, { method, headers: { origin: ORIGIN, cookie: staff[of][who].cookie } });
    const code = answer.ok ? 'yes' : codeOf(await answer.json().catch(() => ({ error: { code: String(answer.status) } })));
    expect([path, of, code]).toEqual([path, of, expected]);
  }
}

const cash = (amount: number) => inCash(amount, madagascar).count;
const float = { float: cash(50_000) };
async function taken(tillId: string): Promise<{ plate: string; order: object }> {
  const plate = `${String(Math.floor(Math.random() * 9000) + 1000)}TAC`;
  const car = { country: 'MG', holderName: 'HANTA', fuel: 'ES' as const, fiscalPower: 4, firstRegistration: '2023-05-01' };
  await fixture.database.db.insert(vehicles).values({ ...car, plate });
  const items = [{ plate, fiscalYear: new Date().getFullYear() }];
  const quote = await own<{ amount: number }>('B', 'agent', 'till:quote', { items });
  return { plate, order: { idempotencyKey: randomUUID(), tillId, items, amount: quote.amount, given: quote.amount } };
}

beforeAll(async () => {
  fixture = await createNodeFixture('ws');
  await until(() => fixture.relay.leading, { what: 'the relay leads' });
  const { db } = fixture.database;
  const [author, approver] = [await fixture.person({ role: 'administrator' }), await fixture.person({ role: 'administrator' })];
  const version = await draftGrid(db, FIRST_GRIDS.MG, author.userId);
  await proposeGrid(db, 'MG', version, author.userId, new Date());
  await approveGrid(db, 'MG', version, approver.userId, new Date());
  for (const of of ['A', 'B'] as const) {
    const [made] = await db
      .insert(offices)
      .values({ code: of, name: `Office ${of}`, city: 'Ville' })
      .returning();
    office[of] = made?.id ?? '';
    const [line] = await db
      .insert(officeServices)
      .values({ officeId: office[of], prefix: 'A', nameFr: 'Taxe', nameEn: 'Tax', usualMinutes: 5 })
      .returning();
    service[of] = line?.id ?? '';
    for (const [rank, role] of [
      ['agent', 'agent'],
      ['colleague', 'agent'],
      ['chief', 'supervisor'],
    ] as const) {
      const person = await fixture.person({ role, officeId: office[of] });
      staff[of][rank] = { ...person, socket: await fixture.connected(fixture.socket({ cookie: person.cookie })) };
    }
  }
  const car = { country: 'MG', holderName: 'HANTA', fuel: 'ES' as const, fiscalPower: 5, firstRegistration: '2019-01-01' };
  const [row] = await db
    .insert(vehicles)
    .values({ ...car, plate: '7001TBB' })
    .returning();
  vehicle = { id: row?.id ?? '', plate: '7001TBB' };
});
afterAll(() => fixture.close());

it('the line of office B is its own agents’', async () => {
  await onlyB('agent', 'counter:open', { label: '1', serviceIds: [service.B] }, 'SERVICE_NOT_FOUND');
  await own('A', 'agent', 'counter:open', { label: '1', serviceIds: [service.A] });
  await own('B', 'colleague', 'counter:open', { label: '2', serviceIds: [service.B] });
  await onlyB('chief', 'office:read', { officeId: office.B }, 'FORBIDDEN');
  await onlyB('chief', 'office:set', { officeId: office.B, change: { what: 'message', message: null } }, 'FORBIDDEN');
  const take = () => ({ clientId: randomUUID(), officeId: office.B, serviceId: service.B, priority: 'none' });
  const ticket = await onlyB<QueueTicket>('agent', 'ticket:take', take(), 'FORBIDDEN');
  const ticketId = ticket.id;
  // Somebody waits at B: at A nobody does.
  expect(await own('A', 'agent', 'ticket:call-next', {})).toBeNull();
  await onlyB('agent', 'ticket:call', { ticketId }, 'TICKET_NOT_FOUND');
  for (const event of ['recall', 'serve']) await onlyB('agent', 'ticket:act', { ticketId, event }, 'TICKET_NOT_FOUND');
  await onlyB('agent', 'ticket:link', { ticketId, vehicleId: vehicle.id }, 'TICKET_NOT_FOUND');
  await onlyB('agent', 'ticket:transfer', { ticketId, to: { agentId: staff.B.colleague.userId } }, 'TICKET_NOT_FOUND');
  // What waits for a colleague is nobody else's; the next for all is.
  await own('B', 'agent', 'ticket:take', take());
  expect(await own('B', 'agent', 'ticket:call-next', {})).not.toBeNull();
  // One's own counter alone: at B it stays as it was.
  await own('A', 'agent', 'counter:pause', { paused: true });
  await own('A', 'agent', 'counter:close', {});
  await onlyBSees('agent', `queue:${office.B}`);
  await onlyBSees('chief', `queue:${office.B}`);
  await onlyBFetches('agent', 'POST', `/api/offices/${office.B}/kiosk`, 'FORBIDDEN');
});

it('a till of office B and what was taken there is its own people’s', async () => {
  const open = () => ({ idempotencyKey: randomUUID(), ...float });
  const mine = await own<TillSummary>('A', 'agent', 'till:open', open());
  const { id: tillId } = await own<TillSummary>('B', 'agent', 'till:open', open());
  const taking = await onlyB<Taking>('agent', 'till:take', (await taken(tillId)).order, 'TILL_NOT_FOUND');
  const { paymentId } = taking;
  const reference = taking.items[0]?.receipt.reference ?? '';
  await onlyBSees('chief', `tills:${office.B}`);
  await onlyBFetches('chief', 'GET', `/api/tills/${tillId}`, 'TILL_NOT_FOUND');
  // Signed by workers, which there are none of here: B's is told that it is being made.
  await onlyBFetches('agent', 'GET', `/api/receipts/${reference}`, 'RECEIPT_NOT_FOUND', 'RECEIPT_NOT_READY');
  await onlyBFetches('agent', 'GET', `/api/receipts/${reference}/pdf`, 'RECEIPT_NOT_FOUND', 'RECEIPT_NOT_READY');

  await onlyB('agent', 'refund:find', { query: paymentId }, 'PAYMENT_NOT_FOUND');
  const itemIds = taking.items.map(({ id }) => id);
  const propose = (payment: Taking, ids: string[]) => ({
    ...{ idempotencyKey: randomUUID(), paymentId: payment.paymentId, itemIds: ids, amount: payment.amount },
    ...{ reason: 'paid_twice', note: 'payé deux fois' },
  });
  const refund = await onlyB<RefundView>('agent', 'refund:propose', propose(taking, itemIds), 'PAYMENT_NOT_FOUND');
  const refundId = refund.id;
  await onlyB('chief', 'refund:approve', { refundId }, 'FORBIDDEN');
  // With a till of their own: office A's cash does not pay for office B either.
  expect(codeOf(await sendAny(staff.A.agent.socket, 'till:pay-back', { tillId: mine.id, refundId }))).toBe('REFUND_NOT_FOUND');
  await onlyB('agent', 'till:pay-back', { tillId, refundId }, 'REFUND_NOT_FOUND');

  const second = await own<Taking>('B', 'agent', 'till:take', (await taken(tillId)).order);
  const ids = second.items.map(({ id }) => id);
  const withdrawn = await own<RefundView>('B', 'agent', 'refund:propose', propose(second, ids));
  await onlyB('agent', 'refund:withdraw', { refundId: withdrawn.id }, 'FORBIDDEN');
  const rejected = await own<RefundView>('B', 'agent', 'refund:propose', propose(second, ids));
  await onlyB('chief', 'refund:reject', { refundId: rejected.id, note: 'rien de double' }, 'FORBIDDEN');

  const has = 50_000 + second.amount;
  const offer = { tillId, count: cash(has), reason: 'pièces manquantes', toAgentId: staff.B.colleague.userId };
  await onlyB('agent', 'till:hand-over', offer, 'TILL_NOT_FOUND');
  await onlyB('agent', 'till:keep', { tillId }, 'TILL_NOT_FOUND');
  await own('B', 'agent', 'till:hand-over', offer);
  const next = await onlyB<TillSummary>(
    'colleague',
    'till:receive',
    { tillId, idempotencyKey: randomUUID(), count: cash(has) },
    'TILL_NOT_FOUND',
  );
  const short = { tillId: next.id, count: cash(has - 1_000), reason: 'un billet de moins' };
  await onlyB('colleague', 'till:close', short, 'TILL_NOT_FOUND');
  await onlyB('chief', 'till:note', { tillId: next.id }, 'TILL_NOT_FOUND');
  const left = await own<TillSummary>('B', 'agent', 'till:open', open());
  await onlyB('chief', 'till:close-absent', { tillId: left.id, count: cash(50_000), reason: 'malade' }, 'TILL_NOT_FOUND');
});

it('figures, alarms and what looks wrong at office B are its own supervisor’s', async () => {
  const { db } = fixture.database;
  const at = new Date();
  const high = { metric: 'tickets.wait' as const, comparison: 'above' as const, level: 'warning' as const, threshold: 30 };
  const of = { ruleId: 'tickets-wait', subject: office.B, officeId: office.B, since: at, openedAt: at };
  const [alarm] = await db
    .insert(alarms)
    .values({ ...high, ...of, value: 40, peak: 40, measuredAt: at })
    .returning();
  const evidence = { from: at.toISOString(), to: at.toISOString(), usual: 4 };
  const [anomaly] = await db
    .insert(anomalies)
    .values({ kind: 'silent_hour', key: 'x', officeId: office.B, evidence, foundAt: at })
    .returning();
  await onlyBFetches('chief', 'GET', `/api/alarms/${alarm?.id}/samples`, 'ALARM_NOT_FOUND');
  await onlyB(
    'chief',
    'alarm:acknowledge',
    { alarmId: alarm?.id, level: 'warning', note: 'on ouvre un guichet' },
    'ALARM_NOT_FOUND',
  );
  await onlyB('chief', 'anomaly:settle', { anomalyId: anomaly?.id, as: 'explained', note: 'coupure' }, 'ANOMALY_NOT_FOUND');
  await onlyBSees('chief', `dashboard:office-${office.B}`);
  await onlyBSees('chief', `alarms:${office.B}`);
  await onlyBSees('chief', `anomalies:${office.B}`);
  const day = at.toISOString().slice(0, 10);
  await onlyBFetches('chief', 'GET', `/api/collections?from=${day}&to=${day}&place=${office.B}`, 'FORBIDDEN');
  await onlyBFetches('chief', 'GET', `/api/collections/export?from=${day}&to=${day}&place=${office.B}&format=csv`, 'FORBIDDEN');
  // The list of alarms is their history.
  await db.update(alarms).set({ closedAt: new Date(), closedWhy: 'recovered' });
  for (const list of ['alarms', 'anomalies'])
    for (const [who, there] of [
      [staff.A.chief, false],
      [staff.B.chief, true],
    ] as const) {
      const answer = await fetch(`${fixture.http}/api/${list}`, { headers: { origin: ORIGIN, cookie: who.cookie } });
      expect([list, answer.ok]).toEqual([list, true]);
      const text = await answer.text();
      expect([list, text.includes(office.B) || text.includes('Office B')]).toEqual([list, there]);
    }
  await onlyBFetches('chief', 'GET', `/api/collections/hours?day=${day}&place=${office.B}`, 'FORBIDDEN');
});

/** Commands that no office has anything to do with, or that reach one's own alone. One of neither list fails here. */
const OF_NO_OFFICE: Readonly<Record<string, string>> = {
  'search:find': 'the register is one for all offices',
  'search:vehicles-of': 'the register is one for all offices',
  'vehicle:note': 'the register is one for all offices',
  'claim:decide': 'a vehicle is of no office (ADR 030)',
  'till:quote': 'a price',
  'till:open': 'one’s own',
  'counter:pause': 'one’s own',
  'counter:close': 'one’s own',
  'ticket:call-next': 'of one’s own office: tried above',
  'alarm-rule:set': 'an administrator’s',
};
const PREFIXES_OF_NO_OFFICE = [
  'live:',
  'document:',
  'payment:',
  'notice:',
  'review:',
  'vehicle:',
  'transfer:',
  'claim:',
  'report:',
  'reconciliation:',
];
it('leaves out no command', () => {
  const left = Object.keys(COMMANDS).filter(
    (name) => !tried.has(name) && !(name in OF_NO_OFFICE) && !PREFIXES_OF_NO_OFFICE.some((prefix) => name.startsWith(prefix)),
  );
  // Refunds sent by hand are of payments online, which are of no office.
  expect(left).toEqual(['refund:retry', 'refund:settle', 'refund:confirm-settlement']);
});

it('leaves out no topic', () => {
  const ones = [
    'document',
    'document-progress',
    'payment',
    'notifications',
    'visits',
    'till',
    'transfer',
    'account-export',
    'garage',
  ];
  const hall = ['line', 'board', 'ticket'];
  const national = ['reading-queue', 'channels', 'vehicle-file', 'reviews', 'refunds', 'reconciliations', 'reports', 'report'];
  const known = new Set([...ones, ...hall, ...national]);
  expect(Object.keys(TOPICS).filter((name) => !tried.has(name) && !known.has(name))).toEqual([]);
});
