/** What scripts may `require` (RFC 5228 §2.10.5), which is also what ManageSieve announces (RFC 5804 §1.7). */
import { BUILT_IN_COMPARATORS, COMPARATORS } from '../matching/comparator.ts';

export const CAPABILITIES: readonly string[] = [
  'fileinto', // RFC 5228
  'envelope',
  'encoded-character',
  ...COMPARATORS.map((name) => `comparator-${name}`),
  'variables', // RFC 5229
  'vacation', // RFC 5230
  'vacation-seconds', // RFC 6131
  'relational', // RFC 5231
  'imap4flags', // RFC 5232
  'subaddress', // RFC 5233
  'spamtest', // RFC 5235
  'spamtestplus',
  'virustest',
  'copy', // RFC 3894
  'body', // RFC 5173
  'environment', // RFC 5183
  'date', // RFC 5260
  'index',
  'editheader', // RFC 5293
  'reject', // RFC 5429
  'ereject',
  'enotify', // RFC 5435
  'ihave', // RFC 5463
  'mailbox', // RFC 5490
  'mboxmetadata',
  'servermetadata',
  'foreverypart', // RFC 5703
  'mime',
  'extracttext',
  'replace',
  'enclose',
  'include', // RFC 6609
  'duplicate', // RFC 7352
  'special-use', // RFC 8579
  'fcc', // RFC 8580
  'regex', // draft-ietf-sieve-regex
];

const SUPPORTED: ReadonlySet<string> = new Set(CAPABILITIES);

/** Whoever requires one has the other as well. */
const IMPLIED: Readonly<Record<string, string>> = {
  'vacation-seconds': 'vacation', // RFC 6131 §2
  spamtestplus: 'spamtest', // RFC 5235 §2.2
};

/** There from the beginning. */
export const BUILT_IN_CAPABILITIES: readonly string[] = BUILT_IN_COMPARATORS.map(
  (name) => `comparator-${name}`,
);

export function isSupported(capability: string): boolean {
  return SUPPORTED.has(capability);
}

export function withImplied(capability: string): readonly string[] {
  const implied = Object.hasOwn(IMPLIED, capability) ? IMPLIED[capability] : undefined;
  return implied === undefined ? [capability] : [capability, implied];
}
