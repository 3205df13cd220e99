import { randomBytes, randomUUID } from 'node:crypto';
import { runWithAdapter } from '@better-auth/core/context';
import { betterAuth } from 'better-auth/minimal';
import { isAPIError } from 'better-auth/api';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import type { Db, Tx } from '#db/connect.ts';
import { accounts, sessions, users, verifications } from '#db/schema/identity.ts';
import type { Logger } from '#shared/node/logger.ts';
import { hashPassword, verifyPassword } from '#shared/node/password-hash.ts';
import { SESSION_SECONDS } from './session-cookie.ts';

const tables = { users, sessions, accounts, verifications };
/** Transactions are the use-cases': the library never opens one of its own. */
const adapterConfig = { provider: 'pg', schema: tables, usePlural: true, transaction: false } as const;

const LOG_LEVELS = { error: 'error', warn: 'debug', info: 'debug', debug: 'trace', success: 'debug' } as const;

/** The library with our settings; asked through `createIdentityLibrary`. */
export function createBetterAuth(deps: { db: Db; cookieName: string; publicOrigin: string; key: string; logger: Logger }) {
  return betterAuth({
    appName: 'Vignette',
    baseURL: deps.publicOrigin,
    secret: deps.key,
    database: drizzleAdapter(deps.db, adapterConfig),
    telemetry: { enabled: false },
    // Refused sign-ins are warnings to the library; here they are counted and audited by the use-case.
    logger: { log: (level, message) => deps.logger[LOG_LEVELS[level]]({ from: 'better-auth' }, message) },
    rateLimit: { enabled: false },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      maxPasswordLength: 128,
      password: { hash: hashPassword, verify: ({ hash, password }) => verifyPassword(hash, password) },
    },
    session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true, cookieCache: { enabled: false } },
    user: {
      additionalFields: {
        emailSynthetic: { type: 'boolean', input: false, defaultValue: false },
        phone: { type: 'string', input: false, required: false },
        phoneVerified: { type: 'boolean', input: false, defaultValue: false },
        role: { type: 'string', input: false, defaultValue: 'citizen' },
        officeId: { type: 'string', input: false, required: false },
        locale: { type: 'string', input: false, defaultValue: 'fr' },
        disabledAt: { type: 'date', input: false, required: false },
      },
    },
    advanced: {
      database: { generateId: () => randomUUID() },
      useSecureCookies: false,
      cookies: { session_token: { name: deps.cookieName } },
      defaultCookieAttributes: { secure: deps.publicOrigin.startsWith('https://'), httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: ['x-client-address'] },
    },
    databaseHooks: {
      // The token begins with the session's id: see session-cookie.ts.
      session: {
        create: {
          before: (session) => {
            const id = randomUUID();
            return Promise.resolve({ data: { ...session, id, token: `${id}${randomBytes(24).toString('base64url')}` } });
          },
        },
      },
    },
  });
}

/** A session just made. `token` goes into the cookie and nowhere else. */
export interface NewSession {
  id: string;
  token: string;
  expiresAt: Date;
}

export interface RequestOrigin {
  clientAddress: string;
  userAgent: string | undefined;
}

export interface NewUser {
  name: string;
  email: string;
  emailSynthetic: boolean;
  phone: string | null;
  locale: string;
  passwordHash: string;
}

/** The identity library, narrowed to what is asked of it. None of its own HTTP endpoints is mounted. */
export interface IdentityLibrary {
  /**
   * Checks a password and opens a session (its own statements, no transaction: the hash is not computed while a connection is held).
   * Null when there is no such e-mail or the password is wrong, after the same work in both cases.
   */
  signIn(
    email: string,
    password: string,
    from: RequestOrigin,
  ): Promise<{ userId: string; sessionId: string; token: string } | null>;
  /** Makes a verified citizen with a password, in the caller's transaction. */
  createUser(tx: Tx, user: NewUser): Promise<{ userId: string }>;
  /** Opens a session in the caller's transaction. */
  createSession(tx: Tx, userId: string, from: RequestOrigin): Promise<NewSession>;
}

export async function createIdentityLibrary(deps: {
  db: Db;
  cookieName: string;
  publicOrigin: string;
  key: string;
  logger: Logger;
}): Promise<IdentityLibrary> {
  const auth = createBetterAuth(deps);
  const { internalAdapter } = await auth.$context;
  const within = async <T>(tx: Tx, work: () => Promise<T>): Promise<T> =>
    await runWithAdapter(drizzleAdapter(tx, adapterConfig)(auth.options), work);
  return {
    async signIn(email, password, from) {
      try {
        const { token, user } = await auth.api.signInEmail({ body: { email, password }, headers: headersOf(from) });
        return { userId: user.id, sessionId: token.slice(0, 36), token };
      } catch (error) {
        if (isAPIError(error) && error.status === 'UNAUTHORIZED') return null;
        throw error;
      }
    },
    createUser: (tx, { passwordHash, ...user }) =>
      within(tx, async () => {
        const verified = { emailVerified: !user.emailSynthetic, phoneVerified: user.phone !== null };
        const { id: userId } = await internalAdapter.createUser({ ...user, ...verified }, { method: 'email-password' });
        await internalAdapter.createAccount({ userId, accountId: userId, providerId: 'credential', password: passwordHash });
        return { userId };
      }),
    createSession: (tx, userId, from) =>
      within(tx, async () => {
        const { id, token, expiresAt } = await internalAdapter.createSession(userId, false, {
          ipAddress: from.clientAddress,
          userAgent: userAgentOf(from),
        });
        return { id, token, expiresAt };
      }),
  };
}

/** A user agent is kept to show people their sessions: enough of it to tell a browser, no more. */
const userAgentOf = (from: RequestOrigin): string => (from.userAgent ?? '').slice(0, 256);

const headersOf = (from: RequestOrigin): Headers =>
  new Headers({ 'x-client-address': from.clientAddress, 'user-agent': userAgentOf(from) });
