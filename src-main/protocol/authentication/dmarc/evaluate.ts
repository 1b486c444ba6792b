/**
 * DMARC: whether SPF or DKIM proves what the author's address claims, and what its domain asks for where neither does.
 *
 * RFC 9989 §4.4 (alignment), §5.3; RFC 7489 §6.6.1 (several authors), §6.6.4 (`pct`). Flow: SPF and DKIM findings → here →
 * screening's policy, reports. Invariants: never rejects; what nobody could say is temperror and asks for nothing.
 */
import type { DnsResolver } from '../../dns/resolver.ts';
import { readAuthorDomains } from '../author-domains.ts';
import type { RawField } from '../dkim/canonical-header.ts';
import type { DkimFinding, DmarcFinding, DmarcPolicy, DmarcRecord, SpfFinding } from '../findings.ts';
import { selectPolicy, walkTree, type TreeWalk } from './tree-walk.ts';

export interface DmarcEvidence {
  readonly fields: readonly RawField[];
  /** Of MAIL FROM; with the null reverse-path that of HELO stands for it. */
  readonly spf: SpfFinding;
  readonly dkim: readonly DkimFinding[];
}

export interface DmarcOptions {
  readonly resolver: DnsResolver;
  /** From 0 to below 100: whether `pct` means this message. */
  readonly chance: () => number;
}

export async function evaluateDmarc(evidence: DmarcEvidence, options: DmarcOptions): Promise<DmarcFinding> {
  const domains = readAuthorDomains(evidence.fields);
  if (typeof domains === 'string') return unjudged('permerror', '', domains);
  const findings = await Promise.all(domains.map((domain) => evaluateDomain(domain, evidence, options)));
  // RFC 7489 §6.6.1: of several authors' policies the strictest counts.
  return findings.reduce((worst, finding) => (severity(finding) > severity(worst) ? finding : worst));
}

const RESULT_SEVERITY = { pass: 0, none: 1, permerror: 2, temperror: 3, fail: 4 } as const;
const POLICY_SEVERITY = { none: 0, quarantine: 1, reject: 2 } as const;

function severity({ result, disposition }: DmarcFinding): number {
  return RESULT_SEVERITY[result] * 3 + POLICY_SEVERITY[disposition];
}

function unjudged(result: 'permerror' | 'temperror' | 'none', domain: string, reason: string): DmarcFinding {
  return {
    result,
    domain,
    organizationalDomain: domain,
    disposition: 'none',
    isSpfAligned: false,
    isDkimAligned: false,
    reason,
  };
}

async function evaluateDomain(
  domain: string,
  evidence: DmarcEvidence,
  options: DmarcOptions,
): Promise<DmarcFinding> {
  const walk = await walkTree(domain, options.resolver);
  if (walk.kind === 'temporaryFailure') return unjudged('temperror', domain, walk.reason);
  const record = selectPolicy(domain, walk);
  const { organizationalDomain } = walk;
  if (record === null)
    return { ...unjudged('none', domain, `${domain} publishes no DMARC policy`), organizationalDomain };
  const alignment = await judgeAlignment(
    { domain, organizationalDomain, record },
    evidence,
    options.resolver,
  );
  const policy = await choosePolicy(domain, record, options.resolver);
  const { isSpfAligned, isDkimAligned, undecided } = alignment;
  const known = { domain, organizationalDomain, record, policy, isSpfAligned, isDkimAligned };
  if (isSpfAligned || isDkimAligned) {
    const reason = `${isDkimAligned ? 'DKIM' : 'SPF'} proves ${domain}`;
    return { ...known, result: 'pass', disposition: 'none', reason };
  }
  if (undecided !== null) return { ...known, result: 'temperror', disposition: 'none', reason: undecided };
  const reason = `neither SPF nor DKIM proves ${domain}, which asks for ${policy.asks}`;
  return { ...known, ...ease(policy.asks, record, options.chance), result: 'fail', reason };
}

/** RFC 9989 §4.7 (sp, np): which of the policies concerns this domain. */
async function choosePolicy(
  domain: string,
  record: DmarcRecord,
  resolver: DnsResolver,
): Promise<{ tag: 'p' | 'sp' | 'np'; asks: DmarcPolicy }> {
  const { policy, subdomainPolicy, nonexistentPolicy } = record;
  if (record.domain === domain) return { tag: 'p', asks: policy };
  if (nonexistentPolicy !== undefined && !(await mayExist(domain, resolver)))
    return { tag: 'np', asks: nonexistentPolicy };
  return subdomainPolicy === undefined ? { tag: 'p', asks: policy } : { tag: 'sp', asks: subdomainPolicy };
}

/** RFC 9989 §3.2.13: a name without A, AAAA and MX does not exist. Where nobody could say, it does. */
async function mayExist(domain: string, resolver: DnsResolver): Promise<boolean> {
  const answers = await Promise.all([resolver.a(domain), resolver.aaaa(domain), resolver.mx(domain)]);
  return answers.some(({ kind }) => kind === 'found' || kind === 'temporaryFailure');
}

/** t= takes a step back (RFC 9989 §4.7), and so does a message that pct leaves out (RFC 7489 §6.6.4). */
function ease(
  asks: DmarcPolicy,
  { isTesting, percent }: DmarcRecord,
  chance: () => number,
): Pick<DmarcFinding, 'disposition' | 'eased'> {
  if (asks === 'none') return { disposition: asks };
  const milder = asks === 'reject' ? 'quarantine' : 'none';
  if (isTesting) return { disposition: milder, eased: 'testing' };
  if (chance() >= percent) return { disposition: milder, eased: 'sampledOut' };
  return { disposition: asks };
}

interface Author {
  readonly domain: string;
  readonly organizationalDomain: string;
  readonly record: DmarcRecord;
}

interface Alignment {
  readonly isSpfAligned: boolean;
  readonly isDkimAligned: boolean;
  /** What could have decided otherwise, had anybody been able to say. */
  readonly undecided: string | null;
}

async function judgeAlignment(
  author: Author,
  { spf, dkim }: DmarcEvidence,
  resolver: DnsResolver,
): Promise<Alignment> {
  const { spfAlignment, dkimAlignment } = author.record;
  const aligns = (domain: string, mode: 'relaxed' | 'strict') =>
    isAligned(author, { domain, mode }, resolver);
  const undecided: string[] = [];
  let isSpfAligned = false;
  if (spf.result === 'pass' || spf.result === 'temperror') {
    const outcome = await aligns(spf.domain, spfAlignment);
    isSpfAligned = outcome === true && spf.result === 'pass';
    if (typeof outcome === 'string') undecided.push(outcome);
    else if (outcome && spf.result === 'temperror') undecided.push(spf.reason);
  }
  let isDkimAligned = false;
  for (const { domain, result, reason } of dkim) {
    if (isDkimAligned || (result !== 'pass' && result !== 'temperror')) continue;
    const outcome = await aligns(domain, dkimAlignment);
    if (outcome === true && result === 'pass') isDkimAligned = true;
    if (typeof outcome === 'string') undecided.push(outcome);
    else if (outcome && result === 'temperror') undecided.push(reason);
  }
  return { isSpfAligned, isDkimAligned, undecided: undecided[0] ?? null };
}

/** RFC 9989 §4.4; a sentence where nobody could say. */
async function isAligned(
  author: Author,
  identifier: { domain: string; mode: 'relaxed' | 'strict' },
  resolver: DnsResolver,
): Promise<boolean | string> {
  const { domain, mode } = identifier;
  if (domain === author.domain) return true;
  if (mode === 'strict' || !isRelated(domain, author.domain)) return false;
  const walk: TreeWalk = await walkTree(domain, resolver);
  if (walk.kind === 'temporaryFailure') return walk.reason;
  return walk.organizationalDomain === author.organizationalDomain;
}

/** Domains without a label in common at their ends belong to nobody in common: no walk is needed to see it. */
function isRelated(one: string, other: string): boolean {
  return one.slice(one.lastIndexOf('.')) === other.slice(other.lastIndexOf('.'));
}
