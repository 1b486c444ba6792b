/**
 * What proves to an authority that a name is ours: a file (http-01), a certificate (tls-alpn-01), a TXT record (dns-01).
 *
 * RFC 8555 §8, RFC 8737.
 */
import { createHash, type KeyObject } from 'node:crypto';
import { EC_ALGORITHM, importKeys, makeKey } from './ec-keys.ts';
import { thumbprint } from './jws.ts';
import { loadX509 } from './load-x509.ts';

export type ChallengeType = 'http-01' | 'tls-alpn-01' | 'dns-01';

/** RFC 8555 §8.3 */
export const HTTP_CHALLENGE_PATH = '/.well-known/acme-challenge/';
/** RFC 8737 §6.2 */
export const ACME_TLS_PROTOCOL = 'acme-tls/1';
/** RFC 8737 §6.1: id-pe-acmeIdentifier. */
const ACME_IDENTIFIER = '1.3.6.1.5.5.7.1.31';
const HOUR_MS = 60 * 60_000;

/** RFC 8555 §8.1 */
export function keyAuthorization(token: string, accountKey: KeyObject): string {
  return `${token}.${thumbprint(accountKey)}`;
}

/** RFC 8555 §8.4 */
export function dnsChallengeRecord(name: string, authorization: string): { name: string; value: string } {
  const value = createHash('sha256').update(authorization).digest('base64url');
  return { name: `_acme-challenge.${name.replace(/^\*\./u, '')}`, value };
}

/** RFC 8737 §3: a self-signed certificate with the digest in a critical extension. */
export async function makeChallengeCertificate(
  name: string,
  authorization: string,
  now: number,
): Promise<{ certificate: string; key: string }> {
  const { Extension, SubjectAlternativeNameExtension, X509CertificateGenerator } = await loadX509();
  const key = makeKey();
  const digest = createHash('sha256').update(authorization).digest();
  // DER: an OCTET STRING of 32 octets.
  const identifier = Buffer.concat([Buffer.from([0x04, digest.length]), digest]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: [{ CN: [name] }],
    notBefore: new Date(now - HOUR_MS),
    notAfter: new Date(now + 24 * HOUR_MS),
    signingAlgorithm: EC_ALGORITHM,
    keys: await importKeys(key),
    extensions: [
      new SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
      new Extension(ACME_IDENTIFIER, true, identifier),
    ],
  });
  return { certificate: certificate.toString('pem'), key };
}
