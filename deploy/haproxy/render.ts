import { readFileSync } from 'node:fs';

/** A server node as the balancer sees it. */
export interface BalancedNode {
  /** Also the value of the stickiness cookie. */
  name: string;
  host: string;
  httpPort: number;
  socketPort: number;
}

/** What differs between places where the balancer runs. Durations are HAProxy's (`90s`). */
export interface HaproxySettings {
  nodes: readonly BalancedNode[];
  /** What follows `bind`: `127.0.0.1:8080`, or `:443 ssl crt /etc/haproxy/site.pem alpn h2,http/1.1`. */
  binds: readonly string[];
  /** Path of the admin socket; each process needs its own. */
  adminSocket: string;
  /** Name of the stickiness cookie. */
  cookie: string;
  /** Whether visitors come by https: the cookie is then sent over it alone. */
  secureCookie: boolean;
  /** Must be longer than the sockets' ping interval and ping timeout together. */
  tunnelTimeout: string;
  /** How long connections may live on after the process was asked to end. */
  hardStopAfter: string;
  /** Left out: HAProxy takes what the limit of descriptors allows. */
  maxConnections?: number;
  /** A server for everything that is neither API nor socket (development). */
  pages?: { host: string; port: number };
}

type Value = string | number;
type Scope = Record<string, Value | readonly Record<string, Value>[]>;

/**
 * Fills in the template.
 * @throws when the template names something that is not given, or a value could break out of its line
 */
export function renderHaproxyConfig(settings: HaproxySettings): string {
  const template = readFileSync(new URL('./haproxy.cfg.template', import.meta.url), 'utf8');
  return fill(template.replace(/^(#.*\n)+/, ''), {
    nodes: settings.nodes.map((node) => ({ ...node })),
    binds: settings.binds.map((address) => ({ address })),
    adminSocket: settings.adminSocket,
    cookie: settings.cookie,
    cookieAttributes: settings.secureCookie ? ' secure attr SameSite=Lax' : ' attr SameSite=Lax',
    tunnelTimeout: settings.tunnelTimeout,
    hardStopAfter: settings.hardStopAfter,
    maxConnections: settings.maxConnections === undefined ? [] : [{ value: settings.maxConnections }],
    pages: settings.pages === undefined ? [] : [{ ...settings.pages }],
  });
}

function fill(template: string, scope: Scope): string {
  const repeated = template.replace(/^\{\{#(\w+)\}\}\n([\s\S]*?)^\{\{\/\1\}\}\n/gm, (_, name: string, body: string) => {
    const list = scope[name];
    if (!Array.isArray(list)) throw new Error(`the HAProxy template repeats over "${name}", which is not a list`);
    return list.map((element: Record<string, Value>) => fill(body, { ...scope, ...element })).join('');
  });
  return repeated.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = scope[name];
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new Error(`the HAProxy template needs "${name}"`);
    }
    if (/[\n\r]/.test(String(value))) throw new Error(`"${name}" must be one line`);
    return String(value);
  });
}
