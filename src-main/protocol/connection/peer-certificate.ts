/** What a server's certificate says, and whether it proves the server: by a known authority (WebPKI) or by DNS (DANE). */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** The words of RFC 8460 §4.3 for what may be wrong with TLS. */
export type TlsFailure =
  | 'starttls-not-supported'
  | 'certificate-host-mismatch'
  | 'certificate-expired'
  | 'certificate-not-trusted'
  | 'validation-failure'
  | 'tlsa-invalid'
  | 'dnssec-invalid'
  | 'dane-required'
  | 'sts-policy-fetch-error'
  | 'sts-policy-invalid'
  | 'sts-webpki-invalid';

export interface PeerCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** What it is good for: DNS names and addresses. */
  readonly names: readonly string[];
  /** Milliseconds since 1970 UTC. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-256, hexadecimal with colons. */
  readonly fingerprint: string;
}

/** The certificate, and those that it is signed with as far as the server sent them. */
export function readPeerChain(socket: TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && !chain.some(({ fingerprint256 }) => fingerprint256 === next?.fingerprint256)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

export function describeCertificate(certificate: X509Certificate): PeerCertificate {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: (certificate.subjectAltName ?? '')
      .split(', ')
      .flatMap((name) => (name === '' ? [] : [name.replace(/^[^:]*:/u, '')])),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    fingerprint: certificate.fingerprint256,
  };
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

/** What a code of the TLS library comes to. */
export function failureOfCode(code: string): TlsFailure {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'certificate-expired';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'certificate-host-mismatch';
  return /SELF_SIGNED|ISSUER|LEAF_SIGNATURE|UNTRUSTED/u.test(code)
    ? 'certificate-not-trusted'
    : 'validation-failure';
}
