/**
 * The TLSA records of an MX host, where DNSSEC proves every step from the domain to them.
 *
 * RFC 7672 §2. Invariants: without a resolver that is trusted there is no DANE; an insecure step means none; a step that could
 * not be looked up means that the host is not used now, since that is how an attack looks (§2.1.3).
 */
import { isUsable, type TlsaTerms } from '../../../protocol/connection/dane.ts';
import type { DnssecResolver, Proved, TlsaRecord } from '../../../protocol/dns/dnssec-resolver.ts';

export type DaneFinding =
  | { readonly kind: 'none' }
  /** There are records, and none that can be used: TLS is a must, and proves nothing (RFC 7672 §2.2). */
  | { readonly kind: 'unusable' }
  | { readonly kind: 'usable'; readonly terms: TlsaTerms }
  | { readonly kind: 'failed'; readonly reason: string };

const NONE = { kind: 'none' } as const;

export interface MxHost {
  readonly domain: string;
  readonly host: string;
  readonly port: number;
}

export async function findDane(mxHost: MxHost, resolver: DnssecResolver): Promise<DaneFinding> {
  if (!resolver.isTrusted()) return NONE;
  const { domain, host, port } = mxHost;
  const mx = await resolver.mx(domain);
  if (mx.answer.kind === 'temporaryFailure') return lookUpFailed(`MX ${domain}`, mx);
  if (!mx.isProved) return NONE;
  if (mx.answer.kind === 'found' && !mx.answer.records.includes(host.toLowerCase())) {
    return { kind: 'failed', reason: `${host} is no MX host of ${domain}, as DNSSEC proves` };
  }
  const addresses = await Promise.all([resolver.a(host), resolver.aaaa(host)]);
  const found = addresses.filter(({ answer }) => answer.kind === 'found');
  if (found.length === 0 || !found.every(({ isProved }) => isProved)) return NONE;
  const aliasOf = found[0]?.canonicalName ?? host;
  // RFC 7672 §2.2.2: where the alias leads first, then the name itself.
  const names = [...new Set([aliasOf, host.toLowerCase()])];
  for (const base of names) {
    const tlsa = await resolver.tlsa(`_${port}._tcp.${base}`);
    const finding = judge(tlsa, { base, names: [...new Set([base, host, domain])] });
    if (finding.kind !== 'none') return finding;
  }
  return NONE;
}

function judge(
  { answer, isProved }: Proved<TlsaRecord>,
  { base, names }: { base: string; names: readonly string[] },
): DaneFinding {
  if (answer.kind === 'temporaryFailure')
    return { kind: 'failed', reason: `TLSA of ${base}: ${answer.reason}` };
  if (answer.kind !== 'found' || !isProved) return NONE;
  const records = answer.records.filter(isUsable);
  return records.length === 0 ? { kind: 'unusable' } : { kind: 'usable', terms: { records, names } };
}

function lookUpFailed(question: string, { answer }: Proved<unknown>): DaneFinding {
  const reason = answer.kind === 'temporaryFailure' ? answer.reason : '';
  return { kind: 'failed', reason: `${question}: ${reason}` };
}
