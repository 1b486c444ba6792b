/** Patterns of domains in routes and relay rules: a domain, `*.` and a domain for all below it, or `*` for all. */
import { domainToAscii } from '../../format/domain.ts';

/** The form in which patterns compare; null where the text is none. */
export function canonicalPattern(pattern: string): string | null {
  if (pattern === '*') return pattern;
  const isWildcard = pattern.startsWith('*.');
  const ascii = domainToAscii(isWildcard ? pattern.slice(2) : pattern);
  if (!ascii.ok) return null;
  return isWildcard ? `*.${ascii.value}` : ascii.value;
}

/** `domain` is in A-labels, or an address literal. */
export function isInDomains(domain: string, pattern: string): boolean {
  const canonical = canonicalPattern(pattern);
  if (canonical === null) return false;
  return canonical.startsWith('*') ? domain.endsWith(canonical.slice(1)) : domain === canonical;
}
