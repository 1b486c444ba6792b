/** RFC 9989 §4.10: the DMARC record that receivers obey for a domain. */
import type { DmarcRecord } from '../../../protocol/authentication/findings.ts';
import { selectPolicy, walkTree } from '../../../protocol/authentication/dmarc/tree-walk.ts';
import type { CheckTools } from '../../tools.ts';

export type Policy =
  | { readonly kind: 'found'; readonly record: DmarcRecord; readonly organization: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unsure'; readonly reason: string };

export async function policyOf(tools: CheckTools, domain: string): Promise<Policy> {
  const walk = await walkTree(domain, tools.resolver);
  if (walk.kind === 'temporaryFailure') return { kind: 'unsure', reason: walk.reason };
  const record = selectPolicy(domain, walk);
  return record === null
    ? { kind: 'none' }
    : { kind: 'found', record, organization: walk.organizationalDomain };
}
