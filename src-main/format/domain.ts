/**
 * Domain names and address literals as they stand after the `@` of an address and after EHLO.
 *
 * RFC 5321 §4.1.2 (Domain), §4.1.3 (address literals); RFC 5890 (A-labels, U-labels); RFC 1035 §2.3.4 (limits).
 */
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { encodePunycode } from './punycode.ts';

/** RFC 5321 §4.5.3.1.2 */
export const MAX_DOMAIN_OCTETS = 255;
const MAX_LABEL_OCTETS = 63;

const ASCII_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const U_LABEL = /^[\p{L}\p{M}\p{N}\u00b7\u200c\u200d\u30fb-]+$/u;

const NON_ASCII = /[^\x00-\x7f]/;

/**
 * Turns a domain into the form in which domains compare: lower case, every label as A-label.
 * Returns a sentence that says what is wrong with it otherwise.
 */
export function domainToAscii(domain: string): Result<string, string> {
  if (domain === '') return err('the domain is missing');
  const labels: string[] = [];
  for (const label of domain.split('.')) {
    const ascii = labelToAscii(label);
    if (!ascii.ok) return ascii;
    labels.push(ascii.value);
  }
  const text = labels.join('.');
  if (text.length > MAX_DOMAIN_OCTETS) return err(`the domain is longer than ${MAX_DOMAIN_OCTETS} octets`);
  return ok(text);
}

function labelToAscii(label: string): Result<string, string> {
  if (label === '')
    return err('the domain has an empty label (two dots in a row, or a dot at its start or end)');
  const isAscii = !NON_ASCII.test(label);
  if (isAscii ? !ASCII_LABEL.test(label) : !U_LABEL.test(label)) {
    return err(`the domain label "${label}" holds something other than letters, digits and inner hyphens`);
  }
  const folded = label.normalize('NFC').toLowerCase();
  const ascii = isAscii ? folded : `xn--${encodePunycode(folded)}`;
  if (ascii.length > MAX_LABEL_OCTETS) {
    return err(`the domain label "${label}" is longer than ${MAX_LABEL_OCTETS} octets`);
  }
  return ok(ascii);
}

/** Whether `text` is an address literal with its brackets: `[192.0.2.1]` or `[IPv6:2001:db8::1]`. */
export function isAddressLiteral(text: string): boolean {
  if (!text.startsWith('[') || !text.endsWith(']')) return false;
  const inner = text.slice(1, -1);
  return /^ipv6:/i.test(inner) ? isIpv6(inner.slice(5)) : isIpv4(inner);
}

export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** RFC 4291 §2.2: eight groups, one run of zeros as `::`, the last 32 bits perhaps in dotted form. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const counts = halves.map((half, index) => countGroups(half, index === halves.length - 1));
  if (counts.some((count) => count === null)) return false;
  const groups = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

/** How many 16-bit groups the text holds, or null where it is malformed. */
function countGroups(text: string, mayEndDotted: boolean): number | null {
  if (text === '') return 0;
  const groups = text.split(':');
  const last = groups.at(-1) ?? '';
  const isDotted = mayEndDotted && last.includes('.');
  if (isDotted && !isIpv4(last)) return null;
  const plain = isDotted ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  return plain.length + (isDotted ? 2 : 0);
}
