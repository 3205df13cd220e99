import { desc, eq } from 'drizzle-orm';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backupCodes, secondFactors, sessions, users } from '#db/schema/identity.ts';
import { auditLog } from '#db/schema/platform.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';
import { createSessionUse } from '../staff-sessions.ts';
import { createIdentityFixture, PASSWORD, type Answer, type IdentityFixture } from '../testing/identity-fixture.ts';

const STEP_MS = 30_000;
/** The clock of the codes; the sessions' is the database's own. */
let now = new Date('2026-03-02T08:00:05Z');
let fixture: IdentityFixture;
beforeAll(async () => {
  fixture = await createIdentityFixture(undefined, () => now);
});
afterAll(() => fixture.close());

let person = 0;
let email: string;
let userId: string;
beforeEach(async () => {
  email = `agent${++person}@example.mg`;
  ({ userId } = await fixture.signUp(email));
  await fixture.database.db.update(users).set({ role: 'agent' }).where(eq(users.id, userId));
  now = new Date(now.getTime() + 10 * STEP_MS);
});

const db = () => fixture.database.db;
const post = (path: string, cookie: string, body?: unknown): Promise<Answer> =>
  fixture.request('POST', path, { cookie, ...(body === undefined ? {} : { body }) });
const get = (path: string, cookie: string): Promise<Answer> => fixture.request('GET', path, { cookie });
const codeOf = (answer: Answer): unknown => (answer.body as { error?: { code: string } } | null)?.error?.code;
const totp = (secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now.getTime() + steps * STEP_MS });
async function signIn(): Promise<string> {
  const answer = await fixture.request('POST', '/api/auth/sign-in', { body: { identifier: email, password: PASSWORD } });
  expect(answer.status).toBe(200);
  return answer.cookie ?? '';
}
/** Signs in and enrols; answers the secret, the codes on paper and the cookie of that session. */
async function enrol(): Promise<{ secret: string; codes: string[]; cookie: string }> {
  const cookie = await signIn();
  const { secret } = (await post('/api/auth/second-factor/begin', cookie)).body as { secret: string };
  const { codes } = (await post('/api/auth/second-factor/confirm', cookie, { code: totp(secret) })).body as { codes: string[] };
  now = new Date(now.getTime() + 3 * STEP_MS);
  return { secret, codes, cookie };
}
const audited = async () =>
  (await db().select().from(auditLog).where(eq(auditLog.actorId, userId)).orderBy(desc(auditLog.id))).map(({ action }) => action);
/** Nothing that a session opens is open. */
async function opensNothing(cookie: string, step: 'code' | 'enrol'): Promise<void> {
  for (const [method, path] of [
    ['GET', '/api/me'],
    ['GET', '/api/auth/sessions'],
    ['GET', '/api/auth/second-factor'],
    ['POST', '/api/auth/second-factor/codes'],
    ['POST', '/api/auth/stay'],
    ['POST', '/api/auth/password'],
    ['POST', '/api/auth/contact'],
  ] as const) {
    const answer = await fixture.request(method, path, { cookie });
    expect([path, answer.status, answer.body]).toEqual([
      path,
      403,
      { error: { code: 'SECOND_FACTOR_REQUIRED', details: { step } } },
    ]);
  }
  await expect(fixture.identity.authenticator.authenticate(cookie)).rejects.toMatchObject({ code: 'SECOND_FACTOR_REQUIRED' });
}

describe('the first sign-in of one of the staff', () => {
  it('opens nothing before a device is set up, and works from there on', async () => {
    const cookie = await signIn();
    await opensNothing(cookie, 'enrol');
    const begun = await post('/api/auth/second-factor/begin', cookie);
    const { secret, uri } = begun.body as { secret: string; uri: string };
    expect(Buffer.from(Secret.fromBase32(secret).buffer).length).toBe(20);
    expect(uri).toBe(
      `otpauth://totp/Vignette:${encodeURIComponent(email)}?issuer=Vignette&secret=${secret}&algorithm=SHA1&digits=6&period=30`,
    );
    expect((await post('/api/auth/second-factor/begin', cookie)).body).toEqual(begun.body);
    expect(codeOf(await post('/api/auth/second-factor/confirm', cookie, { code: totp(secret, 4) }))).toBe(
      'SECOND_FACTOR_INVALID',
    );
    await opensNothing(cookie, 'enrol');
    const confirmed = await post('/api/auth/second-factor/confirm', cookie, { code: totp(secret) });
    expect(new Set((confirmed.body as { codes: string[] }).codes).size).toBe(10);
    expect((await get('/api/me', cookie)).status).toBe(200);
    expect(await audited()).toEqual(expect.arrayContaining(['second_factor.enrolled', 'second_factor.refused']));
  });

  it('keeps neither the secret nor the codes on paper in clear', async () => {
    const { secret, codes } = await enrol();
    const [factor] = await db().select().from(secondFactors).where(eq(secondFactors.userId, userId));
    const kept = JSON.stringify([factor, await db().select().from(backupCodes).where(eq(backupCodes.userId, userId))]);
    expect(factor?.sealedSecret).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    for (const text of [secret, ...codes, ...codes.map((code) => code.replace('-', ''))]) expect(kept).not.toContain(text);
  });

  it('shows a secret to the session that asked, and another to another', async () => {
    const [mine, theirs] = [await signIn(), await signIn()];
    const first = (await post('/api/auth/second-factor/begin', mine)).body as { secret: string };
    const second = (await post('/api/auth/second-factor/begin', theirs)).body as { secret: string };
    expect(second.secret).not.toBe(first.secret);
    expect(codeOf(await post('/api/auth/second-factor/confirm', mine, { code: totp(first.secret) }))).toBe(
      'SECOND_FACTOR_NOT_BEGUN',
    );
    expect((await post('/api/auth/second-factor/confirm', theirs, { code: totp(second.secret) })).status).toBe(200);
    // The first waits for a code now: the device is not its to set up any more.
    for (const path of ['begin', 'confirm'])
      expect(codeOf(await post(`/api/auth/second-factor/${path}`, mine, { code: '123456' }))).toBe('SECOND_FACTOR_REQUIRED');
  });
});

describe('a sign-in with a device', () => {
  it('waits for a code, takes it once, and no older one', async () => {
    const { secret } = await enrol();
    const [first, second] = [await signIn(), await signIn()];
    await opensNothing(first, 'code');
    const code = totp(secret);
    expect((await post('/api/auth/second-factor', first, { code: `${code.slice(0, 3)} ${code.slice(3)}` })).status).toBe(204);
    expect((await get('/api/me', first)).status).toBe(200);
    expect(codeOf(await post('/api/auth/second-factor', second, { code }))).toBe('SECOND_FACTOR_USED');
    expect(codeOf(await post('/api/auth/second-factor', second, { code: totp(secret, -1) }))).toBe('SECOND_FACTOR_USED');
    await opensNothing(second, 'code');
    expect((await post('/api/auth/second-factor', second, { code: totp(secret, 1) })).status).toBe(204);
  });

  it('takes a code one step off, not two', async () => {
    const { secret } = await enrol();
    const cookie = await signIn();
    for (const off of [-2, 2])
      expect(codeOf(await post('/api/auth/second-factor', cookie, { code: totp(secret, off) }))).toBe('SECOND_FACTOR_INVALID');
    expect((await post('/api/auth/second-factor', cookie, { code: totp(secret, -1) })).status).toBe(204);
  });

  it('of two that give the same code at once, lets one in', async () => {
    const { secret } = await enrol();
    const cookies = await Promise.all(Array.from({ length: 4 }, signIn));
    const code = totp(secret);
    const answers = await Promise.all(cookies.map((cookie) => post('/api/auth/second-factor', cookie, { code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400, 400, 400]);
  });

  it('takes each code on paper once, however it is typed, and none of somebody else', async () => {
    const { codes } = await enrol();
    const [code = '', other = ''] = codes;
    const cookie = await signIn();
    expect((await post('/api/auth/second-factor', cookie, { code: code.toLowerCase().replace('-', ' ') })).status).toBe(204);
    const again = await signIn();
    expect(codeOf(await post('/api/auth/second-factor', again, { code }))).toBe('SECOND_FACTOR_USED');
    expect((await get('/api/auth/second-factor', cookie)).body).toMatchObject({ codesLeft: 9 });
    email = `other${person}@example.mg`;
    ({ userId } = await fixture.signUp(email));
    await db().update(users).set({ role: 'supervisor' }).where(eq(users.id, userId));
    await enrol();
    expect(codeOf(await post('/api/auth/second-factor', await signIn(), { code: other }))).toBe('SECOND_FACTOR_INVALID');
  });

  it('is not tried for ever', async () => {
    const { secret } = await enrol();
    const cookie = await signIn();
    const answers: unknown[] = [];
    for (let tried = 0; tried < 11; tried += 1)
      answers.push(codeOf(await post('/api/auth/second-factor', cookie, { code: '000000' })));
    expect(answers.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'SECOND_FACTOR_INVALID'));
    expect(answers[10]).toBe('RATE_LIMITED');
    expect(codeOf(await post('/api/auth/second-factor', cookie, { code: totp(secret) }))).toBe('RATE_LIMITED');
  });

  it.each(['', '12345', '1234567', 'abc', 'ABCDE-FGHI0', 7, null])('refuses %j before anything is asked', async (code) => {
    const { cookie } = await enrol();
    expect(codeOf(await post('/api/auth/second-factor', cookie, { code }))).toBe('INVALID_INPUT');
  });
});

describe('what a session left open must not do', () => {
  const forget = (): Promise<unknown> =>
    db()
      .update(sessions)
      .set({ secondFactorAt: new Date(Date.now() - 5 * 60_000 - 1_000) })
      .where(eq(sessions.userId, userId));

  it('asks for a code again after five minutes: new codes on paper, another device', async () => {
    const { secret, codes, cookie } = await enrol();
    await forget();
    for (const path of ['codes', 'begin'])
      expect(codeOf(await post(`/api/auth/second-factor/${path}`, cookie))).toBe('STEP_UP_REQUIRED');
    const viewer = (await fixture.identity.authenticator.authenticate(cookie))?.viewer;
    if (!viewer) throw new Error('the session is over');
    await expect(fixture.identity.stepUp.require(viewer)).rejects.toEqual(new AppError('STEP_UP_REQUIRED'));
    expect((await post('/api/auth/second-factor', cookie, { code: totp(secret) })).status).toBe(204);
    await fixture.identity.stepUp.require(viewer);
    const renewed = (await post('/api/auth/second-factor/codes', cookie)).body as { codes: string[] };
    expect(renewed.codes).toHaveLength(10);
    expect(codeOf(await post('/api/auth/second-factor', await signIn(), { code: codes[0] }))).toBe('SECOND_FACTOR_INVALID');

    const next = (await post('/api/auth/second-factor/begin', cookie)).body as { secret: string };
    now = new Date(now.getTime() + 3 * STEP_MS);
    expect((await post('/api/auth/second-factor/confirm', cookie, { code: totp(next.secret) })).status).toBe(200);
    now = new Date(now.getTime() + 3 * STEP_MS);
    const later = await signIn();
    expect(codeOf(await post('/api/auth/second-factor', later, { code: totp(secret) }))).toBe('SECOND_FACTOR_INVALID');
    expect((await post('/api/auth/second-factor', later, { code: totp(next.secret) })).status).toBe(204);
  });

  it('is not for citizens', async () => {
    const { cookie } = await fixture.signUp(`citizen${person}@example.mg`);
    for (const path of ['begin', 'confirm', 'codes', ''])
      expect(codeOf(await post(`/api/auth/second-factor${path && `/${path}`}`, cookie, { code: '123456' }))).toBe('FORBIDDEN');
  });
});

describe('a session of the staff', () => {
  const expiry = async (): Promise<number> =>
    (
      await db().select().from(sessions).where(eq(sessions.userId, userId)).orderBy(desc(sessions.createdAt)).limit(1)
    )[0]?.expiresAt.getTime() ?? 0;
  const set = (milliseconds: number): Promise<unknown> =>
    db()
      .update(sessions)
      .set({ expiresAt: new Date(Date.now() + milliseconds) })
      .where(eq(sessions.userId, userId));

  it('waits a quarter of an hour for its second step, and lasts as long without use', async () => {
    const cookie = await signIn();
    expect((await expiry()) - Date.now()).toBeLessThanOrEqual(15 * 60_000);
    await db().delete(sessions).where(eq(sessions.userId, userId));
    expect((await get('/api/me', cookie)).status).toBe(401);
    await enrol();
    const left = (await expiry()) - Date.now();
    expect(left).toBeGreaterThan(15 * 60_000);
    expect(left).toBeLessThanOrEqual(16 * 60_000);
  });

  it('lasts on when it is used, not when one asks how long is left', async () => {
    const { cookie } = await enrol();
    const enrolled = await expiry();
    await get('/api/me', cookie);
    // Nobody waits for its being written.
    await until(async () => (await expiry()) > enrolled, { what: 'the use is written' });
    await set(50_000);
    expect((await get('/api/auth/clock', cookie)).body).toMatchObject({ secondsLeft: 49 });
    const before = await expiry();
    await get('/api/auth/clock', cookie);
    expect(await expiry()).toBe(before);
    expect((await post('/api/auth/stay', cookie)).status).toBe(200);
    expect((await expiry()) - before).toBeGreaterThan(14 * 60_000);
    // As another node counts, which has written nothing yet.
    const other = createSessionUse({ db: db(), logger: silentLogger() });
    await set(50_000);
    other.note({ userId, sessionId: await newest(), role: 'agent', officeId: null });
    await until(async () => (await expiry()) - Date.now() > 14 * 60_000, { what: 'the use is written' });
  });

  it('is over when it was not used, and nothing brings it back', async () => {
    const { cookie } = await enrol();
    await get('/api/me', cookie);
    await set(-1_000);
    // What was cached says that it lasts: at most a minute, then it is read again. Here the cache forgets at once.
    await fixture.redis.cache.del(`${fixture.prefix}session:${await newest()}`);
    for (const path of ['/api/auth/stay', '/api/auth/second-factor']) {
      const answer = await post(path, cookie, { code: '123456' });
      expect([path, answer.status]).toEqual([path, 401]);
    }
    expect(await fixture.identity.use.stay({ userId, sessionId: await newest(), role: 'agent', officeId: null })).toBeNull();
  });

  it('ends after twelve hours whatever is done', async () => {
    const { cookie } = await enrol();
    await db()
      .update(sessions)
      .set({ createdAt: new Date(Date.now() - 12 * 3600_000 + 30_000) })
      .where(eq(sessions.userId, userId));
    expect((await post('/api/auth/stay', cookie)).status).toBe(200);
    expect((await expiry()) - Date.now()).toBeLessThanOrEqual(30_000);
  });

  const newest = async (): Promise<string> =>
    (await db().select().from(sessions).where(eq(sessions.userId, userId)).orderBy(desc(sessions.createdAt)).limit(1))[0]?.id ??
    '';
});
