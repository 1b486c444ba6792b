/**
 * Patterns as administrators write them: addresses, domains, networks, and texts with `*` for anything.
 *
 * Invariants: upper and lower case are the same; matching takes time linear in the text for each `*`, whatever the pattern.
 */
import { parseAddress } from './address.ts';
import { domainToAscii } from './domain.ts';
import { isInNetwork, parseIpNetwork } from './ip-network.ts';

/** `pattern`: an address, a domain, or `*.` and a domain for all below it; empty: the null reverse-path. */
export function isAddressOf(address: string, pattern: string): boolean {
  if (pattern === '' || address === '') return pattern === address;
  if (pattern.includes('@')) return matchesText(address, pattern);
  const parsed = parseAddress(address, { allowUtf8: true });
  return parsed.ok && isDomainOf(parsed.value.asciiDomain, pattern);
}

/** `domain`: lower case, A-labels. */
export function isDomainOf(domain: string, pattern: string): boolean {
  const isBelow = pattern.startsWith('*.');
  const wanted = domainToAscii(isBelow ? pattern.slice(2) : pattern);
  if (!wanted.ok) return false;
  return isBelow ? domain.endsWith(`.${wanted.value}`) : domain === wanted.value;
}

export function isClientOf(address: string, pattern: string): boolean {
  const network = parseIpNetwork(pattern);
  return network !== null && isInNetwork(address, network);
}

/** The whole text, `*` standing for anything. */
export function matchesText(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const last = rest.pop();
  const lower = text.toLowerCase();
  if (last === undefined) return lower === first;
  if (!lower.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = lower.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return lower.length - last.length >= at && lower.endsWith(last);
}

/** Anywhere in the text. */
export function containsText(text: string, pattern: string): boolean {
  return matchesText(text, `*${pattern}*`);
}
