/** How the DNS of a domain is kept: by somebody's hand, or by us through a server or an API. */
import type { TsigAlgorithm } from '../../protocol/dns/update/tsig.ts';

/** DNS hosts that we know the pages of. */
export const DNS_HOSTS = [
  'generic',
  'cloudflare',
  'godaddy',
  'namecheap',
  'route53',
  'gandi',
  'aliyun',
  'dnspod',
] as const;
export type DnsHost = (typeof DNS_HOSTS)[number];

export type Keeper =
  /** `host` null: as its name servers suggest. */
  | { readonly kind: 'byHand'; readonly host: DnsHost | null }
  | {
      readonly kind: 'rfc2136';
      /** A name or an address, perhaps with `:port`. */
      readonly server: string;
      readonly keyName: string;
      readonly algorithm: TsigAlgorithm;
      /** Base64. */
      readonly secret: string;
    }
  | { readonly kind: 'cloudflare'; readonly token: string }
  | { readonly kind: 'desec'; readonly token: string };

export interface DomainKeeping {
  readonly domain: string;
  readonly keeper: Keeper;
}

export const BY_HAND: Keeper = { kind: 'byHand', host: null };

/** Suffixes of name servers' names. */
const NAME_SERVERS: readonly (readonly [DnsHost, RegExp])[] = [
  ['cloudflare', /\.ns\.cloudflare\.com$/u],
  ['godaddy', /\.domaincontrol\.com$/u],
  ['namecheap', /\.registrar-servers\.com$|\.namecheaphosting\.com$/u],
  ['route53', /(?:^|\.)awsdns-\d+\.(?:com|net|org|co\.uk)$/u],
  ['gandi', /\.gandi\.net$/u],
  ['aliyun', /\.(?:hichina|alidns|net\.cn|aliyun)\.com$/u],
  ['dnspod', /\.(?:dnspod\.(?:net|com)|dnsv\d\.com|iidns\.com)$/u],
];

/** Whose name servers these are: the host that most of them belong to; `generic` where nobody knows. */
export function guessHost(nameServers: readonly string[]): DnsHost {
  const known = nameServers.flatMap((name) => {
    const plain = name.toLowerCase().replace(/\.$/u, '');
    return NAME_SERVERS.find(([, pattern]) => pattern.test(plain))?.[0] ?? [];
  });
  const counts = [...new Set(known)].map((host) => ({
    host,
    count: known.filter((each) => each === host).length,
  }));
  return counts.toSorted((a, b) => b.count - a.count)[0]?.host ?? 'generic';
}
