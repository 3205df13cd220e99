import { createHash, createHmac } from 'node:crypto';
import { constantTimeEqual } from '#shared/node/keys.ts';

/** Sessions last a day, from sign-in, whatever is done meanwhile. */
export const SESSION_SECONDS = 24 * 3600;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ID_LENGTH = 36;

/** What a verified cookie says: the session, and the whole token that its row must hold. */
export interface SessionToken {
  sessionId: string;
  token: string;
}

export interface SessionCookie {
  readonly name: string;
  readonly secure: boolean;
  /** `Set-Cookie` of a new session. */
  issue(token: string): string;
  /** `Set-Cookie` that takes it away. */
  clear(): string;
  /** Reads a `Cookie` header. Synchronous; null when the cookie is absent, malformed or not signed by us. */
  read(header: string | undefined): SessionToken | null;
}

/**
 * The session cookie: `<token>.<HMAC-SHA256 of it>`, the form that Better Auth writes. The token begins with the session's id,
 * which lets the cache, the tombstone and the row all be found by one key. On https its name has the prefix `__Host-` (the browser
 * then insists on Secure, Path=/ and no Domain); on plain http, where stacks on several ports share one cookie jar, the name carries
 * the stack's own mark.
 */
export function createSessionCookie(deps: { publicOrigin: string; key: string }): SessionCookie {
  const secure = deps.publicOrigin.startsWith('https://');
  const mark = createHash('sha256').update(deps.publicOrigin).digest('hex').slice(0, 8);
  const name = secure ? '__Host-vignette' : `vignette-${mark}`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const sign = (token: string): string => createHmac('sha256', deps.key).update(token).digest('base64');
  return {
    name,
    secure,
    issue: (token) => `${name}=${encodeURIComponent(`${token}.${sign(token)}`)}; Max-Age=${SESSION_SECONDS}; ${attributes}`,
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
    read(header) {
      const value = valueOf(header, name);
      if (!value) return null;
      const dot = value.lastIndexOf('.');
      const token = value.slice(0, dot);
      const sessionId = token.slice(0, ID_LENGTH);
      if (dot < ID_LENGTH || !UUID.test(sessionId) || !constantTimeEqual(value.slice(dot + 1), sign(token))) return null;
      return { sessionId, token };
    },
  };
}

function valueOf(header: string | undefined, name: string): string | null {
  if (!header || header.length > 16_384) return null;
  for (const pair of header.split(';')) {
    const text = pair.trimStart();
    if (!text.startsWith(`${name}=`)) continue;
    try {
      return decodeURIComponent(text.slice(name.length + 1).trimEnd());
    } catch {
      return null;
    }
  }
  return null;
}
