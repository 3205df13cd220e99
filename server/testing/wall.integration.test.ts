import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRole, connectDatabase, type Database } from '#db/connect.ts';
import { appendAudit } from '#db/audit.repository.ts';
import { findHolder } from '#db/payments.repository.ts';
import { documentFields, documentPages, documents } from '#db/schema/documents.ts';
import { WALLED_TABLES, asSystem, keepingScope, scopeOf, widenScope, withScope, type DataScope } from '#db/scope.ts';
import type { Role } from '#shared/contracts/identity.ts';
import { createTillsFixture, type TillsFixture } from '../tills/testing/tills-fixture.ts';

type Walled = (typeof WALLED_TABLES)[number];

/** What names a row of each table, and whose it is: asked by the owner of the tables, whom nothing is hidden from. */
const WHOSE: Record<Walled, string> = {
  till_sessions: 'select id::text as key, null as person, office_id as office from till_sessions',
  cash_takings: 'select intent_id::text as key, null as person, office_id as office from cash_takings',
  payment_intents: `select i.id::text as key, payer_id as person, office_id as office
    from payment_intents i left join till_sessions t on t.id = till_id`,
  payments: `select item_id::text as key, p.payer_id as person, office_id as office
    from payments p join payment_intents i on i.id = p.intent_id left join till_sessions t on t.id = till_id`,
  payment_items: `select x.id::text as key, payer_id as person, office_id as office
    from payment_items x join payment_intents i on i.id = x.intent_id left join till_sessions t on t.id = till_id`,
  receipts: `select reference as key, payer_id as person, office_id as office
    from receipts x join payment_intents i on i.id = x.intent_id left join till_sessions t on t.id = till_id`,
  documents: 'select id::text as key, user_id as person, null as office from documents',
  document_pages: 'select id::text as key, user_id as person, null as office from document_pages',
  document_fields: `select f.id::text as key, user_id as person, null as office
    from document_fields f join documents d on d.id = document_id`,
  audit_log: 'select id::text as key, actor_id as person, null as office from audit_log',
};
const KEY: Record<Walled, string> = {
  ...{ till_sessions: 'id', cash_takings: 'intent_id', payment_intents: 'id', payments: 'item_id', payment_items: 'id' },
  ...{ receipts: 'reference', documents: 'id', document_pages: 'id', document_fields: 'id', audit_log: 'id' },
};

interface Row extends Record<string, unknown> {
  key: string;
  person: string | null;
  office: string | null;
}

let f: TillsFixture;
let served: Database;
let rows: Record<Walled, Row[]>;
let hanta: string;
let faly: string;

beforeAll(async () => {
  f = await createTillsFixture();
  const { db } = f.database;
  // One connection: what a transaction leaves behind, the next one finds.
  served = connectDatabase({ url: f.database.url, max: 1, applicationName: 'wall', prepared: true, role: 'server' });
  [hanta, faly] = [await f.addUser(), await f.addUser()];
  for (const payer of [hanta, faly]) {
    await f.paid(1, payer);
    await sent(payer);
  }
  for (const agent of [f.fanja, f.stranger]) await f.taken(agent, await f.opened(agent));
  for (const actor of [hanta, faly, f.fanja.userId, f.stranger.userId])
    await appendAudit(db, { actorId: actor, action: 'thing.seen', entity: 'thing', entityId: 'x' });
  const found = WALLED_TABLES.map(async (table) => [table, [...(await db.execute<Row>(sql.raw(WHOSE[table])))]] as const);
  rows = Object.fromEntries(await Promise.all(found)) as typeof rows;
});
afterAll(async () => {
  await served.close();
  await f.close();
});

async function sent(userId: string): Promise<void> {
  const { db } = f.database;
  const [document] = await db.insert(documents).values({ userId, status: 'read' }).returning();
  const documentId = document?.id ?? '';
  const photograph = { contentType: 'image/jpeg', bytes: 1, sha256: 'x', width: 1, height: 1, originalKey: 'x' };
  await db.insert(documentPages).values({ documentId, userId, clientId: documentId, side: 'recto', ...photograph });
  await db
    .insert(documentFields)
    .values({ documentId, name: 'plate', value: '1234TBA', confidence: 1, source: 'label', page: 'recto' });
}

/** All that a query without any condition answers: a use-case that forgot to say whose. */
async function seen(table: Walled, of: DataScope | null, how: 'alone' | 'in a transaction'): Promise<string[]> {
  const query = sql.raw(`select ${KEY[table]}::text as key from ${table} order by 1`);
  const ask = async (): Promise<string[]> => {
    const answer =
      how === 'alone'
        ? await served.db.execute<{ key: string }>(query)
        : await served.db.transaction((tx) => tx.execute<{ key: string }>(query));
    return answer.map(({ key }) => key);
  };
  return of ? withScope(of, ask) : ask();
}
const keysOf = (table: Walled, which: (row: Row) => boolean): string[] =>
  rows[table]
    .filter(which)
    .map(({ key }) => key)
    .sort();
const citizen = (userId: string): DataScope => ({ actor: 'citizen', userId });
const staff = (of: { userId: string; role: Role; officeId: string | null }): DataScope => scopeOf(of);

describe.each(['alone', 'in a transaction'] as const)('asked %s, without a condition', (how) => {
  it.each(WALLED_TABLES)('%s shows nobody anything', async (table) => {
    expect(rows[table].length).toBeGreaterThanOrEqual(2);
    expect(await seen(table, null, how)).toEqual([]);
    expect(await seen(table, { actor: 'nobody' }, how)).toEqual([]);
  });

  it.each(WALLED_TABLES)('%s shows a citizen their own', async (table) => {
    for (const person of [hanta, faly]) {
      const own = keysOf(table, (row) => row.person === person);
      if (!['till_sessions', 'cash_takings'].includes(table)) expect(own.length).toBeGreaterThan(0);
      expect((await seen(table, citizen(person), how)).sort()).toEqual(own);
    }
  });

  it.each([
    'documents',
    'document_pages',
    'document_fields',
    'payment_intents',
    'payment_items',
    'payments',
    'receipts',
  ] as const)('%s shows several who read together what is theirs, and nothing of who is not among them', async (table) => {
    const both = keysOf(table, ({ person }) => person === hanta || person === faly);
    expect((await seen(table, { actor: 'citizens', userIds: [hanta, faly] }, how)).sort()).toEqual(both);
    expect((await seen(table, { actor: 'citizens', userIds: [faly] }, how)).sort()).toEqual(
      keysOf(table, ({ person }) => person === faly),
    );
    expect(await seen(table, { actor: 'citizens', userIds: [] }, how)).toEqual([]);
  });

  it.each(WALLED_TABLES)('%s shows an agent nothing of another office', async (table) => {
    for (const agent of [f.fanja, f.stranger]) {
      const found = (await seen(table, staff({ ...agent, role: 'agent' }), how)).sort();
      const theirs =
        table === 'audit_log'
          ? keysOf(table, (row) => row.person === agent.userId)
          : keysOf(table, ({ office }) => office === null || office === agent.officeId);
      expect(found).toEqual(theirs);
      expect(found.length).toBeGreaterThan(0);
    }
  });

  it.each(WALLED_TABLES)('%s shows the system all', async (table) => {
    expect((await seen(table, { actor: 'system' }, how)).sort()).toEqual(keysOf(table, () => true));
  });
});

it('shows of documents nothing to auditors, and the audit log to them', async () => {
  const auditor = staff({ ...f.chief, role: 'auditor' });
  expect(await seen('documents', auditor, 'alone')).toEqual([]);
  expect((await seen('audit_log', auditor, 'alone')).length).toBe(rows.audit_log.length);
});

it('shows the staff every office once an action that reaches so far was checked, in that request alone', async () => {
  const scope = (): DataScope => staff({ ...f.stranger, role: 'supervisor' });
  const all = rows.till_sessions.length;
  const count = async (): Promise<number> => (await served.db.execute(sql`select 1 from till_sessions`)).length;
  await withScope(scope(), async () => {
    expect(await count()).toBeLessThan(all);
    widenScope();
    expect(await count()).toBe(all);
  });
  expect(await withScope(scope(), count)).toBeLessThan(all);
});

describe('writing', () => {
  const refused = /row-level security/;
  const said = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => String(error instanceof Error ? (error.cause ?? error) : error),
    );

  it('changes nothing that is not seen', async () => {
    const changed = (text: string, of: DataScope): Promise<number> =>
      withScope(of, async () => (await served.db.execute(sql.raw(text))).length);
    expect(await changed('update documents set version = version + 1 returning id', citizen(hanta))).toBe(1);
    expect(await changed(`update payment_intents set checks = 0 returning id`, citizen(hanta))).toBe(1);
    const stranger = staff({ ...f.stranger, role: 'supervisor' });
    expect(await changed('update till_sessions set version = version + 1 returning id', stranger)).toBe(1);
    expect(await changed('delete from document_fields returning id', { actor: 'nobody' })).toBe(0);
  });

  it('puts nothing into another’s name, nor takes it there', async () => {
    const put = (text: string, of: DataScope): Promise<string> =>
      said(withScope(of, () => served.db.transaction((tx) => tx.execute(sql.raw(text)))));
    const order = `gen_random_uuid(), 'x', 'stripe', 1, 'MGA', now()`;
    const insert = `insert into payment_intents (payer_id, idempotency_key, order_digest, provider, amount, currency, expires_at)`;
    expect(await put(`${insert} values ('${hanta}', ${order})`, citizen(faly))).toMatch(refused);
    expect(await put(`${insert} values ('${faly}', ${order})`, { actor: 'nobody' })).toMatch(refused);
    expect(await put(`update documents set user_id = '${hanta}'`, citizen(faly))).toMatch(refused);
    const drawer = `insert into till_sessions (office_id, agent_id, currency, idempotency_key, opened_at, "float", float_amount)
      values ('${f.fanja.officeId}', '${f.hery.userId}', 'MGA', gen_random_uuid(), now(), '[]', 0)`;
    expect(await put(drawer, staff({ ...f.stranger, role: 'supervisor' }))).toMatch(refused);
  });

  it('keeps in the audit log what anybody does, and lets none of them change it', async () => {
    await withScope({ actor: 'nobody' }, () =>
      appendAudit(served.db, { actorId: null, action: 'session.refused', entity: 'user', entityId: 'x' }),
    );
    const gone = await withScope({ actor: 'system' }, () => served.db.execute(sql`delete from audit_log returning id`));
    expect(gone).toHaveLength(0);
  });
});

describe('a scope', () => {
  it('ends with its transaction, also one that failed: the next one on that connection has its own', async () => {
    const fails = withScope({ actor: 'system' }, () =>
      served.db.transaction(async (tx) => {
        expect((await tx.execute(sql`select 1 from payments`)).length).toBe(rows.payments.length);
        await tx.execute(sql`select 1 / 0`);
      }),
    );
    await expect(fails).rejects.toThrow();
    const [left] = await served.db.execute(sql`select current_setting('vignette.actor', true) as actor`);
    expect(left?.['actor']).toBe('');
    expect(await seen('payments', null, 'alone')).toEqual([]);
  });

  it('comes back after what was asked as the system, in the same transaction', async () => {
    await withScope(citizen(hanta), () =>
      served.db.transaction(async (tx) => {
        const count = async (): Promise<number> => (await tx.execute(sql`select 1 from documents`)).length;
        expect(await asSystem(tx, count)).toBe(rows.documents.length);
        expect(await count()).toBe(1);
        await expect(asSystem(tx, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
        expect(await count()).toBe(1);
        await expect(tx.transaction((inner) => asSystem(inner, () => inner.execute(sql`select 1 / 0`)))).rejects.toThrow();
        expect(await count()).toBe(1);
      }),
    );
  });

  it('is not left by one of several who read at the same time in one transaction', async () => {
    const reads = withScope(citizen(hanta), () =>
      served.db.transaction((tx) => keepingScope(() => asSystem(tx, () => tx.execute(sql`select 1 from documents`)))),
    );
    await expect(reads).rejects.toThrow('as the system');
  });

  it('says of another’s order that it holds a tax, and nothing else', async () => {
    const [{ id } = { id: '' }] = await f.database.db.execute<{ id: string }>(
      sql`select assessment_id as id from payments where payer_id = ${hanta}`,
    );
    const holder = await withScope(citizen(faly), () => served.db.transaction((tx) => findHolder(tx, id)));
    expect(holder).toMatchObject({ payerId: hanta, paid: true });
  });

  it('is of an id, whatever is given as one', async () => {
    const forged = citizen("x'; set local vignette.actor = 'system'; --");
    await expect(withScope(forged, async () => served.db.transaction((tx) => tx.execute(sql`select 1`)))).rejects.toThrow(
      'no id',
    );
  });
});

describe('the roles', () => {
  it.each(['server', 'workers'] as const)('%s owns nothing, and cannot take the wall down', async (role) => {
    const { db, close } = connectDatabase({ url: f.database.url, max: 1, applicationName: 'wall', role });
    try {
      await checkRole(db, role);
      expect(await db.execute(sql`select 1 from pg_class where relowner = current_user::regrole`)).toHaveLength(0);
      for (const text of [
        'alter table payments disable row level security',
        'drop policy server on payments',
        'create policy open on payments using (true)',
        'truncate documents',
        'drop table audit_log',
      ])
        await expect(db.execute(sql.raw(text)), text).rejects.toMatchObject({ cause: { code: '42501' } });
    } finally {
      await close();
    }
  });

  it('workers see all, without a scope', async () => {
    const { db, close } = connectDatabase({ url: f.database.url, max: 1, applicationName: 'wall', role: 'workers' });
    try {
      for (const table of WALLED_TABLES) {
        const found = await db.execute(sql.raw(`select 1 from ${table}`));
        expect(found.length, table).toBeGreaterThanOrEqual(rows[table].length);
      }
      await db.execute(sql`select refresh_dashboard_stats()`);
    } finally {
      await close();
    }
  });

  it('an owner is refused as a server', async () => {
    await expect(checkRole(f.database.db, 'server')).rejects.toThrow('must not serve');
  });
});

it('every walled table has forced policies, its partitions policies of their own', async () => {
  const open = await f.database.db.execute<{ name: string }>(sql`
    select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
      and (oid in (select inhrelid from pg_inherits where inhparent = 'payments'::regclass) and not relrowsecurity
        or relname in ${[...WALLED_TABLES]} and not (relrowsecurity and relforcerowsecurity))`);
  expect([...open]).toEqual([]);
  const partition = sql`select 1 from payments_2026`;
  expect(await withScope({ actor: 'system' }, async () => served.db.execute(partition))).toHaveLength(0);
});

it('no function with the rights of the tables’ owner looks a name up where others can put one first', async () => {
  const open = await f.database.db.execute<{ name: string; path: string | null }>(sql`
    select proname as name, array_to_string(proconfig, '; ') as path from pg_proc
    where prosecdef and pronamespace = 'public'::regnamespace`);
  expect(open.length).toBeGreaterThan(3);
  for (const { name, path } of open) expect(path, name).toMatch(/search_path=.*, pg_temp$/);
});
