/**
 * RequestGuard: lets only our own page talk to the console.
 *
 * Against DNS rebinding a request must name us by an address or a name we know; against other sites a request that can
 * change something must come from our own origin (Origin, RFC 6454; Sec-Fetch-Site).
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

const LOOPBACK_NAMES = new Set(['localhost', 'localhost.localdomain', 'ip6-localhost']);

/** Whether the Host field names this server: an IP address, a loopback name, or one of `names`. */
export function isKnownHost(host: string | undefined, names: readonly string[]): boolean {
  const name = hostnameOf(host);
  if (name === null) return false;
  return isIP(name) !== 0 || LOOPBACK_NAMES.has(name) || names.some((known) => known.toLowerCase() === name);
}

/** Whether the request comes from a page that we served. `required`: browsers always say so for this kind of request. */
export function isOwnOrigin(request: IncomingMessage, required: boolean): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const { origin, host } = request.headers;
  if (origin === undefined) return !required;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** Whether the client runs on this machine. Behind a proxy nobody does, as far as we can tell. */
export function isLocalClient(request: IncomingMessage): boolean {
  if (request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined)
    return false;
  return isLoopback(request.socket.remoteAddress ?? '');
}

export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function hostnameOf(host: string | undefined): string | null {
  if (host === undefined || !URL.canParse(`http://${host}/`)) return null;
  const url = new URL(`http://${host}/`);
  if (url.username !== '' || url.pathname !== '/' || url.search !== '') return null;
  return url.hostname.replace(/^\[|\]$/g, '');
}
