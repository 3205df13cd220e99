import { randomBytes, randomUUID } from 'node:crypto';
import type { Db } from '#db/connect.ts';
import { insertRows } from '#db/insert-rows.ts';
import { sessions } from '#db/schema/identity.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { createSessionCookie, SESSION_SECONDS } from '#server/identity/session-cookie.ts';
import { deriveKey } from '#shared/node/keys.ts';

/** Signs people in, as rows of the database; answers the `Cookie` header of each. */
export async function signIn(db: Db, stack: RunningStack, userIds: readonly string[]): Promise<Map<string, string>> {
  const key = deriveKey(stack.env['AUTH_SECRET'] ?? '', 'session-cookie').toString('base64url');
  const { issue } = createSessionCookie({ publicOrigin: stack.origin, key });
  const expiresAt = new Date(Date.now() + SESSION_SECONDS * 1_000).toISOString() as unknown as Date;
  const rows = userIds.map((userId) => {
    const id = randomUUID();
    return { id, userId, token: `${id}${randomBytes(24).toString('base64url')}`, expiresAt, userAgent: 'bench' };
  });
  await insertRows(db, sessions, rows);
  return new Map(rows.map(({ userId, token }) => [userId, issue(token).split(';', 1)[0] ?? '']));
}
