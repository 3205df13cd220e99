import pino, { type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** Values that never reach a log: secrets, and what tells who a person is. */
const REDACTED = [
  'password',
  'token',
  'cookie',
  'authorization',
  'secret',
  'code',
  'email',
  'phone',
  'identifier',
  'recipient',
  'owner',
  'vin',
];

/**
 * A JSON logger. Personal data and secrets are masked by key, at the first two levels of what is logged; of an error (`err`) only what
 * `describeError` lets through is told.
 */
export function createLogger(options: { name: string; level: string }, destination?: DestinationStream): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    base: { name: options.name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`]), censor: '[masked]' },
  };
  return destination ? pino(settings, destination) : pino(settings);
}

/** What of an error's own properties helps an operator and names nobody. Their values are codes and names of the schema. */
const TOLD = ['constraint_name', 'table_name', 'routine', 'incident', 'syscall', 'attemptsMade'] as const;
const DEEPEST_CAUSE = 5;

/**
 * An error as it is logged. Libraries put into an error what they were given: drizzle the parameters of a statement (addresses, names,
 * password hashes), ioredis the arguments of a command, Postgres the row in doubt. So nothing but type, code, text without values, stack
 * and causes is taken.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error))
    return { type: typeof error, message: typeof error === 'string' ? withoutValues(error) : undefined };
  const property = (name: string): unknown => Reflect.get(error, name);
  const [type, message] = [error.constructor.name, withoutValues(error.message)];
  const told: Record<string, unknown> = { type, message };
  // Not `code`: that key is masked, for it is what one-time codes are called.
  const errorCode = property('code');
  if (typeof errorCode === 'string' || typeof errorCode === 'number') told['errorCode'] = errorCode;
  for (const name of TOLD) if (property(name) !== undefined) told[name] = property(name);
  // Without the lines of the message, which a stack begins with.
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  told['stack'] = [`${type}: ${message}`, ...frames].join('\n');
  if (depth < DEEPEST_CAUSE && error.cause !== undefined) told['cause'] = describeError(error.cause, depth + 1);
  if (depth < DEEPEST_CAUSE && error instanceof AggregateError)
    told['errors'] = error.errors.map((one) => describeError(one, depth + 1));
  return told;
}

/** Without the parameters that drizzle adds, and without the values that Postgres quotes after a colon. */
const withoutValues = (message: string): string => message.replace(/\nparams: [\s\S]*$/, '').replace(/: "[\s\S]*$/, '');

/** Masks an address so that two lines about the same person can still be told to be. */
export const maskAddress = (address: string): string => address.replace(/^(.).*?(@.*|..)$/, '$1…$2');
