import { randomBytes } from 'node:crypto';
import type { ErrorBody } from '#shared/contracts/errors.ts';

/** How the lines to Postgres and the like fail: codes of postgres.js, of Node and of Postgres that ends or refuses a connection. */
const AWAY =
  /^(CONNECT_TIMEOUT|CONNECTION_(CLOSED|ENDED|DESTROYED)|ECONN(REFUSED|RESET|ABORTED)|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|57P0[1-3]|08\w{3}|53300)$/;
const DEEPEST_CAUSE = 5;

/** Whether something that was needed could not be reached, which passes; the cause may stand several errors deep. */
export function isAway(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > DEEPEST_CAUSE) return false;
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string' && AWAY.test(code)) return true;
  if (error instanceof AggregateError && error.errors.some((one) => isAway(one, depth + 1))) return true;
  return isAway(error.cause, depth + 1);
}

/**
 * What a client is told of a fault that nobody foresaw, over HTTP and sockets: UNAVAILABLE when the database or another service is away,
 * else INTERNAL; with an incident code, under which the caller logs it.
 */
export const faultOf = (error: unknown): ErrorBody & { incident: string } => ({
  code: isAway(error) ? 'UNAVAILABLE' : 'INTERNAL',
  incident: randomBytes(5).toString('hex'),
});
