/**
 * CertificateFiles: certificates that lie in files of the administrator, or of another program that renews them.
 *
 * Invariants: the files are looked at twice a minute (also behind symbolic links, as certbot keeps them); a pair that cannot be read
 * or does not fit together, as in the middle of a renewal, leaves the one before in use and says why.
 */
import { readFile, stat } from 'node:fs/promises';
import type { Cancel, Clock } from '../../base/clock.ts';
import { err, type Result } from '../../base/result.ts';
import { inspectPair, type FatalPairProblem, type InspectedPair } from './inspect-pair.ts';

const POLL_MS = 30_000;

export interface CertificatePaths {
  readonly certFile: string;
  readonly keyFile: string;
}

export type FileProblem = FatalPairProblem | 'unreadable';

export interface WatchedPair {
  readonly paths: CertificatePaths;
  /** null until it could be read once. */
  readonly inspected: InspectedPair | null;
  /** Why what is there now cannot be used; null: it is in use. */
  readonly problem: { readonly kind: FileProblem; readonly detail: string } | null;
}

/** The certificate or key file cannot be used; says which and why. */
export class CertificateFileError extends Error {
  override name = 'CertificateFileError' as const;
  readonly kind: FileProblem;

  constructor(kind: FileProblem, message: string) {
    super(message);
    this.kind = kind;
  }
}

export class CertificateFiles {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #watched: readonly (WatchedPair & { readonly mark: string })[] = [];
  #cancel: Cancel = () => undefined;

  constructor(options: { clock: Clock; onChange: () => void }) {
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#wait();
  }

  get pairs(): readonly WatchedPair[] {
    return this.#watched;
  }

  /** From now on these files. */
  async follow(files: readonly CertificatePaths[]): Promise<void> {
    this.#watched = await Promise.all(
      files.map(async (paths) => {
        const known = this.#watched.find(({ paths: other }) => isSame(paths, other));
        return known ?? this.#read({ paths, inspected: null, problem: null, mark: '' });
      }),
    );
  }

  /** Looks whether files have changed. */
  async look(): Promise<void> {
    const before = this.#watched;
    const after = await Promise.all(before.map((watched) => this.#read(watched)));
    if (this.#watched !== before || after.every((each, index) => each === before[index])) return;
    this.#watched = after;
    this.#onChange();
  }

  stop(): void {
    this.#cancel();
  }

  #wait(): void {
    this.#cancel = this.#clock.after(POLL_MS, () => {
      this.#wait();
      // Nothing here rejects: what cannot be read is told as a problem of the files.
      void this.look();
    });
  }

  async #read<W extends WatchedPair & { mark: string }>(watched: W): Promise<W> {
    const mark = await markOf(watched.paths);
    if (mark === watched.mark) return watched;
    const read = await readFiles(watched.paths);
    if (read.ok) return { ...watched, mark, inspected: read.value, problem: null };
    return { ...watched, mark, problem: read.error };
  }
}

/** Changes whenever one of the files does. */
async function markOf({ certFile, keyFile }: CertificatePaths): Promise<string> {
  const marks = [certFile, keyFile].map(async (path) => {
    const found = await stat(path).catch(() => null);
    return found === null ? 'none' : `${found.ino} ${found.size} ${found.mtimeMs}`;
  });
  return (await Promise.all(marks)).join(', ');
}

function isSame(a: CertificatePaths, b: CertificatePaths): boolean {
  return a.certFile === b.certFile && a.keyFile === b.keyFile;
}

async function readFiles(
  paths: CertificatePaths,
): Promise<Result<InspectedPair, NonNullable<WatchedPair['problem']>>> {
  try {
    const [certificate, key] = await Promise.all([
      readText(paths.certFile, 'certificate'),
      readText(paths.keyFile, 'key'),
    ]);
    const inspected = inspectPair({ certificate, key });
    if (inspected.ok) return inspected;
    return err({ kind: inspected.error, detail: describe(inspected.error, paths) });
  } catch (error) {
    return err({ kind: 'unreadable', detail: error instanceof Error ? error.message : String(error) });
  }
}

/** Checks certificate files; throws CertificateFileError with a sentence. */
export async function checkFiles(paths: CertificatePaths): Promise<InspectedPair> {
  const read = await readFiles(paths);
  if (read.ok) return read.value;
  throw new CertificateFileError(read.error.kind, read.error.detail);
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot read the ${what} file ${path}: ${reason}`, { cause: error });
  }
}

function describe(problem: FatalPairProblem, { certFile, keyFile }: CertificatePaths): string {
  switch (problem) {
    case 'notACertificate':
      return `cannot use ${certFile}: there is no certificate in it`;
    case 'notAKey':
      return `cannot use ${keyFile}: there is no private key in it`;
    case 'encryptedKey':
      return `cannot use ${keyFile}: the key is encrypted with a password`;
    case 'keyMismatch':
      return `cannot use ${certFile} with ${keyFile}: the key does not belong to the certificate`;
  }
}
