import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const Secrets = z.object({ authSecret: z.string(), databasePassword: z.string(), redisPassword: z.string() });
export type Secrets = z.infer<typeof Secrets>;

/** The secrets of a stack, made once: sessions and data outlive a restart. */
export function loadSecrets(directory: string): Secrets {
  const file = path.join(directory, 'secrets.json');
  const known = readJsonFile(file, Secrets);
  if (known !== undefined) return known;
  const secret = (): string => randomBytes(32).toString('hex');
  const made = { authSecret: secret(), databasePassword: secret(), redisPassword: secret() };
  writeJsonFile(file, made);
  return made;
}
