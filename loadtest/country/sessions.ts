import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '#db/connect.ts';
import { Role } from '#shared/contracts/identity.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { createSessionCookie, SESSION_SECONDS } from '#server/identity/session-cookie.ts';

/** Somebody who is signed in: what a virtual user needs to be them. */
export const PreparedSession = z.object({
  role: Role,
  userId: z.uuid(),
  officeId: z.uuid().nullable(),
  sessionId: z.uuid(),
  /** Value of the `Cookie` header, for the stack that the sessions were prepared for. */
  cookie: z.string(),
  /** A vehicle of theirs whose tax of the running year is not paid; null: they have none. */
  plate: z.string().nullable(),
});
export type PreparedSession = z.infer<typeof PreparedSession>;

export interface SessionStack {
  /** PUBLIC_ORIGIN and AUTH_SECRET of the stack: they decide the cookie's name and signature. */
  publicOrigin: string;
  authSecret: string;
}

interface Person extends Record<string, unknown> {
  role: Role;
  user_id: string;
  office_id: string | null;
  plate: string | null;
}

const AT_ONCE = 5_000;

/**
 * Signs citizens in, as many as wanted or there are, those first who have a tax to pay; and, with `staff`, everybody at the counters. Real
 * rows, for 24 hours; the staff's have given their second step. Each call makes sessions of its own.
 */
export async function prepareSessions(
  db: Db,
  { count, fiscalYear, staff = true, ...stack }: SessionStack & { count: number; fiscalYear: number; staff?: boolean },
): Promise<PreparedSession[]> {
  const key = deriveKey(stack.authSecret, 'session-cookie').toString('base64url');
  const cookie = createSessionCookie({ publicOrigin: stack.publicOrigin, key });
  const owed = sql`select v.plate from vehicles v where v.owner_id = o.id and not exists (
      select from assessments a where a.vehicle_id = v.id and a.fiscal_year = ${fiscalYear} and a.paid_at is not null)`;
  const of = sql`from owners o join users u on u.id = o.user_id and u.role = 'citizen' and u.disabled_at is null`;
  const owing = await db.execute<Person>(sql`select u.role, u.id as user_id, u.office_id, v.plate ${of}
    cross join lateral (${owed} limit 1) v order by o.user_id limit ${count}`);
  const others = await db.execute<Person>(sql`select u.role, u.id as user_id, u.office_id, null as plate ${of}
    where not exists (${owed}) order by o.user_id limit ${count - owing.length}`);
  const citizens = [...owing, ...others];
  const workers = staff
    ? await db.execute<Person>(sql`select role, id as user_id, office_id, null as plate from users
        where role in ('agent', 'supervisor') and office_id is not null and disabled_at is null order by id`)
    : [];
  const people = [...citizens, ...workers].map((person) => ({ ...person, sessionId: randomUUID() }));
  const rows = people.map(({ user_id, role, sessionId }) => ({
    id: sessionId,
    token: `${sessionId}${randomBytes(24).toString('base64url')}`,
    user_id,
    staff: role !== 'citizen',
  }));
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    await db.execute(sql`
      insert into sessions (id, user_id, token, expires_at, user_agent, second_factor_at)
      select id, user_id, token, now() + make_interval(secs => ${SESSION_SECONDS}), 'load test', case when staff then now() end
      from jsonb_to_recordset(${JSON.stringify(rows.slice(start, start + AT_ONCE))}::jsonb)
        as r(id uuid, user_id uuid, token text, staff boolean)`);
  }
  return people.map(({ role, user_id: userId, office_id: officeId, plate, sessionId }, index) => {
    const [pair = ''] = cookie.issue(rows[index]?.token ?? '').split(';');
    return { role, userId, officeId, sessionId, cookie: pair, plate };
  });
}

/** One session a line. Whoever has the file is signed in as all of them: it stays out of git and is read by its owner alone. */
export function writeSessions(file: string, sessions: readonly PreparedSession[]): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, sessions.map((session) => `${JSON.stringify(session)}\n`).join(''), { mode: 0o600 });
}

export const readSessions = (file: string): PreparedSession[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => PreparedSession.parse(JSON.parse(line)));
