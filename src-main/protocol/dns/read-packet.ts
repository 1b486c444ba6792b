/** What all readers of DNS answers share: names as they are compared, aliases, TLSA. */
import type { Answer } from 'dns-packet';
import type { TlsaRecord } from './dnssec-resolver.ts';

/** Lower case, without the dot that ends it. */
export function plainName(name: string): string {
  return name.replace(/\.$/u, '').toLowerCase();
}

/** Where the CNAMEs among the answers lead. */
export function followAliases(name: string, answers: readonly Answer[]): string {
  const aliases = new Map(
    answers
      .filter(({ type }) => type === 'CNAME')
      .map(({ name: alias, data }) => [plainName(alias), plainName(String(data))]),
  );
  let at = plainName(name);
  // Each alias leads on once, so that a circle ends.
  for (let next = aliases.get(at); next !== undefined; next = aliases.get(at)) {
    aliases.delete(at);
    at = next;
  }
  return at;
}

/** RFC 6698 §2.1 */
export function readTlsa(data: unknown): TlsaRecord {
  const { usage, selector, matchingType, certificate } = data as {
    usage: number;
    selector: number;
    matchingType: number;
    certificate: Buffer;
  };
  return { usage, selector, matchingType, data: certificate.toString('hex') };
}
