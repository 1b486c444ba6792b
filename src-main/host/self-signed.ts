/** Makes the certificate that a fresh installation shows until it has a better one. */
import { webcrypto } from 'node:crypto';
import { EC_ALGORITHM, importKeys, makeKey } from '../protocol/acme/ec-keys.ts';
import { loadX509 } from '../protocol/acme/load-x509.ts';

const DAY_MS = 24 * 60 * 60_000;
/** The longest that Apple's clients accept. */
const VALID_MS = 825 * DAY_MS;

/**
 * A certificate and key in PEM for the name, and for localhost, where the first tries are made. `key`: one that is kept, so that what
 * TLSA records say of it stays true.
 */
export async function makeSelfSigned(
  hostname: string,
  now: number,
  key = makeKey(),
): Promise<{ certificate: string; key: string }> {
  const x509 = await loadX509();
  const names = [...new Set([hostname, 'localhost'])].map((value) => ({ type: 'dns' as const, value }));
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    name: [{ CN: [hostname] }],
    // An hour back, for clients whose clock is behind.
    notBefore: new Date(now - 60 * 60_000),
    notAfter: new Date(now + VALID_MS),
    signingAlgorithm: EC_ALGORITHM,
    keys: await importKeys(key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([...names, { type: 'ip', value: '127.0.0.1' }]),
    ],
  });
  return { certificate: certificate.toString('pem'), key };
}
