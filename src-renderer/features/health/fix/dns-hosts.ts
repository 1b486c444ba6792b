/** How the pages of DNS hosts want records entered. The words of each stand in the locales. */
import type { DnsHost } from '../../../../src-main/contract/publishing.ts';

export interface HostHabits {
  /** How a name within the domain is written. */
  readonly name: 'relative' | 'full';
  /** What stands for the domain itself. */
  readonly apex: '@' | '' | 'domain';
  /** Whether a target ends with a dot. */
  readonly targetDot: boolean;
  /** TXT: as it is, or in quotes. */
  readonly quotesText: boolean;
  /** TXT longer than 255 characters: pasted whole, or as several strings in quotes. */
  readonly longText: 'whole' | 'strings';
  /** Whether MX has a field for its preference; otherwise it stands before the value. */
  readonly priorityField: boolean;
  /** SRV: fields of its own, also for service and protocol, or all in the value. */
  readonly srv: 'fields' | 'serviceFields' | 'value';
  /** TLSA: fields of its own or all in the value. */
  readonly hasTlsa: boolean;
}

const USUAL: HostHabits = {
  name: 'relative',
  apex: '@',
  targetDot: false,
  quotesText: false,
  longText: 'whole',
  priorityField: true,
  srv: 'fields',
  hasTlsa: true,
};

export const DNS_HOSTS: Readonly<Record<DnsHost, HostHabits>> = {
  generic: USUAL,
  cloudflare: USUAL,
  godaddy: { ...USUAL, srv: 'serviceFields', hasTlsa: false },
  namecheap: { ...USUAL, srv: 'serviceFields', hasTlsa: false },
  route53: {
    ...USUAL,
    ...{ apex: '', quotesText: true, longText: 'strings', priorityField: false, srv: 'value' },
  },
  gandi: { ...USUAL, targetDot: true },
  aliyun: { ...USUAL, srv: 'value', hasTlsa: false },
  dnspod: { ...USUAL, srv: 'value', hasTlsa: false },
};

export const DNS_HOST_NAMES = Object.keys(DNS_HOSTS) as readonly DnsHost[];
