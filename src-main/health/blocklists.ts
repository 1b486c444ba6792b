/**
 * Lists that others ask before they take our mail (RFC 5782), with the page where one gets off each.
 */
export interface Blocklist {
  readonly zone: string;
  readonly name: string;
  readonly kind: 'address' | 'domain';
  /** `{key}` stands for what is listed. */
  readonly delistUrl: string;
}

/** Those that many receivers use and that answer small servers free of charge. */
export const BLOCKLISTS: readonly Blocklist[] = [
  {
    zone: 'zen.spamhaus.org',
    name: 'Spamhaus ZEN',
    kind: 'address',
    delistUrl: 'https://check.spamhaus.org/results/?query={key}',
  },
  {
    zone: 'bl.spamcop.net',
    name: 'SpamCop',
    kind: 'address',
    delistUrl: 'https://www.spamcop.net/w3m?action=checkblock&ip={key}',
  },
  {
    zone: 'b.barracudacentral.org',
    name: 'Barracuda',
    kind: 'address',
    delistUrl: 'https://www.barracudacentral.org/lookups?ip_address={key}',
  },
  {
    zone: 'psbl.surriel.com',
    name: 'PSBL',
    kind: 'address',
    delistUrl: 'https://psbl.org/listing?ip={key}',
  },
  {
    zone: 'dnsbl.dronebl.org',
    name: 'DroneBL',
    kind: 'address',
    delistUrl: 'https://dronebl.org/lookup?ip={key}',
  },
  {
    zone: 'ix.dnsbl.manitu.net',
    name: 'NiX Spam',
    kind: 'address',
    delistUrl: 'https://www.dnsbl.manitu.net/lookup.php?value={key}',
  },
  {
    zone: 'dbl.spamhaus.org',
    name: 'Spamhaus DBL',
    kind: 'domain',
    delistUrl: 'https://check.spamhaus.org/results/?query={key}',
  },
  {
    zone: 'multi.surbl.org',
    name: 'SURBL',
    kind: 'domain',
    delistUrl: 'https://surbl.org/surbl-analysis?query={key}',
  },
  {
    zone: 'multi.uribl.com',
    name: 'URIBL',
    kind: 'domain',
    delistUrl: 'https://admin.uribl.com/?domain={key}',
  },
];
