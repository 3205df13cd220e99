import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'drizzle-orm';
import { PgTransaction } from 'drizzle-orm/pg-core';
import postgres, { type Sql } from 'postgres';
import type { Role } from '#shared/contracts/identity.ts';
import type { Executor } from './executor.ts';

/**
 * On whose behalf the database is asked, which its policies go by (migration row_level_security): nobody sees nothing of the walled
 * tables, citizens their own, staff what is of their office, or of all where the action that was checked reaches so far. Several citizens
 * see what is any one's of them, and write nothing: what each is answered is for who asks to see to.
 */
export type DataScope =
  | { actor: 'nobody' }
  | { actor: 'system' }
  | { actor: 'citizen'; userId: string }
  | { actor: 'citizens'; userIds: readonly string[] }
  | { actor: 'staff'; userId: string; role: Role; officeId: string | null; reach: 'office' | 'all' };

/** Tables with policies. A statement that names none of them needs no scope. */
export const WALLED_TABLES = [
  'payments',
  'payment_intents',
  'payment_items',
  'receipts',
  'till_sessions',
  'cash_takings',
  'documents',
  'document_pages',
  'document_fields',
  'audit_log',
] as const;

const WALLED = new RegExp(`\\b(?:${WALLED_TABLES.join('|')})\\b`);
const SYSTEM: DataScope = { actor: 'system' };
const current = new AsyncLocalStorage<DataScope>();
/** The scopes of transactions in which several read at the same time. */
const kept = new WeakSet<DataScope>();

/** Does the work on somebody's behalf: every transaction begun in it, and every statement of its own, is of that scope. */
export const withScope = <T>(scope: DataScope, work: () => T): T => current.run(scope, work);

/** The scope of whoever's session it is; a guest's is nobody's. It begins narrow: `widenScope` follows the action that was checked. */
export function scopeOf(viewer: { userId: string; role: Role; officeId: string | null; guest?: true }): DataScope {
  const { userId, role, officeId, guest } = viewer;
  if (guest) return { actor: 'nobody' };
  return role === 'citizen' ? { actor: 'citizen', userId } : { actor: 'staff', userId, role, officeId, reach: 'office' };
}

/** From now on in this request or command: what is of every office. For an action whose scope is `all` in the policy table. */
export function widenScope(): void {
  const scope = current.getStore();
  if (scope?.actor === 'staff') scope.reach = 'all';
}

/**
 * Several read at the same time in one transaction: what one of them asked as the system, the others would. So none of them may.
 */
export function keepingScope<T>(work: () => T): T {
  const scope = current.getStore();
  if (!scope) return work();
  const own = { ...scope };
  kept.add(own);
  return current.run(own, work);
}

/**
 * Asks what is nobody's secret, or another's, of all rows: that a tax is held, how long the readers' queue is, the state of a topic for
 * others than who changed it. What it answers must be fit for who asks: no wall looks after it. In a transaction, for the work alone.
 */
export async function asSystem<T>(executor: Executor, work: () => Promise<T>): Promise<T> {
  const scope = current.getStore();
  if (scope?.actor === 'system') return work();
  if (!(executor instanceof PgTransaction)) return withScope(SYSTEM, work);
  // Begun without a scope: by a process that needs none.
  if (!scope) return work();
  if (kept.has(scope)) throw new Error('asked as the system beside others who read in the same transaction');
  await executor.execute(sql.raw(settings(SYSTEM)));
  const back = (): Promise<unknown> => executor.execute(sql.raw(settings(scope)));
  try {
    const done = await withScope(SYSTEM, work);
    await back();
    return done;
  } catch (error) {
    // A transaction that failed takes no more statements; one that goes on after the error must not go on as the system.
    await back().catch(() => undefined);
    throw error;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * SET LOCAL takes no parameters: what is written into the text is an id, or a word of ours. It takes no snapshot, unlike set_config.
 * @param begins as the first of its transaction, where nothing is set that would have to be unset
 */
function settings(scope: DataScope, begins = false): string {
  const id = (value: string | null): string => {
    if (value === null) return '';
    if (!UUID.test(value)) throw new Error('a scope of what is no id');
    return value;
  };
  const word = (value: string): string => {
    if (!/^[a-z]+$/.test(value)) throw new Error('a scope of what is no word');
    return value;
  };
  const values = {
    actor: scope.actor,
    user: 'userId' in scope ? id(scope.userId) : '',
    role: scope.actor === 'staff' ? word(scope.role) : '',
    office: scope.actor === 'staff' ? id(scope.officeId) : '',
    reach: scope.actor === 'staff' ? scope.reach : '',
    readers: scope.actor === 'citizens' ? scope.userIds.map(id).join(',') : '',
  };
  return Object.entries(values)
    .filter(([, value]) => value !== '' || !begins)
    .map(([name, value]) => `set local vignette."${name}" = '${value}'`)
    .join('; ');
}

type Begin = (work: (inner: Sql) => unknown) => Promise<unknown>;
type Pending = ReturnType<Sql['unsafe']>;

/**
 * The same client, whose transactions begin with the scope of who asks. It is sent together with the transaction's first statement, so
 * that it costs no round trip; were it refused, the transaction would be. A single statement that names a walled table gets a transaction
 * of its own, sent as a whole; others go as they are.
 */
export function scoping(client: Sql): Sql {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      if (key === 'begin') {
        const begin = value as Begin;
        return (work: (inner: Sql) => unknown) => {
          const scope = current.getStore();
          if (!scope) return begin.call(target, work);
          return begin.call(target, (inner) => {
            send(inner.unsafe(settings(scope, true)));
            return work(early(inner));
          });
        };
      }
      if (key === 'unsafe') {
        const unsafe = value as Sql['unsafe'];
        return (...asked: Parameters<Sql['unsafe']>) => {
          const scope = current.getStore();
          if (!scope || !WALLED.test(asked[0])) return unsafe.call(target, ...asked);
          return once((how) => alone(target, scope, (line) => how(line.unsafe(...asked))));
        };
      }
      return value;
    },
  });
}

/** The same line; how its transaction is to be (drizzle says it in a statement of its own) goes with what is asked next as well. */
const early = (line: Sql): Sql =>
  new Proxy(line, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (key !== 'unsafe') return value;
      return (...asked: Parameters<Sql['unsafe']>) => {
        if (!asked[0].startsWith('set transaction ')) return target.unsafe(...asked);
        send(target.unsafe(...asked));
        return Promise.resolve([]);
      };
    },
  });

/** Sends it now; who waits for the last of those sent together hears what became of all. */
const send = (pending: Pending): void => void pending.catch(() => undefined);

/** A transaction of one statement, in one round trip: begun, asked and ended without waiting in between. */
async function alone(client: Sql, scope: DataScope, ask: (line: Sql) => Pending): Promise<unknown> {
  const opening = `begin; ${settings(scope, true)}`;
  const line = await client.reserve();
  send(line.unsafe(opening));
  const [answer, end] = await Promise.allSettled([ask(line), line.unsafe('commit')]);
  // A line that broke is the pool's again already.
  if (end.status === 'fulfilled' || (end.reason instanceof postgres.PostgresError && end.reason.severity === 'ERROR'))
    line.release();
  if (answer.status === 'rejected') throw answer.reason;
  if (end.status === 'rejected') throw end.reason;
  return answer.value;
}

/** What drizzle asks of a statement: its rows as objects when awaited, as lists with `values`. Sent when either is asked for. */
function once(run: (how: (pending: Pending) => Pending) => Promise<unknown>): object {
  let asked: Promise<unknown> | undefined;
  const rows = (): Promise<unknown> => (asked ??= run((pending) => pending));
  return {
    values: () => run((pending) => pending.values() as unknown as Pending),
    then: (...given: Parameters<Promise<unknown>['then']>) => rows().then(...given),
    catch: (...given: Parameters<Promise<unknown>['catch']>) => rows().catch(...given),
    finally: (...given: Parameters<Promise<unknown>['finally']>) => rows().finally(...given),
  };
}
