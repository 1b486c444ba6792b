/**
 * DANE: whether TLSA records prove a server's certificate.
 *
 * RFC 6698, RFC 7671, RFC 7672 §3. Invariants: usages 0 and 1 prove nothing for SMTP (RFC 7672 §3.1.3); with usage 3 the key is all that
 * counts, neither name nor time (§3.1.1); with usage 2 the chain to the authority must hold, in time and name (§3.1.2).
 */
import { createHash, type X509Certificate } from 'node:crypto';

export interface TlsaTerms {
  readonly records: readonly TlsaData[];
  /** Names that a certificate below an authority of the records may have (RFC 7672 §3.2.3). */
  readonly names: readonly string[];
}

/** As of a TLSA record; `data` hexadecimal. */
export interface TlsaData {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly data: string;
}

const DOMAIN_ISSUED = 3;
const TRUST_ANCHOR = 2;

/** RFC 7672 §3.1, RFC 6698 §2.1: one that can be used here. */
export function isUsable({ usage, selector, matchingType, data }: TlsaData): boolean {
  const isKnown = (usage === TRUST_ANCHOR || usage === DOMAIN_ISSUED) && selector <= 1 && matchingType <= 2;
  const length = matchingType === 1 ? 64 : 128;
  return isKnown && (matchingType === 0 ? data.length > 0 : data.length === length);
}

/** The record that proves the chain (the server's own certificate first), or null. */
export function findProof(
  chain: readonly X509Certificate[],
  { records, names }: TlsaTerms,
  now: number,
): TlsaData | null {
  const proves = (record: TlsaData): boolean =>
    record.usage === DOMAIN_ISSUED
      ? chain[0] !== undefined && matches(record, chain[0])
      : isBelowAnchor(chain, { record, names, now });
  return records.filter(isUsable).find(proves) ?? null;
}

export function describeTlsa({ usage, selector, matchingType }: TlsaData): string {
  return `${usage} ${selector} ${matchingType}`;
}

function matches({ selector, matchingType, data }: TlsaData, certificate: X509Certificate): boolean {
  const octets =
    selector === 0 ? certificate.raw : certificate.publicKey.export({ type: 'spki', format: 'der' });
  if (matchingType === 0) return octets.toString('hex') === data;
  return (
    createHash(matchingType === 1 ? 'sha256' : 'sha512')
      .update(octets)
      .digest('hex') === data
  );
}

function isBelowAnchor(
  chain: readonly X509Certificate[],
  { record, names, now }: { record: TlsaData; names: readonly string[]; now: number },
): boolean {
  const [own] = chain;
  const anchor = chain.findIndex((certificate, depth) => depth > 0 && matches(record, certificate));
  if (own === undefined || anchor < 0) return false;
  const isNamed = names.some((name) => own.checkHost(name) !== undefined);
  return isNamed && holds(chain.slice(0, anchor + 1), now);
}

/** Each is valid now and signed by the next, which may sign. */
function holds(chain: readonly X509Certificate[], now: number): boolean {
  return chain.every((certificate, depth) => {
    const isInTime = Date.parse(certificate.validFrom) <= now && now < Date.parse(certificate.validTo);
    const issuer = chain[depth + 1];
    if (issuer === undefined) return isInTime;
    return isInTime && issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  });
}
