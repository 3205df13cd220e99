import type { Redis } from 'ioredis';
import { desc, eq } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { messages } from '#db/schema/platform.ts';
import { MESSAGES } from '#shared/contracts/messages.ts';
import { countryOf } from '#shared/domain/countries/countries.ts';
import { deriveKey, openText } from '#shared/node/keys.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import { silentLogger, testPrefix } from '#shared/node/testing/helpers.ts';
import { connectTestRedis } from '#shared/node/testing/test-redis.ts';
import { createHttpApp } from '../../http/create-http-app.ts';
import { createRateLimits } from '../../http/rate-limits.ts';
import { createIdentity, type Identity } from '../identity.ts';
import type { IdentityLimitRules } from '../identity-limits.ts';

export const ORIGIN = 'http://127.0.0.1:8080';
export const SECRET = 'a secret of the tests that is long enough';
export const PASSWORD = 'taratasy fotsy 12';

/** An answer as the tests look at it. */
export interface Answer {
  status: number;
  body: unknown;
  /** The session cookie that was set, as it would be sent back. */
  cookie: string | undefined;
  headers: Headers;
}

export interface IdentityFixture {
  database: TestDatabase;
  redis: { queues: Redis; cache: Redis };
  prefix: string;
  identity: Identity;
  woken(): number;
  /** A request of the platform's own page. */
  request(
    method: string,
    path: string,
    options?: { body?: unknown; cookie?: string; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** The code in the newest message to an address; null when that message has none. */
  sentCode(recipient: string): Promise<string | null>;
  /** Signs up and answers with the cookie. */
  signUp(identifier: string, recipient?: string): Promise<{ cookie: string; userId: string; sessionId: string }>;
  close(): Promise<void>;
}

/** Identity on a database and a Redis prefix of the file's own, asked through the HTTP app. Nothing is replaced. */
export async function createIdentityFixture(limitRules?: IdentityLimitRules, clock?: () => Date): Promise<IdentityFixture> {
  const database = await createTestDatabase();
  const redis = { queues: await connectTestRedis('queues'), cache: await connectTestRedis('cache') };
  const prefix = testPrefix();
  const logger = silentLogger();
  let woken = 0;
  const identity = await createIdentity({
    db: database.db,
    redis,
    prefix,
    publicOrigin: ORIGIN,
    authSecret: SECRET,
    country: countryOf('MG'),
    limits: createRateLimits({ redis: redis.queues, prefix, key: deriveKey(SECRET, 'limit-keys') }),
    notifier: { wake: () => void woken++ },
    logger,
    ...(limitRules ? { limitRules } : {}),
    ...(clock ? { clock } : {}),
  });
  const app = createHttpApp({
    logger,
    metrics: createMetrics({ process: 'test', defaults: false }),
    publicOrigin: ORIGIN,
    addressSource: 'forwarded',
    probes: {},
    isDraining: () => false,
    publicConfig: { country: 'MG', currency: 'MGA', timeZone: 'Indian/Antananarivo', locales: ['fr', 'en'], demo: null },
    files: null,
    routers: [{ path: '/api', app: identity.routes }],
  });
  const messageKey = deriveKey(SECRET, 'message-params');

  async function request(
    method: string,
    path: string,
    options: { body?: unknown; cookie?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await app.request(path, {
      method,
      headers: {
        origin: ORIGIN,
        'x-forwarded-for': '203.0.113.7',
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.cookie ? { cookie: options.cookie } : {}),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? null : JSON.parse(text),
      cookie: response.headers.get('set-cookie')?.split(';')[0],
      headers: response.headers,
    };
  }

  async function sentCode(recipient: string): Promise<string | null> {
    const [message] = await database.db
      .select()
      .from(messages)
      .where(eq(messages.recipient, recipient))
      .orderBy(desc(messages.createdAt))
      .limit(1);
    const params = MESSAGES.sign_up_code.safeParse(message?.params);
    return message && params.success ? openText(messageKey, params.data.sealedCode, message.id) : null;
  }

  return {
    database,
    redis,
    prefix,
    identity,
    woken: () => woken,
    request,
    sentCode,
    async signUp(identifier, recipient = identifier) {
      await request('POST', '/api/auth/sign-up', { body: { identifier, locale: 'fr' } });
      const code = await sentCode(recipient);
      const answer = await request('POST', '/api/auth/sign-up/complete', {
        body: { identifier, code, name: 'Hanta Rabe', password: PASSWORD, locale: 'fr' },
      });
      if (answer.status !== 201 || !answer.cookie) throw new Error(`sign-up was refused: ${JSON.stringify(answer.body)}`);
      const { userId, sessionId } = answer.body as { userId: string; sessionId: string };
      return { cookie: answer.cookie, userId, sessionId };
    },
    async close() {
      for (const connection of Object.values(redis)) connection.disconnect();
      await database.drop();
    },
  };
}
