/**
 * Tree walk: where a domain's DMARC policy stands, and which domain is its organization's.
 *
 * RFC 9989 §4.10. (RFC 7489 asked a list of public suffixes instead; RFC 9989, which obsoletes it, asks DNS.)
 * Invariants: at most eight queries for a name; a query that nobody answers makes the walk worthless, since what is not known
 * might be the policy.
 */
import type { DnsResolver } from '../../dns/resolver.ts';
import type { DmarcRecord } from '../findings.ts';
import { MAX_TREE_WALK_QUERIES } from '../limits.ts';
import { isDmarcRecord, parseDmarcRecord } from './record.ts';

export type TreeWalk =
  | {
      readonly kind: 'walked';
      /** From the longest name to the shortest. */
      readonly records: readonly DmarcRecord[];
      readonly organizationalDomain: string;
    }
  | { readonly kind: 'temporaryFailure'; readonly reason: string };

/** `domain`: lower case, A-labels. */
export async function walkTree(domain: string, resolver: DnsResolver): Promise<TreeWalk> {
  const records: DmarcRecord[] = [];
  for (const name of namesToAsk(domain)) {
    const answer = await resolver.txt(`_dmarc.${name}`);
    if (answer.kind === 'temporaryFailure') {
      return {
        kind: 'temporaryFailure',
        reason: `_dmarc.${name} could not be looked up: ${answer.reason}`,
      };
    }
    const record = answer.kind === 'found' ? readAnswer(name, answer.records) : null;
    if (record === null) continue;
    records.push(record);
    if (record.publicSuffix !== 'unknown') break;
  }
  return { kind: 'walked', records, organizationalDomain: selectOrganizationalDomain(domain, records) };
}

/** RFC 9989 §4.10, steps 1 to 7: of names with more than seven labels those in between are left out. */
function namesToAsk(domain: string): readonly string[] {
  const labels = domain.split('.');
  const names = [domain];
  const most = Math.min(labels.length - 1, MAX_TREE_WALK_QUERIES - 1);
  for (let count = most; count > 0; count--) names.push(labels.slice(-count).join('.'));
  return names;
}

/** RFC 9989 §4.10: of several records none counts. */
function readAnswer(name: string, texts: readonly string[]): DmarcRecord | null {
  const [text, ...others] = texts.filter(isDmarcRecord);
  return text === undefined || others.length > 0 ? null : parseDmarcRecord(name, text);
}

/** RFC 9989 §4.10.2 */
function selectOrganizationalDomain(domain: string, records: readonly DmarcRecord[]): string {
  for (const { domain: found, publicSuffix } of records) {
    if (publicSuffix === 'no') return found;
    if (publicSuffix === 'yes' && found !== domain) return oneLabelBelow(found, domain);
  }
  return records.at(-1)?.domain ?? domain;
}

function oneLabelBelow(parent: string, domain: string): string {
  return domain
    .split('.')
    .slice(-(parent.split('.').length + 1))
    .join('.');
}

/** RFC 9989 §4.10.1: the author domain's own record, or its organization's, or its public suffix's. */
export function selectPolicy(
  domain: string,
  walk: Extract<TreeWalk, { kind: 'walked' }>,
): DmarcRecord | null {
  const { records, organizationalDomain } = walk;
  return (
    records.find((record) => record.domain === domain) ??
    records.find((record) => record.domain === organizationalDomain) ??
    records.find((record) => record.publicSuffix === 'yes') ??
    null
  );
}
