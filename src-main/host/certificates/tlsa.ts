/** What TLSA records say of our keys (RFC 6698 §2.1, RFC 7671 §5.1): `3 1 1`, so that a certificate may be renewed under its key. */
import { createHash } from 'node:crypto';
import { publicKeyOf } from './inspect-pair.ts';

/** SHA-256 of the public half of a key, hexadecimal. */
export function hashOfKey(privateKeyPem: string): string {
  return createHash('sha256').update(publicKeyOf(privateKeyPem)).digest('hex');
}
