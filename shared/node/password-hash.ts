import { hash, verify } from '@node-rs/argon2';

/**
 * Argon2id (the package's default kind) with the parameters of the OWASP password storage cheat sheet: 19 MiB, two passes, one lane.
 * About 20 ms of one core. The hash names its own parameters, so that they can be raised later.
 */
export const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFKC'), ARGON2);

/** Whether a password is the one hashed; false for a hash that cannot be read. */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  return verify(stored, password.normalize('NFKC')).catch(() => false);
}
