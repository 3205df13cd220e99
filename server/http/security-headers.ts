import type { MiddlewareHandler } from 'hono';
import type { HttpEnvironment } from './environment.ts';

/**
 * Pages name their own scripts by hash, in a <meta> made by the build: a `script-src` or `default-src` here would have to name them
 * too, for the stricter of two policies wins. So the header holds what a <meta> cannot say (frame-ancestors) and what no page needs.
 */
const PAGE_POLICY =
  "base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; manifest-src 'self'; worker-src 'self' blob:";
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Security headers on every answer; an answer that set one of them itself keeps it. */
export function securityHeaders(publicOrigin: string): MiddlewareHandler<HttpEnvironment> {
  const secure = publicOrigin.startsWith('https://');
  const always: readonly [string, string][] = [
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
    ['Referrer-Policy', 'strict-origin-when-cross-origin'],
    ['Permissions-Policy', 'camera=(self), geolocation=(), microphone=(), payment=(), usb=()'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ...(secure ? [['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'] as [string, string]] : []),
  ];
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    for (const [name, value] of always) if (!headers.has(name)) headers.set(name, value);
    if (headers.has('Content-Security-Policy')) return;
    // Other files get none: the policy of a worker's own script is the worker's.
    if (c.req.path.startsWith('/api/')) headers.set('Content-Security-Policy', API_POLICY);
    else if (headers.get('content-type')?.startsWith('text/html')) headers.set('Content-Security-Policy', PAGE_POLICY);
  };
}
