/** Certificates as the console's handlers see them. */
import type { Subscribe } from '../../base/emitter.ts';
import type { Result } from '../../base/result.ts';
import type { AcmeStatus } from './acme-desk.ts';
import type { CertificatePaths, FileProblem } from './certificate-files.ts';
import type { CertificateStatus } from './certificates.ts';
import type { AwaitedRecord } from './dns-proofs.ts';
import type { PairProblem } from './inspect-pair.ts';
import type { KeyPair } from './port.ts';

export interface CertificateConsole {
  list(): readonly CertificateStatus[];
  jobs(): readonly AcmeStatus[];
  awaitedRecords(): readonly AwaitedRecord[];
  /** PEM: the key that clients of the name are shown, and the one planned to follow it. */
  keysFor(name: string): { readonly key: string | null; readonly nextKey: string | null };
  readonly onChange: Subscribe<void>;
  add(pair: KeyPair, options: { acceptsWarnings: boolean }): Promise<Result<unknown, readonly PairProblem[]>>;
  /** What is wrong with the pair in these files. */
  checkFiles(paths: CertificatePaths): Promise<readonly (PairProblem | FileProblem)[]>;
  remove(id: number): Promise<void>;
  reload(): Promise<void>;
  renew(purpose: string, options: { withNewKey: boolean }): Promise<void>;
  planKey(purpose: string): Promise<void>;
  dropPlannedKey(purpose: string): Promise<void>;
  lookForRecords(): Promise<void>;
}
