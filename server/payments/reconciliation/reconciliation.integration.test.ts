import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { statementDifferences } from '#db/alarm-metrics.repository.ts';
import { auditLedger } from '#db/ledger-audit.ts';
import { findReconciliation } from '#db/reconciliation.repository.ts';
import { readDifferences, readReconciliations } from '#db/reconciliation-views.repository.ts';
import { users } from '#db/schema/identity.ts';
import { paymentIntents } from '#db/schema/payments.ts';
import type { DifferenceView } from '#shared/contracts/reconciliation.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { addDays, civilDate } from '#shared/domain/dates.ts';
import { statementKey } from '#shared/domain/object-keys.ts';
import type { Actor } from '#shared/domain/policy.ts';
import { createObjectStore, type ObjectStore } from '#shared/node/object-store.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { ProviderCode, StartPayment } from '#shared/contracts/payments.ts';
import { createSandboxPayments, type SandboxPayments } from '../testing/sandbox-payments.ts';
import { createComparison, type ComparisonService } from './comparison.service.ts';
import { differencesCsv } from './differences-csv.ts';
import { createSettlingService, type SettlingService } from './settling.service.ts';
import { createStatementImport, type StatementImportService } from './statement-import.service.ts';

const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
let whole: SandboxPayments;
let payer: string;
let store: ObjectStore;
const bucket = `test-${randomUUID().slice(0, 8)}`;
let statements: StatementImportService;
let comparison: ComparisonService;
let settling: SettlingService;
/** Each test has a day of its own. The sandbox writes real time's day into its lines; of which day a statement is, who brings it says. */
let day = '';

const people: Record<'one' | 'two' | 'auditor' | 'agent', Actor> = {
  one: { userId: randomUUID(), role: 'supervisor', officeId: null },
  two: { userId: randomUUID(), role: 'supervisor', officeId: null },
  auditor: { userId: randomUUID(), role: 'auditor', officeId: null },
  agent: { userId: randomUUID(), role: 'agent', officeId: null },
};

beforeAll(async () => {
  whole = await createSandboxPayments();
  payer = await whole.addUser();
  const { db } = whole.database;
  for (const { userId: id, role } of Object.values(people)) {
    await db.insert(users).values({ id, role, name: `Staff ${role}`, email: `${id}@tax.example` });
  }
  store = createObjectStore({
    ...{ endpoint: env('S3_ENDPOINT'), region: 'us-east-1', bucket },
    ...{ accessKeyId: env('S3_ACCESS_KEY_ID'), secretAccessKey: env('S3_SECRET_ACCESS_KEY') },
  });
  await store.prepare(silentLogger());
  const deps = {
    db,
    store,
    notifier: { wake: () => undefined },
    clock: whole.clock,
    country: madagascar,
    logger: silentLogger(),
  };
  statements = createStatementImport(deps);
  comparison = createComparison(deps);
  settling = createSettlingService(deps);
});
beforeEach(() => {
  whole.clock.turn(3 * 86_400_000);
  whole.sandbox.controls.reset();
  whole.sandbox.orders.forget();
  day = civilDate(whole.clock(), madagascar.timeZone);
});
afterAll(async () => {
  store.close();
  await whole.close();
});

/** What the tax of a car costs on the day of the test. */
let amount = 0;

/** Starts a payment of whatever the tax is on that day. */
async function started(how: { provider: 'mvola'; phone: string } | { provider: 'stripe' }): Promise<string> {
  const { idempotencyKey, items } = await whole.order(payer);
  const start = (now: number) =>
    whole.payments.start(payer, { idempotencyKey, items, amount: now, ...how } satisfies StartPayment);
  const view = await start(1).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'PAYMENT_AMOUNT_CHANGED') throw error;
    return start(Number(error.details?.['amount']));
  });
  amount = view.amount;
  await whole.confirmations.initiate(view.id);
  return view.id;
}
async function paid(provider: 'mvola' | 'stripe' = 'mvola'): Promise<string> {
  const id = await started(provider === 'mvola' ? { provider, phone: '034 00 001 00' } : { provider });
  if (provider === 'stripe') await whole.typeCard((await whole.payments.find(payer, id)).redirectUrl ?? '');
  await whole.checkUntil(id, 'receipted');
  return id;
}
async function statement(provider: ProviderCode): Promise<string> {
  const zone = provider === 'stripe' ? 'UTC' : madagascar.timeZone;
  const name = { mvola: 'mvola', stripe: 'stripe', mtn_momo: 'mtn' }[provider];
  return (await fetch(`${whole.sandboxUrl}/statements/${name}/${civilDate(new Date(), zone)}.csv`)).text();
}
async function* bodyOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}
async function bring(text: string, provider: ProviderCode = 'mvola'): Promise<{ id: string; known: boolean }> {
  return statements.take({
    provider,
    day,
    fileName: 'file.csv',
    source: 'page',
    importedBy: people.one.userId,
    body: bodyOf(text),
  });
}
const found = (run: string): Promise<DifferenceView[]> =>
  readDifferences(whole.database.db, { state: 'all', run }, { limit: 1_000, offset: 0 });
async function reconciled(
  text: string,
  provider: ProviderCode = 'mvola',
): Promise<{ id: string; differences: DifferenceView[] }> {
  const { id } = await bring(text, provider);
  await comparison.run(id);
  expect((await findReconciliation(whole.database.db, id))?.state).toBe('done');
  return { id, differences: await found(id) };
}
const kinds = (differences: readonly DifferenceView[]): string[] => differences.map(({ kind }) => kind).sort();
const count = async (table: string, run: string): Promise<number> => {
  const [row] = await whole.database.db.execute<{ count: number }>(
    sql`select count(*)::int as count from ${sql.identifier(table)} where reconciliation_id = ${run}`,
  );
  return row?.count ?? -1;
};
const first = <T>(all: readonly T[]): T => {
  const [one] = all;
  if (one === undefined) throw new Error('nothing there');
  return one;
};

describe('the sandbox’s own statement', () => {
  it.each(['mvola', 'stripe'] as const)('of %s agrees with the books', async (provider) => {
    await paid(provider);
    await paid(provider);
    const { id, differences } = await reconciled(await statement(provider), provider);
    expect(differences).toEqual([]);
    const run = await findReconciliation(whole.database.db, id);
    expect(run).toMatchObject({ lines: 2, unreadable: 0, theirs: { MGA: 2 * amount }, ours: { MGA: 2 * amount } });
  });

  it.each([
    ['missing', 'not_in_statement', (): number => -amount],
    ['extra', 'unbooked', (): number => 12_345],
    ['amount', 'amount', (): number => 100],
    ['doubled', 'doubled', (): number => amount],
  ] as const)('with a line %s differs in exactly that', async (fault, kind, delta) => {
    await paid();
    await paid();
    whole.sandbox.controls.statement(fault);
    const { differences } = await reconciled(await statement('mvola'));
    expect(differences.map((one) => [one.kind, one.delta])).toEqual([[kind, delta()]]);
    const [one] = differences;
    expect(one?.line === null).toBe(fault === 'missing');
    expect(one?.ours === null).toBe(fault === 'extra');
  });

  it('has bad lines that are differences, each with its number and as it came', async () => {
    await paid();
    const text = `${await statement('mvola')}"half a line\r\n=1+1,2\r\n`;
    const { differences } = await reconciled(text);
    expect(differences.map(({ kind, line }) => [kind, line?.number, line?.raw, line?.fault])).toEqual([
      ['unreadable', 3, '"half a line', 'not_csv'],
      ['unreadable', 4, '=1+1,2', 'columns'],
    ]);
    const csv = differencesCsv(differences, true);
    expect(csv).toContain(`"'=1+1,2"`);
  });

  it('that is another provider’s is said to be none of this one’s', async () => {
    await paid();
    const { id } = await bring(await statement('mvola'), 'stripe');
    await comparison.run(id);
    expect(await findReconciliation(whole.database.db, id)).toMatchObject({ state: 'failed', fault: 'columns_missing' });
  });
});

describe('money that nobody booked', () => {
  it('is asked about again under the id that the statement tells, and booked', async () => {
    const id = await started({ provider: 'mvola', phone: '034 00 001 22' });
    await until(() => whole.sandbox.orders.list().some(({ externalId, status }) => externalId === id && status === 'SUCCESSFUL'));
    // A worker died before the operator's id was kept: ADR 010's worst case.
    await whole.database.db
      .update(paymentIntents)
      .set({ providerHandle: null, state: 'unknown' })
      .where(eq(paymentIntents.id, id));
    const { differences } = await reconciled(await statement('mvola'));
    expect(differences).toMatchObject([{ kind: 'unbooked', delta: amount, ours: { paymentId: id, state: 'unknown' } }]);
    const [told] = await whole.database.db.execute<{ payload: { paymentIds: string[] } }>(
      sql`select payload from outbox where name = 'reconciliation.unbooked_found' order by position desc limit 1`,
    );
    expect(told?.payload.paymentIds).toEqual([id]);
    await whole.confirmations.check(id);
    expect(await whole.state(id)).toBe('receipted');
    expect(first(await found(first(differences).reconciliationId))).toMatchObject({
      state: 'open',
      ours: { state: 'receipted' },
    });
  });
});

describe('the same statement', () => {
  it('brought twice is recognised, and changes nothing', async () => {
    await paid();
    whole.sandbox.controls.statement('extra');
    const text = await statement('mvola');
    const { id } = await reconciled(text);
    const before = [await count('reconciliation_lines', id), await count('reconciliation_differences', id)];
    expect(await bring(text)).toEqual({ id, known: true });
    await comparison.run(id);
    expect([await count('reconciliation_lines', id), await count('reconciliation_differences', id)]).toEqual(before);
  });

  it('brought and read by two at once is one, with each difference once', async () => {
    await paid();
    whole.sandbox.controls.statement('doubled');
    const text = await statement('mvola');
    const taken = await Promise.all([bring(text), bring(text), bring(text)]);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(1);
    expect(taken.filter(({ known }) => !known)).toHaveLength(1);
    const { id } = first(taken);
    await Promise.all([comparison.run(id), comparison.run(id)]);
    await comparison.run(id);
    expect(kinds(await found(id))).toEqual(['doubled']);
    expect(await count('reconciliation_lines', id)).toBe(2);
    expect(await store.list('statements/mvola/')).toContain(
      statementKey('mvola', (await findReconciliation(whole.database.db, id))?.sha256 ?? ''),
    );
  });
});

describe('days on which nothing moved', () => {
  it('have the same file, and are two statements', async () => {
    const empty = `${first((await statement('mvola')).split('\r\n'))}\r\n\r\n\r\n`;
    const one = await reconciled(empty);
    day = addDays(day, 1);
    const two = await reconciled(empty);
    expect(two.id).not.toBe(one.id);
    expect(await bring(empty)).toEqual({ id: two.id, known: true });
  });
});

describe('a worker killed with -9 in the middle', () => {
  it('leaves a run that the next one ends the same', async () => {
    const id = await paid();
    const head = (await statement('mvola')).split('\r\n').slice(0, 2);
    const strangers = Array.from({ length: 40_000 }, (_, index) =>
      first(head.slice(1))
        .replace(/[0-9]{10},MerchantPay/, `${9_000_000_000 + index},MerchantPay`)
        .replaceAll(id, ''),
    );
    const { id: run } = await bring(`${[...head, ...strangers].join('\r\n')}\r\n`);
    const worker = fileURLToPath(new URL('./testing/comparing-process.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', worker], {
      stdio: 'inherit',
      env: { ...process.env, DATABASE_URL: whole.database.url, RUN: run, BUCKET: bucket, NOW: whole.clock().toISOString() },
    });
    await until(async () => (await count('reconciliation_lines', run)) > 3_000, {
      timeoutMs: 60_000,
      what: 'lines of the child',
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const state = await findReconciliation(whole.database.db, run);
    expect(state?.state).toBe('reading');
    expect(await count('reconciliation_lines', run)).toBeLessThan(40_001);
    await comparison.run(run);
    expect(await findReconciliation(whole.database.db, run)).toMatchObject({ state: 'done', lines: 40_001, unreadable: 0 });
    expect([await count('reconciliation_lines', run), await count('reconciliation_differences', run)]).toEqual([40_001, 40_000]);
  }, 120_000);
});

describe('settling', () => {
  const open = async (fault: 'extra' | 'amount'): Promise<DifferenceView> => {
    await paid();
    whole.sandbox.controls.statement(fault);
    return first((await reconciled(await statement('mvola'))).differences);
  };
  const note = 'vu avec l’opérateur';

  it('by a posting takes two persons, and the books agree', async () => {
    const { id, delta } = await open('extra');
    const before = await whole.balance('suspense:mvola');
    const proposal = { differenceId: id, reason: 'money_received', note, amount: delta } as const;
    await expect(settling.propose(people.one, { ...proposal, amount: delta + 1 })).rejects.toMatchObject({
      code: 'DIFFERENCE_AMOUNT_CHANGED',
    });
    expect((await settling.propose(people.one, proposal)).state).toBe('proposed');
    await expect(settling.decide(people.one, { differenceId: id, agreed: true, note: '' })).rejects.toMatchObject({
      code: 'DIFFERENCE_SAME_PERSON',
    });
    await expect(settling.propose(people.two, proposal)).rejects.toMatchObject({ code: 'DIFFERENCE_STATE_CONFLICT' });
    expect((await settling.decide(people.two, { differenceId: id, agreed: false, note: 'pas encore' })).state).toBe('open');
    await settling.propose(people.two, proposal);
    const settled = await settling.decide(people.one, { differenceId: id, agreed: true, note: '' });
    expect([settled.state, settled.decisions.map(({ action }) => action)]).toEqual([
      'settled',
      ['proposed', 'refused', 'proposed', 'approved'],
    ]);
    expect((await whole.balance('suspense:mvola')) - before).toBe(-delta);
    expect((await auditLedger(whole.database.db)).faults).toEqual([]);
    await expect(settling.decide(people.two, { differenceId: id, agreed: true, note: '' })).rejects.toMatchObject({
      code: 'DIFFERENCE_STATE_CONFLICT',
    });
  });

  it('of two who approve at once, one does, and it is posted once', async () => {
    const { id, delta } = await open('amount');
    await settling.propose(people.one, { differenceId: id, reason: 'money_received', note, amount: delta });
    const decide = () =>
      settling.decide(people.two, { differenceId: id, agreed: true, note: '' }).then(
        () => 'done',
        (error: { code: string }) => error.code,
      );
    expect((await Promise.all([decide(), decide(), decide()])).sort()).toEqual([
      'DIFFERENCE_STATE_CONFLICT',
      'DIFFERENCE_STATE_CONFLICT',
      'done',
    ]);
    expect((await auditLedger(whole.database.db)).faults).toEqual([]);
  });

  it('is what an alarm waits for', async () => {
    const waiting = async (): Promise<number | null | undefined> =>
      (await statementDifferences(whole.database.db)).find(({ subject }) => subject === 'mvola')?.value;
    const before = (await waiting()) ?? NaN;
    const { id, delta } = await open('extra');
    expect(await waiting()).toBe(before + 1);
    await settling.propose(people.one, { differenceId: id, reason: 'money_received', note, amount: delta });
    expect(await waiting()).toBe(before + 1);
    await settling.decide(people.two, { differenceId: id, agreed: true, note: '' });
    expect(await waiting()).toBe(before);
  });

  it('by an explanation moves no money, and stays', async () => {
    const { id } = await open('extra');
    const before = await whole.count('ledger_entries');
    expect((await settling.explain(people.one, { differenceId: id, reason: 'other_statement', note })).state).toBe('settled');
    expect(await whole.count('ledger_entries')).toBe(before);
    await expect(settling.explain(people.two, { differenceId: id, reason: 'other', note })).rejects.toMatchObject({
      code: 'DIFFERENCE_STATE_CONFLICT',
    });
    await expect(
      whole.database.db.execute(sql`update reconciliation_differences set state = 'open' where id = ${id}`),
    ).rejects.toThrow();
    const [audit] = await whole.database.db.execute<{ action: string }>(
      sql`select action from audit_log where entity_id = ${id} order by id desc limit 1`,
    );
    expect(audit?.action).toBe('difference.explained');
  });

  it.each(['auditor', 'agent'] as const)('is not for an %s', async (who) => {
    const { id, delta } = await open('extra');
    await expect(settling.explain(people[who], { differenceId: id, reason: 'other', note })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(settling.propose(people[who], { differenceId: id, reason: 'other', note, amount: delta })).rejects.toMatchObject(
      { code: 'FORBIDDEN' },
    );
    await expect(settling.decide(people[who], { differenceId: id, agreed: true, note })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('of what is not there says so', async () => {
    await expect(settling.explain(people.one, { differenceId: randomUUID(), reason: 'other', note })).rejects.toMatchObject({
      code: 'DIFFERENCE_NOT_FOUND',
    });
  });

  it('is counted where the page looks', async () => {
    const before = await readReconciliations(whole.database.db);
    const { id } = await open('extra');
    const after = await readReconciliations(whole.database.db);
    expect(after.open - before.open).toBe(1);
    expect(first(after.runs)).toMatchObject({ differences: 1, open: 1, share: 1, day });
    await settling.explain(people.one, { differenceId: id, reason: 'other', note });
    expect(first((await readReconciliations(whole.database.db)).runs)).toMatchObject({ differences: 1, open: 0 });
  });
});

describe('a payment near midnight', () => {
  it('is asked for by neither day alone, and by the second of the two once', async () => {
    // 23:55 in Antananarivo.
    whole.clock.turn(Date.parse(`${day}T20:55:00Z`) - whole.clock().getTime());
    const id = await paid();
    const empty = first((await statement('mvola')).split('\r\n'));
    const today = await reconciled(`${empty}\r\n`);
    expect(today.differences).toEqual([]);
    day = addDays(day, 1);
    const next = await reconciled(`${empty}\r\n\r\n`);
    expect(next.differences).toMatchObject([{ kind: 'not_in_statement', ours: { paymentId: id } }]);
  });
});
