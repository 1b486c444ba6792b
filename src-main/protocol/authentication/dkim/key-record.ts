/**
 * Key records: the public key that a domain publishes under a selector.
 *
 * RFC 6376 §3.6.1, §3.6.2, §6.1.2; RFC 8301 §3.2 (sizes); RFC 8463 §4 (Ed25519).
 * Invariants: never throws; a key that is returned may be used for the signature that it was asked for.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Result } from '../../../base/result.ts';
import { err, ok } from '../../../base/result.ts';
import { MAX_RSA_BITS, MAX_RSA_EXPONENT_BITS, MIN_RSA_BITS } from '../limits.ts';
import { parseTagList, withoutSpace, type TagList } from '../tag-list.ts';
import type { SignatureAlgorithm, SignatureProblem } from './signature.ts';
import { permanent } from './signature.ts';

export interface DkimKey {
  readonly key: KeyObject;
  readonly bits: number;
  /** t=y */
  readonly isTesting: boolean;
  /** t=s: i= has to have the very domain of d=. */
  readonly isStrict: boolean;
}

/** RFC 8410 §4: what stands before the 32 octets of a key. */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_OCTETS = 32;

export function parseKeyRecord(
  text: string,
  algorithm: SignatureAlgorithm,
): Result<DkimKey, SignatureProblem> {
  const tags = parseTagList(text);
  if (tags === null) return permanent('the key record is malformed');
  // RFC 6376 §3.6.1: where it is given, it stands first.
  if (tags.has('v') && (tags.get('v') !== 'DKIM1' || [...tags.keys()][0] !== 'v'))
    return permanent('the key record is of no version that is known');
  const data = tags.get('p');
  if (data === undefined) return permanent('the key record has no p=');
  if (data === '') return permanent('the key was revoked');
  const [keyType] = algorithm.split('-', 1);
  if ((tags.get('k') ?? 'rsa').toLowerCase() !== keyType) return permanent('the key is of another type');
  if (!allows(tags, 'h', 'sha256')) return permanent('the key is not for this hash algorithm');
  if (!allows(tags, 's', 'email')) return permanent('the key is not for mail');
  const flags = listOf(tags.get('t') ?? '');
  const key = readKey(withoutSpace(data), algorithm);
  if (!key.ok) return key;
  return ok({ ...key.value, isTesting: flags.includes('y'), isStrict: flags.includes('s') });
}

function allows(tags: TagList, name: 'h' | 's', wanted: string): boolean {
  const value = tags.get(name);
  if (value === undefined) return true;
  const list = listOf(value);
  return list.includes(wanted) || (name === 's' && list.includes('*'));
}

function listOf(value: string): readonly string[] {
  return withoutSpace(value).toLowerCase().split(':');
}

function readKey(
  base64: string,
  algorithm: SignatureAlgorithm,
): Result<Pick<DkimKey, 'key' | 'bits'>, SignatureProblem> {
  const octets = Buffer.from(base64, 'base64');
  if (algorithm === 'ed25519-sha256') {
    if (octets.length !== ED25519_OCTETS) return permanent('the Ed25519 key has not 32 octets');
    const der = Buffer.concat([ED25519_PREFIX, octets]);
    return ok({ key: createPublicKey({ key: der, format: 'der', type: 'spki' }), bits: 8 * ED25519_OCTETS });
  }
  const key = readRsaKey(octets);
  if (key?.asymmetricKeyType !== 'rsa') return permanent('the key cannot be read');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_RSA_BITS) return err({ result: 'policy', reason: `a key of ${bits} bits proves nothing` });
  if (bits > MAX_RSA_BITS) return err({ result: 'policy', reason: `a key of ${bits} bits is too long` });
  const exponent = key.asymmetricKeyDetails?.publicExponent ?? 0n;
  if (exponent >> BigInt(MAX_RSA_EXPONENT_BITS) > 0n)
    return err({ result: 'policy', reason: 'a key with an exponent like this costs too much to use' });
  return ok({ key, bits });
}

/** SubjectPublicKeyInfo as everybody writes it, or RSAPublicKey as RFC 6376 §3.6.1 says. */
function readRsaKey(der: Buffer): KeyObject | null {
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      return createPublicKey({ key: der, format: 'der', type });
    } catch {
      continue;
    }
  }
  return null;
}
