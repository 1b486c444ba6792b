/**
 * Where a report may go: the mail addresses that a domain asks for, as far as those who would get it agree.
 *
 * RFC 7489 §7.1 (RFC 9990 §4): an address in another organization counts only if that one says so in DNS; otherwise anybody could
 * have reports poured over anybody. RFC 8460 §3 (TLS-RPT) asks for no such consent.
 */
import { parseAddress } from '../../format/address.ts';
import { isDmarcRecord } from '../../protocol/authentication/dmarc/record.ts';
import { walkTree } from '../../protocol/authentication/dmarc/tree-walk.ts';
import { parseTagList } from '../../protocol/authentication/tag-list.ts';
import type { DnsResolver } from '../../protocol/dns/resolver.ts';
import { MAX_DESTINATIONS } from './limits.ts';

export interface Destination {
  readonly address: string;
  /** The largest report that it takes, in octets as sent; null: it does not say. */
  readonly maxOctets: number | null;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** null for what is no mail address. */
export function parseReportUri(uri: string): Destination | null {
  const [, target = '', size, unit = ''] =
    /^mailto:([^!?]+)(?:\?[^!]*)?(?:!(\d{1,12})([kmgt]?))?$/i.exec(uri) ?? [];
  const address = decodeUri(target);
  if (address === null || !parseAddress(address, { allowUtf8: true }).ok) return null;
  const maxOctets = size === undefined ? null : Number(size) * (UNITS[unit.toLowerCase()] ?? 1);
  return { address, maxOctets };
}

function decodeUri(text: string): string | null {
  try {
    return text === '' ? null : decodeURIComponent(text);
  } catch {
    return null;
  }
}

export async function findDmarcDestinations(
  domain: string,
  uris: readonly string[],
  resolver: DnsResolver,
): Promise<readonly Destination[]> {
  const wanted = uris.flatMap((uri) => parseReportUri(uri) ?? []).slice(0, MAX_DESTINATIONS);
  const agreed = await Promise.all(wanted.map(({ address }) => agrees(domain, address, resolver)));
  return wanted.filter((_, index) => agreed[index] === true);
}

async function agrees(domain: string, address: string, resolver: DnsResolver): Promise<boolean> {
  const host = hostOf(address);
  if (host === domain) return true;
  const [ours, theirs] = await Promise.all([walkTree(domain, resolver), walkTree(host, resolver)]);
  const isSame =
    ours.kind === 'walked' &&
    theirs.kind === 'walked' &&
    ours.organizationalDomain === theirs.organizationalDomain;
  if (isSame) return true;
  const consent = await resolver.txt(`${domain}._report._dmarc.${host}`);
  return consent.kind === 'found' && consent.records.some(isDmarcRecord);
}

function hostOf(address: string): string {
  const parsed = parseAddress(address, { allowUtf8: true });
  return parsed.ok ? parsed.value.asciiDomain : '';
}

/** RFC 8460 §3: `_smtp._tls.<domain>`. Of several records none counts. */
export async function findTlsDestinations(
  domain: string,
  resolver: DnsResolver,
): Promise<readonly Destination[]> {
  const answer = await resolver.txt(`_smtp._tls.${domain}`);
  const records =
    answer.kind === 'found' ? answer.records.filter((text) => /^v=TLSRPTv1\s*(?:;|$)/.test(text)) : [];
  const [text] = records;
  if (text === undefined || records.length > 1) return [];
  const uris = (parseTagList(text)?.get('rua') ?? '').split(',');
  return uris.flatMap((uri) => parseReportUri(uri.trim()) ?? []).slice(0, MAX_DESTINATIONS);
}
