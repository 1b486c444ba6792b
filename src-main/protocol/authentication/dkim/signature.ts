/**
 * Signature fields: what DKIM-Signature and ARC-Message-Signature say about themselves.
 *
 * RFC 6376 §3.5, §6.1.1; RFC 8301 (algorithms); RFC 8463 (Ed25519); RFC 8617 §4.1.2 (no version, an instance in its place).
 * Invariants: never throws; a signature that is returned has everything that verifying needs.
 */
import type { Result } from '../../../base/result.ts';
import { err, ok } from '../../../base/result.ts';
import { domainToAscii } from '../../../format/domain.ts';
import type { DkimResult } from '../findings.ts';
import { parseTagList, withoutSpace, type TagList } from '../tag-list.ts';
import { rawBody, type Canonicalization, type RawField } from './canonical-header.ts';

export type SignatureAlgorithm = 'rsa-sha256' | 'ed25519-sha256';

export interface DkimSignature {
  readonly algorithm: SignatureAlgorithm;
  readonly domain: string;
  readonly selector: string;
  /** i= */
  readonly identity: string;
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  /** Names, in the order of h=. */
  readonly signedFields: readonly string[];
  readonly bodyHash: string;
  readonly signature: string;
  /** l= */
  readonly bodyLength?: number;
  /** Seconds since 1970 UTC: t= and x=. */
  readonly signedAt?: number;
  readonly expiresAt?: number;
}

export interface SignatureProblem {
  readonly result: Extract<DkimResult, 'permerror' | 'policy' | 'neutral'>;
  readonly reason: string;
}

/** What can be said of a signature, even a broken one. */
export interface SignatureFacts {
  readonly domain: string;
  readonly selector: string;
  readonly identity: string;
  readonly algorithm: string;
  readonly signatureStart: string;
}

/** RFC 6008 §3: eight characters tell signatures apart. */
const START_CHARACTERS = 8;

export function readSignatureFacts(field: RawField): SignatureFacts {
  const tags = parseTagList(rawBody(field)) ?? new Map<string, string>();
  const domain = readDomain(tags.get('d') ?? '') ?? '';
  return {
    domain,
    selector: readSelector(tags.get('s') ?? '') ?? '',
    identity: printable(tags.get('i') ?? `@${domain}`),
    algorithm: printable(tags.get('a') ?? ''),
    signatureStart: withoutSpace(printable(tags.get('b') ?? '')).slice(0, START_CHARACTERS),
  };
}

/** `kind`: of which sort of field it is. */
export function parseSignature(
  field: RawField,
  kind: 'dkim' | 'arc',
): Result<DkimSignature, SignatureProblem> {
  const tags = parseTagList(rawBody(field));
  if (tags === null) return permanent('the signature field is malformed');
  const missing = ['a', 'b', 'bh', 'd', 'h', 's'].find((name) => (tags.get(name) ?? '') === '');
  if (missing !== undefined) return permanent(`the signature has no ${missing}=`);
  if (kind === 'dkim' && tags.get('v') !== '1')
    return permanent('the signature is of no version that is known');
  const algorithm = readAlgorithm(tags.get('a') ?? '');
  if (!algorithm.ok) return algorithm;
  const names = readNames(tags, kind);
  const times = readTimes(tags);
  if (!names.ok) return names;
  if (!times.ok) return times;
  const canonicalization = readCanonicalization(tags.get('c') ?? 'simple/simple');
  if (canonicalization === null) return permanent('c= names no canonicalization that is known');
  const methods = withoutSpace(tags.get('q') ?? 'dns/txt')
    .toLowerCase()
    .split(':');
  if (!methods.includes('dns/txt')) return permanent('q= names no way to the key that is known');
  const signedFields = withoutSpace(tags.get('h') ?? '')
    .toLowerCase()
    .split(':');
  // RFC 6376 §5.4, RFC 8617 §4.1.2
  if (kind === 'dkim' && !signedFields.includes('from')) return permanent('the From field is not signed');
  if (kind === 'arc' && signedFields.includes('arc-seal')) return permanent('it signs ARC-Seal');
  return ok({
    algorithm: algorithm.value,
    ...names.value,
    ...times.value,
    ...canonicalization,
    signedFields,
    bodyHash: withoutSpace(tags.get('bh') ?? ''),
    signature: withoutSpace(tags.get('b') ?? ''),
  });
}

export function permanent(reason: string): { readonly ok: false; readonly error: SignatureProblem } {
  return err({ result: 'permerror', reason });
}

export function readAlgorithm(written: string): Result<SignatureAlgorithm, SignatureProblem> {
  const algorithm = written.toLowerCase();
  if (algorithm === 'rsa-sha256' || algorithm === 'ed25519-sha256') return ok(algorithm);
  // RFC 8301 §3.1
  if (algorithm === 'rsa-sha1') return err({ result: 'policy', reason: 'SHA-1 signatures prove nothing' });
  return err({ result: 'neutral', reason: `the algorithm ${printable(written)} is not known` });
}

/** d=, s= and i=, which is an instance in ARC. */
function readNames(
  tags: TagList,
  kind: 'dkim' | 'arc',
): Result<Pick<DkimSignature, 'domain' | 'selector' | 'identity'>, SignatureProblem> {
  const domain = readDomain(tags.get('d') ?? '');
  const selector = readSelector(tags.get('s') ?? '');
  if (domain === null) return permanent('d= is no domain name');
  if (selector === null) return permanent('s= is no selector');
  const identity = (kind === 'dkim' ? tags.get('i') : undefined) ?? `@${domain}`;
  const identityDomain = readDomain(identity.slice(identity.lastIndexOf('@') + 1));
  // RFC 6376 §3.5: the same domain or one below it.
  if (!identity.includes('@') || identityDomain === null) return permanent('i= is no identity');
  if (identityDomain !== domain && !identityDomain.endsWith(`.${domain}`))
    return permanent('i= is not below d=');
  return ok({ domain, selector, identity: printable(identity) });
}

/** Lower case, A-labels. */
export function readDomain(text: string): string | null {
  // Octets were read one by one: U-labels are put together again.
  const decoded = new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  const ascii = domainToAscii(withoutSpace(decoded));
  return ascii.ok && ascii.value.includes('.') ? ascii.value : null;
}

export function readSelector(text: string): string | null {
  const selector = withoutSpace(text).toLowerCase();
  return /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/.test(selector)
    ? selector
    : null;
}

function readTimes(
  tags: TagList,
): Result<Pick<DkimSignature, 'bodyLength' | 'signedAt' | 'expiresAt'>, SignatureProblem> {
  const bodyLength = readNumber(tags.get('l'));
  const signedAt = readNumber(tags.get('t'));
  const expiresAt = readNumber(tags.get('x'));
  if (bodyLength === null || signedAt === null || expiresAt === null)
    return permanent('l=, t= or x= is no number');
  // RFC 6376 §3.5
  if (signedAt !== undefined && expiresAt !== undefined && expiresAt <= signedAt)
    return permanent('it expires before it was made');
  return ok({
    ...(bodyLength !== undefined && { bodyLength }),
    ...(signedAt !== undefined && { signedAt }),
    ...(expiresAt !== undefined && { expiresAt }),
  });
}

function readNumber(text: string | undefined): number | undefined | null {
  if (text === undefined) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function readCanonicalization(text: string): Pick<DkimSignature, 'header' | 'body'> | null {
  const [header = '', body = 'simple', ...rest] = withoutSpace(text).toLowerCase().split('/');
  return rest.length === 0 && isCanonicalization(header) && isCanonicalization(body)
    ? { header, body }
    : null;
}

function isCanonicalization(text: string): text is Canonicalization {
  return text === 'simple' || text === 'relaxed';
}

/** What a stranger wrote, fit for a header field and a page. */
export function printable(text: string): string {
  return text
    .replace(/\r?\n[ \t]+/g, '')
    .replace(/[^\x21-\x7e]/g, '?')
    .slice(0, 255);
}
