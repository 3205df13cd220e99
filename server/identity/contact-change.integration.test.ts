import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { users } from '#db/schema/identity.ts';
import { messages, outbox } from '#db/schema/platform.ts';
import { createIdentityFixture, PASSWORD, type IdentityFixture } from './testing/identity-fixture.ts';

let fixture: IdentityFixture;
beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

let people = 0;
let old: string;
let next: string;
let session: { cookie: string; userId: string };
beforeEach(async () => {
  people += 1;
  [old, next] = [`old${people}@example.mg`, `new${people}@example.mg`];
  session = await fixture.signUp(old);
});

const post = (path: string, body: unknown, cookie = session.cookie) => fixture.request('POST', path, { body, cookie });
const start = (identifier: string, password = PASSWORD, cookie = session.cookie) =>
  post('/api/auth/contact', { identifier, password, locale: 'fr' }, cookie);
const complete = (identifier: string, code: string | null, cookie = session.cookie) =>
  post('/api/auth/contact/complete', { identifier, code }, cookie);
const signIn = (identifier: string) => fixture.request('POST', '/api/auth/sign-in', { body: { identifier, password: PASSWORD } });
const messagesTo = (recipient: string) => fixture.database.db.select().from(messages).where(eq(messages.recipient, recipient));

describe('another address', () => {
  it('is taken once its code is given: the old one is told, and signs in no more', async () => {
    expect(await start(next)).toMatchObject({ status: 202, body: {} });
    expect((await signIn(old)).status).toBe(200);
    const answer = await complete(next, await fixture.sentCode(next));
    expect(answer).toMatchObject({ status: 200, body: { email: next, phone: null } });
    expect((await messagesTo(old)).map(({ template }) => template)).toContain('email_moved');
    const told = await fixture.database.db
      .select()
      .from(outbox)
      .where(and(eq(outbox.name, 'user.email_changed')));
    expect(told.map(({ payload }) => payload['userId'])).toContain(session.userId);
    expect((await signIn(old)).status).toBe(401);
    expect((await signIn(next)).status).toBe(200);
    expect((await fixture.request('GET', '/api/me', { cookie: session.cookie })).status).toBe(200);
  });

  it('of the other kind is a second way to sign in', async () => {
    const phone = `+26134125${String(people).padStart(4, '0')}`;
    await start(phone);
    const answer = await complete(phone, await fixture.sentCode(phone));
    expect(answer.body).toMatchObject({ email: old, phone });
    expect((await signIn(old)).status).toBe(200);
    expect((await signIn(phone)).status).toBe(200);
    const [user] = await fixture.database.db.select().from(users).where(eq(users.id, session.userId));
    expect(user).toMatchObject({ emailVerified: true, phoneVerified: true });
  });

  it('given to who signed up by phone takes the place of the made-up one', async () => {
    const phone = `+26134126${String(people).padStart(4, '0')}`;
    const other = await fixture.signUp(phone);
    await start(next, PASSWORD, other.cookie);
    const answer = await complete(next, await fixture.sentCode(next), other.cookie);
    expect(answer.body).toMatchObject({ email: next, phone });
    const invalid = (await fixture.database.db.select().from(messages)).filter(({ recipient }) => recipient.endsWith('.invalid'));
    expect(invalid).toHaveLength(0);
  });

  it('ends codes for a lost password that the old one was sent', async () => {
    const asked = await fixture.request('POST', '/api/auth/recovery', { body: { identifier: old, locale: 'fr' } });
    const { ticket } = asked.body as { ticket: string };
    const stolen = await fixture.sentCode(old);
    await start(next);
    await complete(next, await fixture.sentCode(next));
    const answer = await fixture.request('POST', '/api/auth/recovery/complete', {
      body: { identifier: old, ticket, code: stolen, password: 'hafa indray 99' },
    });
    expect(answer.body).toEqual({ error: { code: 'CODE_EXPIRED' } });
  });
});

describe('what is refused', () => {
  it('a wrong password, no session, and what is no address', async () => {
    expect((await start(next, 'wrong words')).body).toMatchObject({ error: { code: 'INVALID_CREDENTIALS' } });
    expect((await start(next, PASSWORD, '')).status).toBe(401);
    expect((await start('hanta')).body).toMatchObject({ error: { code: 'INVALID_INPUT', details: { fields: ['identifier'] } } });
    expect((await start(old)).body).toMatchObject({ error: { code: 'CONFLICT' } });
    expect(await messagesTo(next)).toHaveLength(0);
  });

  it('an address that somebody has: answered alike, the code fails, and they are told', async () => {
    await fixture.signUp(next);
    const [taken, free] = [await start(next), await start(`free.${next}`)];
    expect([taken.status, taken.body]).toEqual([free.status, free.body]);
    const [a, b] = [await complete(next, '000000'), await complete(`free.${next}`, '000000')];
    expect([a.status, a.body]).toEqual([b.status, b.body]);
    expect((await messagesTo(next)).map(({ template }) => template)).toContain('contact_taken');
  });

  it('an address that two want at once: one gets it, the other is not told whose it is', async () => {
    const other = await fixture.signUp(`other.${old}`);
    await start(next);
    const mine = await fixture.sentCode(next);
    await start(next, PASSWORD, other.cookie);
    const theirs = await fixture.sentCode(next);
    const both = await Promise.all([complete(next, mine), complete(next, theirs, other.cookie)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(both.find(({ status }) => status === 400)?.body).toEqual({ error: { code: 'CODE_EXPIRED' } });
  });

  it('a code of somebody else, one used before, and the sixth address in an hour', async () => {
    const other = await fixture.signUp(`other.${old}`);
    await start(next);
    const code = await fixture.sentCode(next);
    expect((await complete(next, code, other.cookie)).body).toEqual({ error: { code: 'CODE_EXPIRED' } });
    expect((await complete(next, code)).status).toBe(200);
    expect((await complete(next, code)).body).toEqual({ error: { code: 'CODE_EXPIRED' } });
    for (let sent = 0; sent < 4; sent++) expect((await start(`${sent}.${next}`)).status).toBe(202);
    expect((await start(`last.${next}`)).status).toBe(429);
  });
});
