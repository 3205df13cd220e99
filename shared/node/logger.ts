import pino, { type Logger } from 'pino';

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

/** A JSON logger. Personal data and secrets are masked by key, at the first two levels of what is logged. */
export function createLogger(options: { name: string; level: string }): Logger {
  return pino({
    name: options.name,
    level: options.level,
    base: { name: options.name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`]), censor: '[masked]' },
  });
}

/** Masks an address so that two lines about the same person can still be told to be. */
export const maskAddress = (address: string): string => address.replace(/^(.).*?(@.*|..)$/, '$1…$2');
