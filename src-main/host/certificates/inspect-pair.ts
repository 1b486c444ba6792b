/**
 * What a certificate and a key are, and what is wrong with them, in words that the console has a remedy for.
 *
 * RFC 5280, RFC 7468 (PEM). Invariants: never throws for what people paste; certificates in any order are put in theirs.
 */
import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { err, ok, type Result } from '../../base/result.ts';
import type { KeyPair } from './port.ts';

/** The first four make a pair that cannot be used at all. */
export type PairProblem =
  | 'notACertificate'
  | 'notAKey'
  | 'encryptedKey'
  | 'keyMismatch'
  | 'expired'
  | 'notYetValid'
  | 'chainIncomplete'
  | 'wrongName';

export type FatalPairProblem = 'notACertificate' | 'notAKey' | 'encryptedKey' | 'keyMismatch';

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly isSelfSigned: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DNS names and addresses, lower case; a wildcard as `*.example.com`. */
  readonly names: readonly string[];
  /** SHA-256, hexadecimal with colons. */
  readonly fingerprint: string;
  /** e.g. `EC prime256v1`, `RSA 2048` */
  readonly keyType: string;
}

export interface InspectedPair {
  /** With its certificates in their order. */
  readonly pair: KeyPair;
  readonly facts: CertificateFacts;
  /** Whether the certificates lead to an authority that is trusted here, or the certificate is its own. */
  readonly isChainComplete: boolean;
}

/** Reads a pair; the error says what makes it unusable. */
export function inspectPair({ certificate, key }: KeyPair): Result<InspectedPair, FatalPairProblem> {
  const certificates = readCertificates(certificate);
  if (certificates.length === 0) return err('notACertificate');
  const privateKey = readKey(key);
  if (!privateKey.ok) return privateKey;
  const own = certificates.find((candidate) => candidate.checkPrivateKey(privateKey.value));
  if (own === undefined) return err('keyMismatch');
  const chain = orderChain(own, certificates);
  const text = chain.map((each) => each.toString()).join('');
  return ok({
    pair: { certificate: text, key },
    facts: readFacts(own),
    isChainComplete: leadsToAnAuthority(chain.at(-1) ?? own, certificates),
  });
}

/** What is wrong with a pair that can be used, at this time and for this server. */
export function findPairProblems(
  { facts, isChainComplete }: InspectedPair,
  { now, names }: { now: number; names: readonly string[] },
): readonly PairProblem[] {
  const problems: PairProblem[] = [];
  if (facts.notAfter <= now) problems.push('expired');
  if (facts.notBefore > now) problems.push('notYetValid');
  if (!isChainComplete) problems.push('chainIncomplete');
  if (!names.some((name) => coverage(facts.names, name) > 0)) problems.push('wrongName');
  return problems;
}

/** 2: the names hold the name itself; 1: a wildcard of theirs stands for it (RFC 6125 §6.4.3: its leftmost label); 0: neither. */
export function coverage(names: readonly string[], name: string): 0 | 1 | 2 {
  const wanted = name.toLowerCase();
  if (names.includes(wanted)) return 2;
  const dot = wanted.indexOf('.');
  return dot > 0 && names.includes(`*${wanted.slice(dot)}`) ? 1 : 0;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/gu;

function readCertificates(text: string): X509Certificate[] {
  try {
    return (text.match(PEM_CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem));
  } catch {
    return [];
  }
}

function readKey(text: string): Result<KeyObject, 'notAKey' | 'encryptedKey'> {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/mu.test(text))
    return err('encryptedKey');
  try {
    return ok(createPrivateKey(text));
  } catch {
    return err('notAKey');
  }
}

/** The certificate, the one that it is signed with, and so on; a root is left out, since clients have it (RFC 5246 §7.4.2). */
function orderChain(own: X509Certificate, all: readonly X509Certificate[]): X509Certificate[] {
  const chain = [own];
  for (let last = own; chain.length <= all.length;) {
    const next = all.find((each) => !chain.includes(each) && !isRoot(each) && last.checkIssued(each));
    if (next === undefined) return chain;
    chain.push(next);
    last = next;
  }
  return chain;
}

function isRoot(certificate: X509Certificate): boolean {
  return certificate.ca && certificate.subject === certificate.issuer;
}

/** One that is trusted here, or one of the administrator's own that came with the rest. */
function leadsToAnAuthority(last: X509Certificate, all: readonly X509Certificate[]): boolean {
  const isRooted = last.subject === last.issuer || rootSubjects().has(last.issuer);
  return isRooted || all.some((each) => isRoot(each) && last.checkIssued(each));
}

let knownRoots: ReadonlySet<string> | undefined;

function rootSubjects(): ReadonlySet<string> {
  knownRoots ??= new Set(rootCertificates.map((pem) => new X509Certificate(pem).subject));
  return knownRoots;
}

export function readFacts(certificate: X509Certificate): CertificateFacts {
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    isSelfSigned: certificate.subject === certificate.issuer,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    names: alternativeNames(certificate.subjectAltName ?? ''),
    fingerprint: certificate.fingerprint256,
    keyType: describeKey(certificate.publicKey),
  };
}

/** `DNS:a.example, IP Address:192.0.2.1` */
function alternativeNames(text: string): readonly string[] {
  return text
    .split(', ')
    .map((name) => name.replace(/^(?:DNS|IP Address):/u, '').toLowerCase())
    .filter((name) => name !== '');
}

/** `C=US\nO=Let's Encrypt\nCN=E7` → `Let's Encrypt, E7`: what people know it by. */
function nameOf(distinguishedName: string): string {
  const fields = new Map(
    distinguishedName.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  return [fields.get('O'), fields.get('CN')].filter((part) => part !== undefined).join(', ');
}

function describeKey(key: KeyObject): string {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  const detail = namedCurve ?? modulusLength;
  const type = (key.asymmetricKeyType ?? 'unknown').toUpperCase();
  return detail === undefined ? type : `${type} ${String(detail)}`;
}

/** The public half, DER (SubjectPublicKeyInfo). */
export function publicKeyOf(privateKeyPem: string): Buffer {
  return createPublicKey(privateKeyPem).export({ type: 'spki', format: 'der' });
}
