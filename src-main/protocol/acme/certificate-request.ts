/** Certificate requests (PKCS #10, RFC 2986), and the keys that they are for. */
import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509';

const CURVE = 'P-256';
const ALGORITHM = { name: 'ECDSA', namedCurve: CURVE, hash: 'SHA-256' };

/** A new key, PEM (PKCS #8). */
export function makeKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: CURVE });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** DER. The key is one that makeKey() made. */
export async function makeCertificateRequest(names: readonly string[], keyPem: string): Promise<Uint8Array> {
  const keys = await importKeys(keyPem);
  const alternatives = names.map((value) => ({ type: 'dns' as const, value }));
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: '',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new SubjectAlternativeNameExtension(alternatives)],
  });
  return new Uint8Array(request.rawData);
}

async function importKeys(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const jwk = createPrivateKey(pem).export({ format: 'jwk' });
  const { d: _, ...half } = jwk;
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey('jwk', jwk, ALGORITHM, true, ['sign']),
    webcrypto.subtle.importKey('jwk', half, ALGORITHM, true, ['verify']),
  ]);
  return { privateKey, publicKey };
}
