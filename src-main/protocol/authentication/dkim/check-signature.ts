/**
 * The cryptographic part of a verification: the signer's key from DNS, and whether it made this signature of these octets.
 *
 * RFC 6376 §6.1.2, §6.1.3; RFC 8463 §3; RFC 8617 §5.2. Flow: DKIM signatures, ARC message signatures, ARC seals → here.
 * Invariants: the arithmetic runs in Node's thread pool; never rejects.
 */
import { createHash, verify, type KeyObject } from 'node:crypto';
import type { DnsResolver } from '../../dns/resolver.ts';
import type { DkimResult } from '../findings.ts';
import { MAX_KEY_RECORDS } from '../limits.ts';
import { parseKeyRecord, type DkimKey } from './key-record.ts';
import type { DkimSignature, SignatureAlgorithm } from './signature.ts';

export interface SignatureCheck {
  readonly result: Extract<DkimResult, 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror'>;
  readonly reason: string;
  readonly key?: DkimKey;
}

/** `data`: what was signed, one character an octet. */
export async function checkSignature(
  signature: Pick<DkimSignature, 'algorithm' | 'domain' | 'selector' | 'signature'>,
  data: string,
  resolver: DnsResolver,
): Promise<SignatureCheck> {
  const { domain, selector, algorithm } = signature;
  const name = `${selector}._domainkey.${domain}`;
  const answer = await resolver.txt(name);
  if (answer.kind === 'temporaryFailure')
    return { result: 'temperror', reason: `the key at ${name} could not be looked up: ${answer.reason}` };
  if (answer.kind !== 'found') return { result: 'permerror', reason: `there is no key at ${name}` };
  let check: SignatureCheck = { result: 'permerror', reason: `there is no key at ${name}` };
  for (const text of answer.records.slice(0, MAX_KEY_RECORDS)) {
    const key = parseKeyRecord(text, algorithm);
    if (!key.ok) {
      check = { result: key.error.result, reason: `${key.error.reason} (${name})` };
      continue;
    }
    const isValid = await isSignedBy(key.value.key, { algorithm, data, signature: signature.signature });
    if (isValid) return { result: 'pass', reason: `the signature of ${domain} is good`, key: key.value };
    check = { result: 'fail', reason: 'the signature does not fit what was signed', key: key.value };
  }
  return check;
}

function isSignedBy(
  key: KeyObject,
  signed: { algorithm: SignatureAlgorithm; data: string; signature: string },
): Promise<boolean> {
  const octets = Buffer.from(signed.data, 'latin1');
  const isRsa = signed.algorithm === 'rsa-sha256';
  // RFC 8463 §3: Ed25519 signs the hash.
  const message = isRsa ? octets : createHash('sha256').update(octets).digest();
  return new Promise((resolve) => {
    const signature = Buffer.from(signed.signature, 'base64');
    verify(isRsa ? 'sha256' : null, message, key, signature, (error, isValid) =>
      resolve(error === null && isValid),
    );
  });
}
