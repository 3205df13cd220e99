import type { Sql } from 'postgres';

/**
 * A statement with more values than this is of a list, whose text changes with its length: kept by each connection, such texts would only
 * add up.
 */
const MOST_VALUES = 32;

/**
 * The same client, whose `unsafe` (all that drizzle calls) has statements prepared: drizzle asks for that only where each query was
 * given a name. Inside transactions and savepoints too.
 */
export function preparing<T extends object>(client: T): T {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      if (key === 'unsafe') {
        const unsafe = value as Sql['unsafe'];
        return (...[text, values = []]: Parameters<Sql['unsafe']>) =>
          unsafe.call(target, text, values, values.length > 0 && values.length <= MOST_VALUES ? { prepare: true } : {});
      }
      if (key === 'begin' || key === 'savepoint') {
        const open = value as (...given: unknown[]) => unknown;
        return (...given: unknown[]) =>
          open.apply(
            target,
            given.map((one) =>
              typeof one === 'function' ? (inner: object) => (one as (sql: object) => unknown)(preparing(inner)) : one,
            ),
          );
      }
      return value;
    },
  });
}
