/**
 * The certificate that we sign ourselves, kept in the data folder: there from the first start, so that nothing waits for a better one.
 *
 * Invariants: made anew when the server's name changes, when it is about to end, and when its files are damaged; its key stays, as
 * TLSA records speak of it, and is readable by us only.
 */
import { X509Certificate } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSelfSigned } from '../self-signed.ts';
import { CertificateFileError, checkFiles } from './certificate-files.ts';
import { inspectPair, type InspectedPair } from './inspect-pair.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Renewed early enough that nobody meets an ended one. */
const RENEW_BEFORE_END_MS = 30 * DAY_MS;

export async function keepOwnCertificate(options: {
  folder: string;
  now: number;
  hostname: string;
}): Promise<InspectedPair> {
  const kept = await readKept(options.folder);
  if (kept !== null && isFit(kept, options)) return kept;
  const made = await makeSelfSigned(options.hostname, options.now, kept?.pair.key);
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  await replaceFile(join(options.folder, 'key.pem'), made.key);
  await replaceFile(join(options.folder, 'certificate.pem'), made.certificate);
  const inspected = inspectPair(made);
  if (!inspected.ok) throw new Error(`a certificate of our own cannot be used: ${inspected.error}`);
  return inspected.value;
}

async function readKept(folder: string): Promise<InspectedPair | null> {
  try {
    return await checkFiles({ certFile: join(folder, 'certificate.pem'), keyFile: join(folder, 'key.pem') });
  } catch (error) {
    if (error instanceof CertificateFileError) return null;
    throw error;
  }
}

function isFit({ pair, facts }: InspectedPair, options: { now: number; hostname: string }): boolean {
  const isLasting = facts.notAfter - options.now > RENEW_BEFORE_END_MS;
  return isLasting && new X509Certificate(pair.certificate).checkHost(options.hostname) !== undefined;
}

async function replaceFile(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  await writeFile(fresh, text, { mode: 0o600, flush: true });
  await rename(fresh, path);
}
