/** A certificate authority for tests: a root, an intermediate, and certificates for any names. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

const DAY_MS = 24 * 60 * 60_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface TestAuthority {
  /** PEM */
  readonly root: string;
  readonly intermediate: string;
  /** `days`: from now to its end. The certificate comes with the intermediate. */
  issue(
    names: readonly string[],
    options?: { days?: number; publicKey?: webcrypto.CryptoKey },
  ): Promise<{ certificate: string; key: string }>;
}

export async function makeAuthority(now: number): Promise<TestAuthority> {
  const generate = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const [rootKeys, middleKeys] = await Promise.all([generate(), generate()]);
  const life = { notBefore: new Date(now - 400 * DAY_MS), notAfter: new Date(now + 3000 * DAY_MS) };
  const asAuthority = [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
  ];
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: [{ O: ['Test authority'] }, { CN: ['Root'] }],
    ...life,
    signingAlgorithm: ALGORITHM,
    keys: rootKeys,
    extensions: asAuthority,
  });
  const intermediate = await X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'O=Test authority, CN=Issuer',
    issuer: root.subject,
    ...life,
    signingAlgorithm: ALGORITHM,
    signingKey: rootKeys.privateKey,
    publicKey: middleKeys.publicKey,
    extensions: asAuthority,
  });
  let serial = 16;
  return {
    root: root.toString('pem'),
    intermediate: intermediate.toString('pem'),
    async issue(names, { days = 90, publicKey } = {}) {
      const keys = await generate();
      const certificate = await X509CertificateGenerator.create({
        serialNumber: (++serial).toString(16),
        subject: [{ CN: [names[0] ?? ''] }],
        issuer: intermediate.subject,
        notBefore: new Date(Math.min(now - 60_000, now + (days - 90) * DAY_MS)),
        notAfter: new Date(now + days * DAY_MS),
        signingAlgorithm: ALGORITHM,
        signingKey: middleKeys.privateKey,
        publicKey: publicKey ?? keys.publicKey,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
          new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value }))),
        ],
      });
      const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
      return {
        certificate: chainOf(certificate, intermediate),
        key: PemConverter.encode(key, 'PRIVATE KEY'),
      };
    },
  };
}

function chainOf(...certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => `${certificate.toString('pem')}\n`).join('');
}
