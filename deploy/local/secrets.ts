import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const Secrets = z.object({ authSecret: z.string(), databasePassword: z.string(), redisPassword: z.string() });
/** Came later than the others: stacks of before have none. */
const WithReceiptKey = Secrets.extend({ receiptKey: z.string() });
export type Secrets = z.infer<typeof WithReceiptKey>;

export const SECRETS_FILE = 'secrets.json';

/** The secrets of a stack, made once: sessions and data outlive a restart. */
export function loadSecrets(directory: string): Secrets {
  const file = path.join(directory, SECRETS_FILE);
  const complete = readJsonFile(file, WithReceiptKey);
  if (complete !== undefined) return complete;
  const known = readJsonFile(file, Secrets);
  const secret = (): string => randomBytes(32).toString('hex');
  const receiptKey = `local-${randomBytes(3).toString('hex')}:${randomBytes(32).toString('base64url')}`;
  const made = { authSecret: secret(), databasePassword: secret(), redisPassword: secret(), ...known, receiptKey };
  writeJsonFile(file, made);
  return made;
}
