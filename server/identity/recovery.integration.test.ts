import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { users, verifications } from '#db/schema/identity.ts';
import { auditLog, messages, outbox } from '#db/schema/platform.ts';
import { createIdentityFixture, PASSWORD, type IdentityFixture } from './testing/identity-fixture.ts';

let fixture: IdentityFixture;
beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

const NEXT = 'lalana vaovao 34';
let people = 0;
let identifier: string;
let session: { cookie: string; userId: string; sessionId: string };
beforeEach(async () => {
  identifier = `lost${++people}@example.mg`;
  session = await fixture.signUp(identifier);
});

const db = () => fixture.database.db;
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
const start = (of: string, address = '198.51.100.1') =>
  fixture.request('POST', '/api/auth/recovery', { body: { identifier: of, locale: 'fr' }, ...from(address) });
const ticketOf = (answer: { body: unknown }) => (answer.body as { ticket: string }).ticket;
const complete = (of: string, ticket: string, code: string | null, password = NEXT) =>
  fixture.request('POST', '/api/auth/recovery/complete', { body: { identifier: of, ticket, code, password } });
const signIn = (password: string, address = '203.0.113.7', of = identifier) =>
  fixture.request('POST', '/api/auth/sign-in', { body: { identifier: of, password }, ...from(address) });

describe('a lost password', () => {
  it('is replaced by whoever has the code: all sessions end, and the person is told', async () => {
    const asked = await start(identifier.toUpperCase());
    expect(asked.status).toBe(202);
    const code = await fixture.sentCode(identifier);
    expect((await complete(identifier, ticketOf(asked), code)).status).toBe(204);
    expect((await fixture.request('GET', '/api/me', { cookie: session.cookie })).status).toBe(401);
    expect((await signIn(PASSWORD)).status).toBe(401);
    expect((await signIn(NEXT)).status).toBe(200);
    const events = await db().select().from(outbox);
    const mine = events.filter(({ payload }) => payload['userId'] === session.userId).map(({ name }) => name);
    expect(mine).toEqual(expect.arrayContaining(['user.password_changed', 'session.ended']));
    const [audit] = await db().select().from(auditLog).where(eq(auditLog.action, 'password.recovered'));
    expect(audit).toMatchObject({ actorId: session.userId, details: { by: 'email', sessionsEnded: 1 } });
  });

  it('is replaced by phone as well, as the number is typed', async () => {
    await fixture.signUp('034 12 400 01', '+261341240001');
    const asked = await start('+261 34 12 400 01');
    const code = await fixture.sentCode('+261341240001');
    expect((await complete('0341240001', ticketOf(asked), code)).status).toBe(204);
    expect((await signIn(NEXT, undefined, '034 12 400 01')).status).toBe(200);
  });

  it('takes a code once, also of two at the same time', async () => {
    const ticket = ticketOf(await start(identifier));
    const code = await fixture.sentCode(identifier);
    const both = await Promise.all([complete(identifier, ticket, code), complete(identifier, ticket, code, 'hafa indray 99')]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 400]);
    expect((await complete(identifier, ticket, code)).body).toEqual({ error: { code: 'CODE_EXPIRED' } });
  });

  it('refuses a weak password before it looks at the code', async () => {
    const ticket = ticketOf(await start(identifier));
    const code = await fixture.sentCode(identifier);
    expect((await complete(identifier, ticket, code, 'motdepasse')).body).toMatchObject({ error: { code: 'PASSWORD_TOO_WEAK' } });
    expect((await complete(identifier, ticket, code)).status).toBe(204);
  });

  it('keeps no code in clear', async () => {
    await start(identifier);
    const code = await fixture.sentCode(identifier);
    const kept = await db()
      .select({ value: verifications.value })
      .from(verifications)
      .where(sql`${verifications.identifier} like ${`recovery:${identifier}:%`}`);
    expect(kept).toHaveLength(1);
    expect(kept[0]?.value).not.toContain(code);
  });
});

describe('a code', () => {
  it('takes five attempts, of the browser that asked alone', async () => {
    const mine = ticketOf(await start(identifier));
    const code = (await fixture.sentCode(identifier)) ?? '';
    const strangers = ticketOf(await start(identifier, '198.51.100.2'));
    const wrong = code === '111111' ? '222222' : '111111';
    for (let left = 4; left >= 0; left--) {
      expect((await complete(identifier, strangers, wrong)).body).toEqual({
        error: { code: 'CODE_INVALID', details: { attemptsLeft: left } },
      });
    }
    expect((await complete(identifier, strangers, wrong)).body).toEqual({ error: { code: 'CODE_EXPIRED' } });
    expect((await complete(identifier, mine, code)).status).toBe(204);
  });

  it('is worth nothing with another ticket, for another address, or after ten minutes', async () => {
    const ticket = ticketOf(await start(identifier));
    const code = await fixture.sentCode(identifier);
    expect((await complete(identifier, crypto.randomUUID(), code)).body).toEqual({ error: { code: 'CODE_EXPIRED' } });
    expect((await complete('other@example.mg', ticket, code)).body).toEqual({ error: { code: 'CODE_EXPIRED' } });
    await db()
      .update(verifications)
      .set({ expiresAt: new Date(Date.now() - 1000) })
      .where(eq(verifications.identifier, `recovery:${identifier}:${ticket}`));
    expect((await complete(identifier, ticket, code)).body).toEqual({ error: { code: 'CODE_EXPIRED' } });
  });

  it('of a disabled account is never sent', async () => {
    await db().update(users).set({ disabledAt: new Date() }).where(eq(users.id, session.userId));
    await start(identifier);
    expect(await fixture.sentCode(identifier)).toBeNull();
  });
});

describe('nobody learns who has an account', () => {
  it('by the answers of both steps', async () => {
    const known = await start(identifier);
    const unknown = await start(`no.${identifier}`);
    expect(known.status).toBe(unknown.status);
    expect(Object.keys(known.body as object)).toEqual(Object.keys(unknown.body as object));
    for (let attempt = 0; attempt < 6; attempt++) {
      const [a, b] = [
        await complete(identifier, ticketOf(known), '000000'),
        await complete(`no.${identifier}`, ticketOf(unknown), '000000'),
      ];
      expect([a.status, a.body]).toEqual([b.status, b.body]);
    }
    const [told] = await db()
      .select()
      .from(messages)
      .where(eq(messages.recipient, `no.${identifier}`));
    expect(told?.template).toBe('recovery_unknown');
  });

  it('by what is done: the same statements, answered at whole steps of time', async () => {
    const took = async (of: string, address: string): Promise<number> => {
      const at = performance.now();
      expect((await start(of, address)).status).toBe(202);
      return performance.now() - at;
    };
    for (let round = 0; round < 4; round++) {
      // No answer comes before the first step is over: what differs between the two lies within it.
      expect(await took(identifier, `192.0.2.${round}`)).toBeGreaterThan(48);
      expect(await took(`no.${identifier}`, `192.0.2.${round}`)).toBeGreaterThan(48);
    }
  });
});

describe('what is tried too often', () => {
  it('is refused from one place, and still answered from another', async () => {
    for (let sent = 0; sent < 5; sent++) expect((await start(identifier)).status).toBe(202);
    expect((await start(identifier)).body).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    expect((await start(identifier, '198.51.100.9')).status).toBe(202);
  });

  it('by a stranger does not lock the person out', async () => {
    for (let wrong = 0; wrong < 10; wrong++) expect((await signIn('wrong words', '198.51.100.66')).status).toBe(401);
    expect((await signIn(PASSWORD, '198.51.100.66')).status).toBe(429);
    expect((await signIn(PASSWORD)).status).toBe(200);
  });

  it('from many places locks at last, until the code lifts it', async () => {
    let locked = false;
    for (let place = 1; place <= 12 && !locked; place++) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => signIn('wrong words', `192.0.2.${place}`)));
      locked = place > 10 && answers.every(({ status }) => status === 429);
    }
    expect(locked).toBe(true);
    expect((await signIn(PASSWORD)).status).toBe(429);
    const ticket = ticketOf(await start(identifier));
    const code = await fixture.sentCode(identifier);
    expect((await complete(identifier, ticket, code)).status).toBe(204);
    expect((await signIn(NEXT)).status).toBe(200);
  }, 30_000);
});
