import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { offices, accounts, sessions, users } from '#db/schema/identity.ts';
import { deleteExpiredSessions } from '#db/upkeep.repository.ts';
import { auditLog, outbox } from '#db/schema/platform.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { absentRedis } from '#shared/node/testing/test-redis.ts';
import { createAuthenticator } from './authenticator.ts';
import { createBetterAuth, createIdentityLibrary } from './better-auth.ts';
import { createSessionCache } from './session-cache.service.ts';
import { createIdentityFixture, ORIGIN, PASSWORD, SECRET, type IdentityFixture } from './testing/identity-fixture.ts';

let fixture: IdentityFixture;
beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

let person = 0;
let session: { cookie: string; userId: string; sessionId: string };
let identifier: string;
beforeEach(async () => {
  identifier = `person${++person}@example.mg`;
  session = await fixture.signUp(identifier);
});

const db = () => fixture.database.db;
const authenticate = (cookie = session.cookie) => fixture.identity.authenticator.authenticate(cookie);
const signIn = (password = PASSWORD) => fixture.request('POST', '/api/auth/sign-in', { body: { identifier, password } });
const endings = async () =>
  (await db().select().from(outbox).where(eq(outbox.name, 'session.ended'))).map((row) => row.payload['sessionId']);
/** What the relay does when it handles `session.ended`. */
const relay = () => fixture.identity.sessions.tombstone(session.sessionId);

describe('a session', () => {
  it('says who is there, from Postgres and then from the cache', async () => {
    const viewer = { userId: session.userId, sessionId: session.sessionId, role: 'citizen', officeId: null };
    const first = await authenticate();
    expect(first?.viewer).toEqual(viewer);
    expect(first?.expiresAt.getTime()).toBeGreaterThan(Date.now() + 23.9 * 3600_000);
    expect(await authenticate(`other=1; ${session.cookie}; more=2`)).toEqual(first);
    expect(await fixture.identity.sessions.read(session.sessionId)).toMatchObject({ state: 'alive' });
  });

  it.each(['', 'x=y', 'vignette-00000000=abc'])('is nobody’s with the cookie %j', async (cookie) =>
    expect(await authenticate(cookie)).toBeNull(),
  );

  it('is nobody’s when a character of the token or of the signature differs', async () => {
    const at = session.cookie.indexOf('=') + 5;
    const swapped = session.cookie.at(at) === 'a' ? 'b' : 'a';
    expect(await authenticate(session.cookie.slice(0, at) + swapped + session.cookie.slice(at + 1))).toBeNull();
    expect(await authenticate(session.cookie.replace(/.(?=%3D$|=?$)/, (c) => (c === 'A' ? 'B' : 'A')))).toBeNull();
  });

  it('is told alive among others in one query', async () => {
    const other = crypto.randomUUID();
    expect(await fixture.identity.authenticator.stillValid([session.sessionId, other])).toEqual(new Set([session.sessionId]));
    expect(await fixture.identity.authenticator.stillValid([])).toEqual(new Set());
  });
});

describe('every way a session ends', () => {
  beforeEach(async () => {
    expect(await authenticate()).not.toBeNull();
  });
  const dead = async () => {
    expect(await authenticate()).toBeNull();
    expect((await fixture.request('GET', '/api/me', { cookie: session.cookie })).status).toBe(401);
    expect(await fixture.identity.authenticator.stillValid([session.sessionId])).toEqual(new Set());
    expect(await endings()).toContain(session.sessionId);
  };

  it('sign-out', async () => {
    const woken = fixture.woken();
    const answer = await fixture.request('POST', '/api/auth/sign-out', { cookie: session.cookie });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toMatch(/=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(fixture.woken()).toBe(woken + 1);
    await dead();
    expect((await fixture.request('POST', '/api/auth/sign-out', { cookie: session.cookie })).status).toBe(204);
  });

  it('ended from another browser', async () => {
    const other = await signIn();
    const list = await fixture.request('GET', '/api/auth/sessions', {
      cookie: other.cookie ?? '',
      headers: { 'user-agent': 'x' },
    });
    expect(list.body).toMatchObject([{ current: true }, { id: session.sessionId, current: false }]);
    const answer = await fixture.request('DELETE', `/api/auth/sessions/${session.sessionId}`, { cookie: other.cookie ?? '' });
    expect(answer.status).toBe(204);
    await dead();
    expect(
      (await fixture.request('DELETE', `/api/auth/sessions/${session.sessionId}`, { cookie: other.cookie ?? '' })).status,
    ).toBe(404);
  });

  it('the password changed in another browser, which stays', async () => {
    const other = (await signIn()).cookie ?? '';
    const answer = await fixture.request('POST', '/api/auth/password', {
      cookie: other,
      body: { current: PASSWORD, next: 'other words here' },
    });
    expect(answer.status).toBe(204);
    await dead();
    expect(await authenticate(other)).not.toBeNull();
    expect((await signIn()).status).toBe(401);
    expect((await signIn('other words here')).status).toBe(200);
  });

  it('expiry', async () => {
    const later = createAuthenticator({
      db: db(),
      cookie: fixture.identity.cookie,
      cache: fixture.identity.sessions,
      now: () => Date.now() + 24 * 3600_000,
    });
    expect(await later.authenticate(session.cookie)).toBeNull();
    await db()
      .update(sessions)
      .set({ expiresAt: new Date(Date.now() - 1) })
      .where(eq(sessions.id, session.sessionId));
    expect(await fixture.identity.authenticator.stillValid([session.sessionId])).toEqual(new Set());
    expect(await deleteExpiredSessions(db(), new Date(), 100)).toBe(1);
    await relay();
    await dead();
  });

  it.each([
    ['role', { role: 'agent' }],
    ['account disabled', { disabledAt: new Date() }],
  ])('rights changed: %s', async (_what, change) => {
    await db().update(users).set(change).where(eq(users.id, session.userId));
    await relay();
    await dead();
  });

  it('rights changed: another office', async () => {
    const [office] = await db().insert(offices).values({ code: 'A', name: 'A', city: 'A' }).returning();
    await db()
      .update(users)
      .set({ officeId: office?.id ?? null })
      .where(eq(users.id, session.userId));
    await relay();
    await dead();
  });

  it('the user deleted', async () => {
    await db().delete(users).where(eq(users.id, session.userId));
    await relay();
    await dead();
  });

  it('a plain DELETE', async () => {
    await db().execute(sql`delete from sessions where id = ${session.sessionId}`);
    await relay();
    await dead();
  });
});

describe('ends that race', () => {
  it('a cache fill that lands after the end does not revive the session', async () => {
    const { sessions: cache, cookie } = fixture.identity;
    const racing = createAuthenticator({
      db: db(),
      cookie,
      // Read from Postgres; then the session ends; then what was read is cached.
      cache: {
        ...cache,
        fill: async (...entry) => {
          await db().delete(sessions).where(eq(sessions.id, session.sessionId));
          await relay();
          await cache.fill(...entry);
        },
      },
    });
    await racing.authenticate(session.cookie);
    expect(await fixture.redis.cache.get(`${fixture.prefix}session:${session.sessionId}`)).not.toBeNull();
    expect(await authenticate()).toBeNull();
  });

  it('an entry read long ago is not trusted, however late it was written', async () => {
    const { sessions: cache } = fixture.identity;
    const entry = { userId: session.userId, role: 'citizen' as const, officeId: null, expiresAt: Date.now() + 3600_000 };
    await cache.fill(session.sessionId, { ...entry, readAt: Date.now() - 61_000 });
    expect(await cache.read(session.sessionId)).toEqual({ state: 'unknown' });
    await cache.fill(session.sessionId, { ...entry, readAt: Date.now() - 50_000 });
    expect(await cache.read(session.sessionId)).toMatchObject({ state: 'alive' });
  });

  it('a sign-in whose password was changed meanwhile leaves no session', async () => {
    const { createSignIn } = await import('./sign-in.ts');
    const { createIdentityLimits } = await import('./identity-limits.ts');
    const { createRateLimits } = await import('../http/rate-limits.ts');
    const { countryOf } = await import('#shared/domain/countries/countries.ts');
    const key = deriveKey(SECRET, 'session-cookie');
    const logger = silentLogger();
    const library = await createIdentityLibrary({
      db: db(),
      cookieName: 'x',
      publicOrigin: ORIGIN,
      key: key.toString('base64url'),
      logger,
    });
    const racing = createSignIn({
      db: db(),
      library: {
        ...library,
        async signIn(...input) {
          const opened = await library.signIn(...input);
          await db().update(accounts).set({ password: 'changed' }).where(eq(accounts.userId, session.userId));
          return opened;
        },
      },
      sessions: fixture.identity.sessions,
      limits: createIdentityLimits(createRateLimits({ redis: fixture.redis.queues, prefix: fixture.prefix, key })),
      notifier: { wake: () => undefined },
      country: countryOf('MG'),
      logger,
      keys: { codes: key, messages: key },
    });
    await expect(
      racing({ identifier, password: PASSWORD }, { clientAddress: '203.0.113.9', userAgent: undefined }),
    ).rejects.toMatchObject({
      code: 'INVALID_CREDENTIALS',
    });
    const left = await db().select({ id: sessions.id }).from(sessions).where(eq(sessions.userId, session.userId));
    expect(left).toEqual([{ id: session.sessionId }]);
  });
});

describe('while Redis is away', () => {
  it('sessions come from Postgres, and their end shows at once', async () => {
    const away = absentRedis();
    try {
      for (const redis of [
        { queues: away, cache: away },
        { queues: away, cache: fixture.redis.cache },
        { queues: fixture.redis.queues, cache: away },
      ]) {
        session = await fixture.signUp(`away${++person}@example.mg`);
        const cache = createSessionCache({ ...redis, prefix: fixture.prefix, logger: silentLogger() });
        const authenticator = createAuthenticator({ db: db(), cookie: fixture.identity.cookie, cache });
        expect((await authenticator.authenticate(session.cookie))?.viewer.userId).toBe(session.userId);
        await db().delete(sessions).where(eq(sessions.id, session.sessionId));
        if (redis.queues !== away) await cache.tombstone(session.sessionId);
        else await expect(cache.tombstone(session.sessionId)).rejects.toThrow();
        expect(await authenticator.authenticate(session.cookie)).toBeNull();
      }
    } finally {
      away.disconnect();
    }
  });
});

describe('sign-in', () => {
  it('answers an unknown identifier, a wrong password and a disabled account alike, and audits without a name', async () => {
    const wrong = await signIn('not the password');
    const unknown = await fixture.request('POST', '/api/auth/sign-in', {
      body: { identifier: 'nobody@example.mg', password: PASSWORD },
    });
    const nonsense = await fixture.request('POST', '/api/auth/sign-in', { body: { identifier: 'nonsense', password: PASSWORD } });
    await db().update(users).set({ disabledAt: new Date() }).where(eq(users.id, session.userId));
    const disabled = await signIn();
    for (const answer of [wrong, unknown, nonsense, disabled]) {
      expect(answer).toMatchObject({ status: 401, body: { error: { code: 'INVALID_CREDENTIALS' } }, cookie: undefined });
      expect(answer.body).toEqual(wrong.body);
    }
    const audit = await db().select().from(auditLog).where(eq(auditLog.action, 'session.refused'));
    expect(audit.map((row) => row.entityId)).toEqual(expect.arrayContaining([session.userId, 'unknown']));
    expect(JSON.stringify(audit)).not.toContain('@');
  });

  it('is limited by identifier and address, however the identifier is typed', async () => {
    for (let tried = 0; tried < 10; tried++) expect((await signIn('wrong')).status).toBe(401);
    const answer = await fixture.request('POST', '/api/auth/sign-in', {
      body: { identifier: identifier.toUpperCase(), password: PASSWORD },
    });
    expect(answer).toMatchObject({ status: 429, body: { error: { code: 'RATE_LIMITED' } } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(890);
  });

  it('that succeeds gives the attempts back', async () => {
    for (let tried = 0; tried < 9; tried++) await signIn('wrong');
    expect((await signIn()).status).toBe(200);
    expect((await signIn('wrong')).status).toBe(401);
  });

  it('keeps to the cookie form of the library', async () => {
    const key = deriveKey(SECRET, 'session-cookie').toString('base64url');
    const { cookie } = fixture.identity;
    const auth = createBetterAuth({ db: db(), cookieName: cookie.name, publicOrigin: ORIGIN, key, logger: silentLogger() });
    const answer = await auth.api.signInEmail({ body: { email: identifier, password: PASSWORD }, asResponse: true });
    const theirs = answer.headers.get('set-cookie')?.split(';')[0];
    expect((await authenticate(theirs))?.viewer.userId).toBe(session.userId);
    const read = await auth.api.getSession({ headers: new Headers({ cookie: session.cookie }) });
    expect(read?.session.id).toBe(session.sessionId);
  });
});

describe('the password', () => {
  it('is not changed with a wrong one, nor to a weak one', async () => {
    const change = (current: string, next: string) =>
      fixture.request('POST', '/api/auth/password', { cookie: session.cookie, body: { current, next } });
    expect(await change('wrong', 'other words here')).toMatchObject({
      status: 401,
      body: { error: { code: 'INVALID_CREDENTIALS' } },
    });
    expect(await change(PASSWORD, 'azertyuiop')).toMatchObject({ status: 400, body: { error: { code: 'PASSWORD_TOO_WEAK' } } });
    expect(await change(PASSWORD, 'short')).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_INPUT', details: { fields: ['next'] } } },
    });
    expect((await signIn()).status).toBe(200);
  });
});

describe('the end of somebody else’s session', () => {
  it('is refused as if it were not there', async () => {
    const other = await fixture.signUp(`other${person}@example.mg`);
    const answer = await fixture.request('DELETE', `/api/auth/sessions/${session.sessionId}`, { cookie: other.cookie });
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
    expect(await authenticate()).not.toBeNull();
  });
});

describe('the handshake', () => {
  it('costs under a millisecond when the session is cached', async () => {
    await authenticate();
    for (let warm = 0; warm < 200; warm++) await authenticate();
    const took: number[] = [];
    for (let round = 0; round < 1_000; round++) {
      const started = performance.now();
      await authenticate();
      took.push(performance.now() - started);
    }
    const median = took.toSorted((a, b) => a - b)[500];
    console.log(`authenticate, cached: median ${median?.toFixed(3)} ms`);
    expect(median).toBeLessThan(1);
  });
});
