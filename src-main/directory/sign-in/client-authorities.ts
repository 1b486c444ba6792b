/**
 * The authorities that vouch for people's certificates (RFC 5280 §6, as far as one step goes): each that may issue them is named
 * itself, so there are no chains to build.
 *
 * Flow: EXTERNAL → here → whose mail addresses the certificate names. Invariants: what has expired, or is for something else than
 * showing who one is, is vouched for by nobody.
 */
import { X509Certificate } from 'node:crypto';

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/gu;
/** RFC 5280 §4.2.1.12: id-kp-clientAuth, id-kp-emailProtection, anyExtendedKeyUsage. */
const USABLE: readonly string[] = ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4', '2.5.29.37.0'];

/** The certificates of a PEM text; null where one of them is none, or may not issue others. */
export function parseAuthorities(pem: string): readonly X509Certificate[] | null {
  try {
    const authorities = (pem.match(PEM) ?? []).map((text) => new X509Certificate(text));
    return authorities.length > 0 && authorities.every(({ ca }) => ca) ? authorities : null;
  } catch {
    return null;
  }
}

export function isVouchedFor(certificate: X509Certificate, authorities: string, now: number): boolean {
  if (now < certificate.validFromDate.getTime() || now > certificate.validToDate.getTime()) return false;
  // Node types it as always there; without the extension it is not.
  const usages = certificate.keyUsage as readonly string[] | undefined;
  if (usages !== undefined && !usages.some((usage) => USABLE.includes(usage))) return false;
  const issuers = parseAuthorities(authorities) ?? [];
  return issuers.some(
    (issuer) =>
      now <= issuer.validToDate.getTime() &&
      certificate.checkIssued(issuer) &&
      certificate.verify(issuer.publicKey),
  );
}
