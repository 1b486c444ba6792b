/** Name servers as settings have them: `address` or `address:port`, an IPv6 address with a port in brackets. */
import { isIPv4, isIPv6 } from 'node:net';

const MAX_PORT = 65_535;
const DNS_PORT = 53;

/** Whether the text names a server that the resolver can ask. */
export function isNameServer(text: string): boolean {
  if (isIPv4(text) || isIPv6(text)) return true;
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/u.exec(text);
  if (bracketed !== null) return isIPv6(bracketed[1] ?? '') && isPort(bracketed[2] ?? '53');
  const plain = /^([\d.]+):(\d{1,5})$/u.exec(text);
  return plain !== null && isIPv4(plain[1] ?? '') && isPort(plain[2] ?? '');
}

function isPort(text: string): boolean {
  return Number(text) > 0 && Number(text) <= MAX_PORT;
}

/** Where the text says that a server is; null where it names none. */
export function parseNameServer(text: string): { readonly address: string; readonly port: number } | null {
  if (!isNameServer(text)) return null;
  if (isIPv4(text) || isIPv6(text)) return { address: text, port: DNS_PORT };
  const [, address = '', port = String(DNS_PORT)] = /^\[?([^\]]+?)\]?(?::(\d+))?$/u.exec(text) ?? [];
  return { address, port: Number(port) };
}
