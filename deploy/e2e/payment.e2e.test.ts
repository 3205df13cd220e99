import { randomInt, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import type {
  Ack,
  ClientToServerEvents,
  CommandInput,
  CommandName,
  CommandOutput,
  ServerToClientEvents,
} from '#shared/contracts/commands.ts';
import { PaymentView } from '#shared/contracts/payments.ts';
import { ReceiptView, VerificationKeys } from '#shared/contracts/receipts.ts';
import { PlateLookup } from '#shared/contracts/tax.ts';
import { topicOf, type LiveMessage } from '#shared/contracts/topics.ts';
import { parseQrText } from '#shared/domain/payments/receipt-text.ts';
import { verifyReceipt } from '#shared/node/receipt-signer.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { startTestStack } from './test-stack.ts';

/** A payment through the whole stack: pages' socket, nodes, relay, workers, the operator's process and back. */
let stack: RunningStack;
let database: Database;
let cookie: string;
/** Vehicles of nobody, registered by this run: taxes stay paid in the stack's directory. */
let plates: string[];
let socket: Socket<ServerToClientEvents, ClientToServerEvents>;

beforeAll(async () => {
  stack = await startTestStack('e2e-payment');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-payment' });
  plates = ['TXA', 'TXB'].map((letters) => `${randomInt(1_000, 9_999)}${letters}`);
  const common = { country: 'MG', holderName: 'RABE SOLO', fuel: 'ES', fiscalPower: 4, firstRegistration: '2020-05-01' };
  await database.db
    .insert(vehicles)
    .values(plates.map((plate) => ({ ...common, plate })))
    .onConflictDoNothing();
  const [citizen] = stack.signIns;
  const answer = await fetch(`${stack.origin}/api/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: stack.origin },
    body: JSON.stringify({ identifier: citizen?.identifier, password: citizen?.password }),
  });
  expect(answer.status).toBe(200);
  cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  socket = io(stack.origin, { transports: ['websocket'], extraHeaders: { cookie, origin: stack.origin } });
  await until(() => socket.connected, { what: 'the socket' });
});
afterAll(async () => {
  socket.disconnect();
  await database.close();
  await stack.stop();
});

async function send<C extends CommandName>(name: C, input: CommandInput<C>): Promise<CommandOutput<C>> {
  const emit = socket.emitWithAck as (name: string, input: unknown) => Promise<Ack<CommandOutput<C>>>;
  const answer = await emit.call(socket, name, input);
  if ('error' in answer) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

const lookUp = async (plate: string): Promise<PlateLookup> =>
  PlateLookup.parse(await (await fetch(`${stack.origin}/api/plates/${plate}`)).json());

/** Orders the tax of a plate and follows it live. */
async function pay(plate: string, phone: string): Promise<{ id: string; states: string[] }> {
  const { assessment } = await lookUp(plate);
  const view = await send('payment:start', {
    idempotencyKey: randomUUID(),
    provider: 'mvola',
    phone,
    items: [{ plate, fiscalYear: assessment.fiscalYear }],
    amount: assessment.total ?? 0,
  });
  const states: string[] = [view.state];
  const topic = topicOf('payment', view.id);
  socket.on('live', (message: LiveMessage) => {
    if (message.topic === topic) states.push(PaymentView.parse(message.state).state);
  });
  await send('live:subscribe', { topic });
  return { id: view.id, states };
}

const read = async (id: string): Promise<PaymentView> =>
  PaymentView.parse(await (await fetch(`${stack.origin}/api/payments/${id}`, { headers: { cookie } })).json());

/** As an inspector's page would: public keys, and nothing else of the platform. */
async function verify(reference: string): Promise<void> {
  const answer = await fetch(`${stack.origin}/api/receipts/${reference}`, { headers: { cookie } });
  const read = parseQrText(ReceiptView.parse(await answer.json()).qr);
  const { keys } = VerificationKeys.parse(await (await fetch(`${stack.origin}/api/verify/keys`)).json());
  const key = keys.find(({ keyId }) => keyId === read?.facts.keyId);
  expect(verifyReceipt(key?.publicKey ?? '', read?.text ?? '', read?.signature ?? '')).toBe(true);
  expect(read?.facts).toMatchObject({ reference, plate: plates[0] });
}

const counts = async (id: string): Promise<unknown> => {
  const [row] = await database.db.execute(sql`select
    (select count(*)::int from settlements where intent_id = ${id}) as settlements,
    (select count(*)::int from receipts where intent_id = ${id}) as receipts,
    (select count(*)::int from payments where intent_id = ${id}) as payments,
    (select coalesce(sum(debit - credit), 0)::int from ledger_entries where intent_id = ${id}) as balance`);
  return row;
};
const ONCE = { settlements: 1, receipts: 1, payments: 1, balance: 0 };

it('is confirmed live, with its receipt, and shows at the public look-up at once', async () => {
  const { id, states } = await pay(plates[0] ?? '', '034 00 001 50');
  await until(() => states.at(-1) === 'receipted', { timeoutMs: 30_000, what: 'the confirmation' });
  expect((await read(id)).items[0]?.receipt?.number).toMatch(/^W\d-\d{4}-\d{8}$/);
  expect(await counts(id)).toEqual(ONCE);
  expect((await lookUp(plates[0] ?? '')).paid).toBe(true);
  const reference = (await read(id)).items[0]?.receipt?.reference ?? '';
  const pdf = async () => {
    const answer = await fetch(`${stack.origin}/api/receipts/${reference}/pdf`, { headers: { cookie } });
    return answer.status === 200 ? Buffer.from(await answer.arrayBuffer()) : null;
  };
  expect((await until(pdf, { what: 'the PDF' })).subarray(0, 5).toString()).toBe('%PDF-');
  expect((await fetch(`${stack.origin}/api/receipts/${reference}/pdf`)).status).toBe(401);
  await verify(reference);
});

it('is posted once although its worker is killed while the operator is silent', async () => {
  const { id, states } = await pay(plates[1] ?? '', '034 00 001 22');
  await until(() => states.includes('pending'), { timeoutMs: 20_000, what: 'the order at the operator' });
  const jobs = stack.processes.get('jobs');
  jobs?.kill('SIGKILL');
  await until(async () => (await fetch(stack.sandboxUrl ?? '')).text().then((page) => page.includes('SUCCESSFUL')), {
    timeoutMs: 20_000,
  });
  await jobs?.restart();
  await until(() => states.at(-1) === 'receipted', { timeoutMs: 60_000, what: 'the posting' });
  expect(await counts(id)).toEqual(ONCE);
});
