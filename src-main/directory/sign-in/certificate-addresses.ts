/** The mail addresses that a client's certificate names (RFC 8550 §3): subjectAltName, and the subject of old ones. */
import type { X509Certificate } from 'node:crypto';

export function addressesOfCertificate(
  certificate: Pick<X509Certificate, 'subjectAltName' | 'subject'>,
): readonly string[] {
  // Node quotes names that could be taken for two (JSON's way); nobody here has an address like that.
  const unquoted = (certificate.subjectAltName ?? '').replaceAll(/"(?:[^"\\]|\\.)*"/gu, '""');
  const named = unquoted.split(', ').flatMap((name) => valueAfter(name, 'email:'));
  const inSubject = certificate.subject.split('\n').flatMap((part) => valueAfter(part, 'emailAddress='));
  return [...new Set([...named, ...inSubject])];
}

function valueAfter(text: string, prefix: string): readonly string[] {
  return text.startsWith(prefix) ? [text.slice(prefix.length)] : [];
}
