/** Canonical forms by which the directory finds domains and addresses. */
import { domainToASCII } from 'node:url';

/** RFC 5321 §4.5.3.1.1 */
const MOST_LOCAL_PART_OCTETS = 64;
/** RFC 1035 §2.3.4, written without the final dot. */
const MOST_DOMAIN_CHARACTERS = 253;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;
/** RFC 5321 §4.1.2 Dot-string, and UTF8-non-ascii of RFC 6531 §3.3. */
const DOT_STRING =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]+)*$/iu;

/** The domain in lower case as A-labels, or null where it is no domain name. */
export function canonicalDomain(domain: string): string | null {
  const ascii = domainToASCII(domain.trim().replace(/\.$/u, '')).toLowerCase();
  if (ascii === '' || ascii.length > MOST_DOMAIN_CHARACTERS) return null;
  return ascii.split('.').every((label) => LABEL.test(label)) ? ascii : null;
}

/** Whether it can be the local-part of an account or alias (no quoted strings: no client offers them). */
export function isValidLocalPart(localPart: string): boolean {
  return Buffer.byteLength(localPart) <= MOST_LOCAL_PART_OCTETS && DOT_STRING.test(localPart);
}

/** The key of an address; `domain` must be canonical. Local-parts of ours compare without case. */
export function addressKey(localPart: string, domain: string): string {
  return `${localPart.normalize('NFC').toLowerCase()}@${domain}`;
}

/** The key of `local-part@domain` as someone typed it, or null where it is no address. */
export function keyOfAddress(address: string): string | null {
  const at = address.lastIndexOf('@');
  const domain = at < 1 ? null : canonicalDomain(address.slice(at + 1));
  return domain === null ? null : addressKey(unquote(address.slice(0, at)), domain);
}

/** What parts a user's name from the detail that its owner adds at will (RFC 5233 §4): `anna+news@example.com`. */
export const DETAIL_SEPARATORS = '+';

/** The key without its detail; null where it has none. Each character of `separators` is one. */
export function keyWithoutDetail(key: string, separators: string): string | null {
  const at = key.lastIndexOf('@');
  const found = [...separators].map((separator) => key.indexOf(separator)).filter((n) => n > 0 && n < at);
  return found.length === 0 ? null : key.slice(0, Math.min(...found)) + key.slice(at);
}

/** The domain of a key. */
export function domainOfKey(key: string): string {
  return key.slice(key.lastIndexOf('@') + 1);
}

/** RFC 5321 §4.1.2: a quoted local-part means the same as the plain one where both are possible. */
function unquote(localPart: string): string {
  if (!localPart.startsWith('"') || !localPart.endsWith('"') || localPart.length < 2) return localPart;
  return localPart.slice(1, -1).replaceAll(/\\(.)/gsu, '$1');
}
