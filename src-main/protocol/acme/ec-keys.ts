/** Keys on the curve P-256: what every client, authority and account of ours uses. */
import { createPrivateKey, generateKeyPairSync, webcrypto } from 'node:crypto';

const CURVE = 'P-256';
/** As certificates and requests are signed with them. */
export const EC_ALGORITHM = { name: 'ECDSA', namedCurve: CURVE, hash: 'SHA-256' };

/** A new key, PEM (PKCS #8). */
export function makeKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: CURVE });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Both halves, for those who sign by Web Crypto. The key is one that makeKey() made. */
export async function importKeys(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const jwk = createPrivateKey(pem).export({ format: 'jwk' });
  const { d: _, ...half } = jwk;
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey('jwk', jwk, EC_ALGORITHM, true, ['sign']),
    webcrypto.subtle.importKey('jwk', half, EC_ALGORITHM, true, ['verify']),
  ]);
  return { privateKey, publicKey };
}
