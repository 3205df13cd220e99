import { isIP } from 'node:net';
import type { HttpBindings } from '@hono/node-server';

/** Whose word is taken for the client's address: the load balancer's header, or the connection itself (no balancer in front). */
export type AddressSource = 'forwarded' | 'connection';

const UNKNOWN = '0.0.0.0';

/**
 * The client's address. The balancer deletes the X-Forwarded-For that came in and sets its own; the last value is the one that the
 * nearest balancer wrote, whatever stands before it.
 */
export function clientAddressOf(
  source: AddressSource,
  forwarded: string | undefined,
  bindings: HttpBindings | undefined,
): string {
  return addressOf(source, forwarded, bindings?.incoming?.socket?.remoteAddress);
}

/** The same of what is known of a connection. A header that came several times is its last. */
export function addressOf(source: AddressSource, header: string | string[] | undefined, connection: string | undefined): string {
  const forwarded = Array.isArray(header) ? header.at(-1) : header;
  const said = source === 'forwarded' ? forwarded?.split(',').at(-1)?.trim() : undefined;
  return plain(said) ?? plain(connection) ?? UNKNOWN;
}

/** An address without the IPv6 clothing of an IPv4 one; null when it is none. */
function plain(address: string | undefined): string | null {
  if (!address) return null;
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(bare) ? bare : null;
}
