/**
 * Backup, its ports: the place that keeps a repository's objects, and what can go wrong with it.
 *
 * Flow: host/backups, command line → make-backup.ts, read-backup.ts → repository/ → a place (places/).
 * Invariants: an object is written once, whole or not at all, and never changed; what put() resolved for survives a power cut.
 * Names are `folder/name` or `name`, of letters, digits, `.` and `-`. What stands in an object is sealed before it comes here.
 */
export type PlaceTrouble =
  /** No room is left there. */
  | 'full'
  /** It is not there: a disk that is not plugged in, a server that does not answer. */
  | 'gone'
  /** We may not: rights, credentials. */
  | 'refused'
  /** The object is not there. */
  | 'missing'
  | 'other';

/** A place could not do what was asked; the message says what happened, in words for an administrator. */
export class PlaceProblem extends Error {
  override name = 'PlaceProblem' as const;
  readonly trouble: PlaceTrouble;

  constructor(trouble: PlaceTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.trouble = trouble;
  }
}

export interface StoredObject {
  readonly name: string;
  readonly octets: number;
}

export interface OctetRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Where backups lie. All calls reject with PlaceProblem. */
export interface Place {
  /** For people: a path, or an address with bucket and prefix. */
  readonly title: string;
  /** Objects of a folder (`packs`), in no order; empty where there is none. */
  list(folder: string): Promise<readonly StoredObject[]>;
  put(name: string, octets: Uint8Array): Promise<void>;
  get(name: string, range?: OctetRange): Promise<Uint8Array>;
  /** One that is gone is fine. */
  remove(name: string): Promise<void>;
  /** null where nobody knows. */
  freeOctets(): Promise<number | null>;
}

/** A backup or a restore cannot go on; the message says why and what to do. */
export class BackupProblem extends Error {
  override name = 'BackupProblem' as const;
  readonly code: BackupProblemCode;

  constructor(code: BackupProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type BackupProblemCode =
  | 'cancelled'
  /** Somebody else writes to the repository. */
  | 'locked'
  /** The recovery key is not this repository's. */
  | 'wrongKey'
  /** There is no repository at the place. */
  | 'noRepository'
  /** The place is not empty and holds no repository. */
  | 'foreign'
  | 'newer'
  | 'noSnapshot'
  | 'damaged'
  /** Our own disk has no room for the copy of the database. */
  | 'noRoom'
  /** What was restored on trial is not what was backed up. */
  | 'trialFailed';

export type BackupPhase = 'copying' | 'storing' | 'tidying' | 'reading' | 'checking';

/** How far it is. */
export interface BackupProgress {
  readonly phase: BackupPhase;
  readonly doneOctets: number;
  readonly totalOctets: number;
  readonly doneFiles: number;
  readonly totalFiles: number;
  /** What went to, or came from, the place. */
  readonly movedOctets: number;
}

/** What every long work gets. */
export interface BackupRun {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BackupProgress) => void;
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new BackupProblem('cancelled', 'it was cancelled');
}
