import { createHash, randomBytes } from 'node:crypto';
import type { Db } from '#db/connect.ts';
import { rememberBrowser } from '#db/known-browsers.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { keyedHash } from '#shared/node/keys.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';

export interface KnownBrowsersDeps {
  db: Db;
  notifier: OutboxNotifier;
  publicOrigin: string;
  /** Key of the purpose `known-browsers`. */
  key: Buffer;
}

/** Tells people of sign-ins with a browser that they never used. */
export interface KnownBrowsers {
  /**
   * Notes that a session was opened by the browser that sent this `Cookie` header, before that browser is given the session. Answers with the
   * `Set-Cookie` that it will be known by. The first browser of all is no news.
   */
  note(session: { userId: string; sessionId: string }, cookies: string | undefined): Promise<string>;
}

/** As long as browsers keep a cookie at most. */
export const KNOWN_SECONDS = 400 * 24 * 3600;
const FORM = /^[\w-]{22}$/;

/**
 * A browser is known by a cookie with 128 random bits; the database has a keyed hash of them with the person's id, so that neither a
 * copy of the table nor two people at one computer tell anything of each other. The user agent would not do: thieves have the same phones.
 */
export function createKnownBrowsers({ db, notifier, publicOrigin, key }: KnownBrowsersDeps): KnownBrowsers {
  const secure = publicOrigin.startsWith('https://');
  const mark = createHash('sha256').update(publicOrigin).digest('hex').slice(0, 8);
  const name = secure ? '__Host-vignette-browser' : `vignette-browser-${mark}`;
  const read = (cookies: string | undefined): string | undefined =>
    cookies
      ?.split(';')
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  return {
    async note({ userId, sessionId }, cookies) {
      const sent = read(cookies);
      const browser = sent !== undefined && FORM.test(sent) ? sent : randomBytes(16).toString('base64url');
      const isNew = await db.transaction(async (tx) => {
        const fresh = await rememberBrowser(tx, userId, keyedHash(key, `${userId} ${browser}`));
        if (fresh) await appendOutbox(tx, 'session.opened_on_new_browser', { sessionId, userId });
        return fresh;
      });
      if (isNew) notifier.wake();
      return `${name}=${browser}; Max-Age=${KNOWN_SECONDS}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
    },
  };
}
