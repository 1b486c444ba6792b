/** The TXT record of a signing key, and whether DNS has it (RFC 6376 §3.6). */
import { parseTagList, withoutSpace } from '../../protocol/authentication/tag-list.ts';
import type { DnsResolver } from '../../protocol/dns/resolver.ts';
import type { Publication, SigningKeyRow } from './port.ts';

export function recordNameOf({ selector, domain }: Pick<SigningKeyRow, 'selector' | 'domain'>): string {
  return `${selector}._domainkey.${domain}`;
}

export function recordTextOf({
  algorithm,
  publicKey,
}: Pick<SigningKeyRow, 'algorithm' | 'publicKey'>): string {
  return `v=DKIM1; k=${keyTypeOf(algorithm)}; p=${publicKey}`;
}

function keyTypeOf(algorithm: SigningKeyRow['algorithm']): string {
  return algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519';
}

export async function findPublication(key: SigningKeyRow, resolver: DnsResolver): Promise<Publication> {
  const answer = await resolver.txt(recordNameOf(key));
  if (answer.kind === 'temporaryFailure') return 'unknown';
  if (answer.kind !== 'found') return 'missing';
  return answer.records.some((text) => isRecordOf(key, text)) ? 'equal' : 'different';
}

/** Other tags and white space are the administrator's. */
function isRecordOf({ algorithm, publicKey }: SigningKeyRow, text: string): boolean {
  const tags = parseTagList(text);
  return (
    tags !== null &&
    withoutSpace(tags.get('p') ?? '') === publicKey &&
    (tags.get('k') ?? 'rsa').toLowerCase() === keyTypeOf(algorithm)
  );
}
