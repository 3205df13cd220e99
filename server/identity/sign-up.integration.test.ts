import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accounts, users, verifications } from '#db/schema/identity.ts';
import { auditLog, messages, outbox } from '#db/schema/platform.ts';
import { createIdentityFixture, PASSWORD, type IdentityFixture } from './testing/identity-fixture.ts';

let fixture: IdentityFixture;
beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

const start = (identifier: string) => fixture.request('POST', '/api/auth/sign-up', { body: { identifier, locale: 'fr' } });
const complete = (identifier: string, code: string | null, password = PASSWORD) =>
  fixture.request('POST', '/api/auth/sign-up/complete', {
    body: { identifier, code, name: 'Hanta Rabe', password, locale: 'fr' },
  });

describe('sign-up by e-mail', () => {
  it('sends a code, makes a verified user and signs in', async () => {
    expect(await start('Hanta@Example.mg')).toMatchObject({ status: 202, body: {} });
    const code = await fixture.sentCode('hanta@example.mg');
    expect(code).toMatch(/^\d{6}$/);
    const answer = await complete(' hanta@example.MG', code);
    expect(answer).toMatchObject({
      status: 201,
      body: { name: 'Hanta Rabe', email: 'hanta@example.mg', phone: null, role: 'citizen', locale: 'fr' },
    });
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^vignette-[0-9a-f]{8}=\S+; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const me = await fixture.request('GET', '/api/me', { cookie: answer.cookie ?? '' });
    expect(me).toMatchObject({ status: 200, body: answer.body });

    const { userId } = me.body as { userId: string };
    const [user] = await fixture.database.db.select().from(users).where(eq(users.id, userId));
    expect(user).toMatchObject({ emailVerified: true, emailSynthetic: false });
    const [account] = await fixture.database.db.select().from(accounts).where(eq(accounts.userId, userId));
    expect(account?.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const events = await fixture.database.db.select({ name: outbox.name, payload: outbox.payload }).from(outbox);
    expect(events).toContainEqual({ name: 'user.created', payload: { userId, locale: 'fr' } });
    const audit = await fixture.database.db.select().from(auditLog).where(eq(auditLog.entityId, userId));
    expect(audit).toMatchObject([{ action: 'user.signed_up', actorId: userId, details: { by: 'email' } }]);
  });

  it('keeps no code in clear', async () => {
    await start('clear@example.mg');
    const code = await fixture.sentCode('clear@example.mg');
    const rows = [
      ...(await fixture.database.db.select().from(messages).where(eq(messages.recipient, 'clear@example.mg'))),
      ...(await fixture.database.db.select().from(verifications).where(eq(verifications.identifier, 'sign-up:clear@example.mg'))),
    ].map(({ id: _id, ...row }) => ({ ...row, createdAt: null, updatedAt: null, expiresAt: null }));
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain(code);
  });

  it('gives a code once', async () => {
    await start('once@example.mg');
    const code = await fixture.sentCode('once@example.mg');
    const [first, second] = await Promise.all([complete('once@example.mg', code), complete('once@example.mg', code)]);
    expect([first.status, second.status].sort()).toEqual([201, 400]);
  });
});

describe('sign-up by phone', () => {
  it('has no e-mail to show, and is found again as the number is typed', async () => {
    const { cookie } = await fixture.signUp('034 12 345 67', '+261341234567');
    expect((await fixture.request('GET', '/api/me', { cookie })).body).toMatchObject({ email: null, phone: '+261341234567' });
    const answer = await fixture.request('POST', '/api/auth/sign-in', {
      body: { identifier: '+261 34 12 345 67', password: PASSWORD },
    });
    expect(answer).toMatchObject({ status: 200, body: { email: null, phone: '+261341234567' } });
  });

  it('does not let the made-up e-mail sign in', async () => {
    const { userId } = await fixture.signUp('034 12 345 68', '+261341234568');
    const [user] = await fixture.database.db.select().from(users).where(eq(users.id, userId));
    const answer = await fixture.request('POST', '/api/auth/sign-in', { body: { identifier: user?.email, password: PASSWORD } });
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'INVALID_CREDENTIALS' } } });
  });
});

describe('nobody learns who has an account', () => {
  it('answers the first step alike, and writes to the person instead', async () => {
    await fixture.signUp('known@example.mg');
    const known = await start('known@example.mg');
    const unknown = await start('unknown@example.mg');
    expect(known.status).toBe(unknown.status);
    expect(known.body).toEqual(unknown.body);
    expect([...known.headers.keys()].sort()).toEqual([...unknown.headers.keys()].sort());
    const templates = await fixture.database.db
      .select({ template: messages.template, recipient: messages.recipient })
      .from(messages);
    expect(templates).toContainEqual({ template: 'account_exists', recipient: 'known@example.mg' });
  });

  it('answers the second step alike', async () => {
    for (let attempt = 0; attempt < 7; attempt++) {
      const known = await complete('known@example.mg', '000000');
      const unknown = await complete('unknown@example.mg', '000000');
      expect(known.status).toBe(unknown.status);
      expect(known.body).toEqual(unknown.body);
    }
  });
});

describe('codes', () => {
  it('take five attempts, then the right one is refused as well', async () => {
    await start('guess@example.mg');
    const code = await fixture.sentCode('guess@example.mg');
    const wrong = code === '111111' ? '222222' : '111111';
    for (let left = 4; left >= 0; left--) {
      expect((await complete('guess@example.mg', wrong)).body).toEqual({
        error: { code: 'CODE_INVALID', details: { attemptsLeft: left } },
      });
    }
    expect((await complete('guess@example.mg', code)).body).toEqual({ error: { code: 'CODE_EXPIRED' } });
  });

  it('end after ten minutes, and with the next one sent', async () => {
    await start('late@example.mg');
    const old = await fixture.sentCode('late@example.mg');
    await fixture.database.db
      .update(verifications)
      .set({ expiresAt: new Date(Date.now() - 1000) })
      .where(eq(verifications.identifier, 'sign-up:late@example.mg'));
    expect((await complete('late@example.mg', old)).body).toEqual({ error: { code: 'CODE_EXPIRED' } });
    await start('late@example.mg');
    const fresh = await fixture.sentCode('late@example.mg');
    if (fresh !== old) expect((await complete('late@example.mg', old)).body).toMatchObject({ error: { code: 'CODE_INVALID' } });
    expect((await complete('late@example.mg', fresh)).status).toBe(201);
  });
});

describe('what is refused', () => {
  it.each(['password', 'Motdepasse1', '12345678', 'aaaaaaaa', 'azertyuiop', 'weak.person'])(
    'the password %j',
    async (password) => {
      const answer = await complete('weak.person@example.mg', '123456', password);
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'PASSWORD_TOO_WEAK' } } });
    },
  );

  it('an identifier that is none', async () => {
    expect(await start('hanta')).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_INPUT', details: { fields: ['identifier'] } } },
    });
  });

  it('the sixth code in an hour', async () => {
    for (let sent = 0; sent < 5; sent++) expect((await start('many@example.mg')).status).toBe(202);
    const answer = await start('Many@example.mg');
    expect(answer).toMatchObject({ status: 429, body: { error: { code: 'RATE_LIMITED' } } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3500);
  });
});
