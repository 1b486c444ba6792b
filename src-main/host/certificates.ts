/**
 * Certificates: which certificate the listeners show: the administrator's own files, else one that we sign ourselves.
 *
 * Flow: host start → here → every TLS handshake asks secureContext(). Invariants: there is always a usable certificate;
 * a self-signed one is made anew when the server's name changes or it is about to end; keys are readable by us only.
 */
import { createPrivateKey, X509Certificate as NodeCertificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { CertificateSummary } from '../contract/settings.ts';
import { makeSelfSigned } from './self-signed.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Renewed early enough that nobody meets an ended one. */
const RENEW_BEFORE_END_MS = 30 * DAY_MS;

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The certificate or key file cannot be used; says which and why. */
export class CertificateFileError extends Error {
  override name = 'CertificateFileError' as const;
}

interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export class Certificates {
  readonly #folder: string;
  readonly #now: () => number;
  #context: SecureContext;
  #summary: CertificateSummary;

  private constructor(options: { folder: string; now: () => number }, pair: KeyPair) {
    this.#folder = options.folder;
    this.#now = options.now;
    this.#context = toContext(pair);
    this.#summary = summarize(pair.certificate);
  }

  static async open(options: {
    folder: string;
    now: () => number;
    hostname: string;
    files: CertificateFiles | null;
  }): Promise<Certificates> {
    const pair = options.files === null ? await selfSigned(options) : await readFiles(options.files);
    return new Certificates(options, pair);
  }

  secureContext = (): SecureContext => this.#context;

  get summary(): CertificateSummary {
    return this.#summary;
  }

  /** Takes another name or other files; connections that are open keep what they have. */
  async change(to: { hostname: string; files: CertificateFiles | null }): Promise<void> {
    const options = { folder: this.#folder, now: this.#now, hostname: to.hostname };
    const pair = to.files === null ? await selfSigned(options) : await readFiles(to.files);
    this.#context = toContext(pair);
    this.#summary = summarize(pair.certificate);
  }
}

/** Reads and checks certificate files; throws CertificateFileError with a sentence. */
export async function readFiles(files: CertificateFiles): Promise<KeyPair> {
  const certificate = await readText(files.certFile, 'certificate');
  const key = await readText(files.keyFile, 'key');
  try {
    const isMatching = new NodeCertificate(certificate).checkPrivateKey(createPrivateKey(key));
    if (!isMatching) throw new Error('the key does not belong to the certificate');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CertificateFileError(`cannot use ${files.certFile} with ${files.keyFile}: ${reason}`);
  }
  return { certificate, key };
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CertificateFileError(`cannot read the ${what} file ${path}: ${reason}`);
  }
}

async function selfSigned(options: {
  folder: string;
  now: () => number;
  hostname: string;
}): Promise<KeyPair> {
  const kept = await readKept(options.folder);
  if (kept !== null && isFit(kept.certificate, options)) return kept;
  const made = await makeSelfSigned(options.hostname, options.now());
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  await replaceFile(join(options.folder, 'key.pem'), made.key);
  await replaceFile(join(options.folder, 'certificate.pem'), made.certificate);
  return made;
}

async function readKept(folder: string): Promise<KeyPair | null> {
  try {
    return await readFiles({
      certFile: join(folder, 'certificate.pem'),
      keyFile: join(folder, 'key.pem'),
    });
  } catch (error) {
    if (error instanceof CertificateFileError) return null;
    throw error;
  }
}

function isFit(certificate: string, options: { now: () => number; hostname: string }): boolean {
  const read = new NodeCertificate(certificate);
  const isLasting = Date.parse(read.validTo) - options.now() > RENEW_BEFORE_END_MS;
  return isLasting && read.checkHost(options.hostname) !== undefined;
}

async function replaceFile(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  await writeFile(fresh, text, { mode: 0o600, flush: true });
  await rename(fresh, path);
}

function toContext(pair: KeyPair): SecureContext {
  // RFC 8996: nothing below TLS 1.2
  return createSecureContext({ cert: pair.certificate, key: pair.key, minVersion: 'TLSv1.2' });
}

function summarize(pem: string): CertificateSummary {
  const certificate = new NodeCertificate(pem);
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .map((name) => name.replace(/^(?:DNS|IP Address):/u, ''));
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    isSelfSigned: certificate.subject === certificate.issuer,
    notAfter: Date.parse(certificate.validTo),
    names,
  };
}
