/**
 * DMARC policy records.
 *
 * RFC 9989 §4.7, §4.8 (tags and grammar); RFC 7489 §6.3 (`pct`, which RFC 9989 retired: domains that are still on their way ask
 * for a part of their mail only, and get no more than they asked for). Invariants: never throws; unknown tags are read over.
 */
import type { DmarcPolicy, DmarcRecord } from '../findings.ts';
import { withoutSpace } from '../tag-list.ts';

/** `domain`: where it was found. null where the text is no DMARC record, or one that says nothing that could be done. */
export function parseDmarcRecord(domain: string, text: string): DmarcRecord | null {
  const tags = readTags(text);
  if (tags === null) return null;
  const reportUris = readUris(tags.get('rua') ?? '');
  const policy = readPolicy(tags.get('p'));
  const subdomainPolicy = readPolicy(tags.get('sp'));
  const nonexistentPolicy = readPolicy(tags.get('np'));
  const isWrong =
    policy === undefined ||
    (tags.has('sp') && subdomainPolicy === undefined) ||
    (tags.has('np') && nonexistentPolicy === undefined);
  // RFC 9989 §4.10.1: a record that only asks for reports counts as p=none.
  if (isWrong && reportUris.length === 0) return null;
  return {
    domain,
    text,
    policy: isWrong ? 'none' : policy,
    ...(!isWrong && subdomainPolicy !== undefined && { subdomainPolicy }),
    ...(!isWrong && nonexistentPolicy !== undefined && { nonexistentPolicy }),
    dkimAlignment: tags.get('adkim')?.toLowerCase() === 's' ? 'strict' : 'relaxed',
    spfAlignment: tags.get('aspf')?.toLowerCase() === 's' ? 'strict' : 'relaxed',
    isTesting: tags.get('t')?.toLowerCase() === 'y',
    percent: readPercent(tags.get('pct')),
    publicSuffix: PUBLIC_SUFFIX[tags.get('psd')?.toLowerCase() ?? ''] ?? 'unknown',
    reportUris,
    failureOptions: tags.get('fo') ?? '0',
  };
}

const PUBLIC_SUFFIX: Readonly<Record<string, DmarcRecord['publicSuffix']>> = { y: 'yes', n: 'no' };

/** A TXT record is a DMARC record by its first tag; letter case counts there (RFC 9989 §4.8). */
export function isDmarcRecord(text: string): boolean {
  return /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text);
}

/** By name in lower case; of a tag that stands twice the first counts. A part that is no tag is read over. */
function readTags(text: string): ReadonlyMap<string, string> | null {
  if (!isDmarcRecord(text)) return null;
  const tags = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim().toLowerCase();
    if (name !== '' && !tags.has(name)) tags.set(name, part.slice(equals + 1).trim());
  }
  return tags;
}

function readPolicy(value: string | undefined): DmarcPolicy | undefined {
  const policy = value?.toLowerCase();
  return policy === 'none' || policy === 'quarantine' || policy === 'reject' ? policy : undefined;
}

function readPercent(value: string | undefined): number {
  const percent = /^\d{1,3}$/.test(value ?? '') ? Number(value) : 100;
  return percent > 100 ? 100 : percent;
}

/** RFC 3986 §3.1: something that begins with a scheme. */
function readUris(value: string): readonly string[] {
  return withoutSpace(value)
    .split(',')
    .filter((uri) => /^[a-z][a-z0-9+.-]*:[^,;!\s]+(?:![0-9]+[kmgt]?)?$/i.test(uri));
}
