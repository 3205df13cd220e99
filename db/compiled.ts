import { PgDatabase, PgDialect, type PgSession } from 'drizzle-orm/pg-core';
import type { Db, Executor } from './executor.ts';

type Asked = Parameters<PgSession['prepareQuery']>;
type Preparable = PromiseLike<unknown> & { prepare(name: string): unknown };

/** What a session is asked to prepare, and what drizzle notes on the prepared one (its joins) to make objects of rows. */
function record(build: (db: Pick<Db, 'select'>) => Preparable): { asked: Asked; notes: object } {
  const given: Asked[] = [];
  const notes = {};
  const prepared = Object.create({ setToken: () => prepared }) as object;
  const session = { prepareQuery: (...asked: Asked) => (given.push(asked), prepared) };
  build(new PgDatabase(new PgDialect(), session as never, undefined) as object as Db).prepare('recorded');
  const [asked] = given;
  if (!asked) throw new Error('a statement that prepares nothing');
  return { asked, notes: Object.assign(notes, prepared) };
}

/**
 * A select whose text is made once and not at each call: making it is most of what a small query costs the process that asks. Its
 * values are placeholders (`sql.placeholder`), given at each call; it may be asked of the database or within a transaction.
 */
export function compiled<Q extends Preparable>(
  build: (db: Pick<Db, 'select'>) => Q,
): (executor: Executor, values: Record<string, unknown>) => Promise<Awaited<Q>> {
  let built: ReturnType<typeof record> | undefined;
  return (executor, values) => {
    const { asked, notes } = (built ??= record(build));
    const [query, fields, , ...others] = asked;
    const prepared = executor._.session.prepareQuery(query, fields, undefined, ...others);
    return Object.assign(prepared, notes).execute(values) as Promise<Awaited<Q>>;
  };
}
