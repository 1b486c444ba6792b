/** `host` or `host:port` as an administrator writes it; an IPv6 address with a port stands in brackets. */
import { isIpv4, isIpv6, domainToAscii } from '../../format/domain.ts';
import type { HostPort } from './port.ts';

/** RFC 5321 §4.5.4.2 */
export const SMTP_PORT = 25;
const MAX_PORT = 65_535;

/** null where the text is none. */
export function parseHostPort(text: string): HostPort | null {
  if (isIpv6(text)) return { host: text, port: SMTP_PORT };
  const match = /^(?:\[([^\]]*)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/u.exec(text);
  if (match === null) return null;
  const [, bracketed, plain, digits] = match;
  const port = digits === undefined ? SMTP_PORT : Number(digits);
  const host = bracketed ?? plain ?? '';
  const isHost =
    bracketed === undefined ? isIpv4(host) || domainToAscii(host).ok : isIpv6(host) || isIpv4(host);
  return isHost && port > 0 && port <= MAX_PORT ? { host, port } : null;
}
