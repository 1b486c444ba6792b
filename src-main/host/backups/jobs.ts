/** What can be asked of the backup thread, and what it answers: plain data. */
import type { RetentionRules } from '../../backup/keep.ts';
import type { LostFile } from '../../backup/read-backup.ts';
import type { PlaceSetting } from '../../backup/places/open-place.ts';
import type { SnapshotReason, SnapshotRecord } from '../../backup/repository/snapshot-record.ts';
import type { SweepReport } from '../../backup/sweep.ts';
import type { VerifyReport } from '../../backup/verify.ts';
import type { SnapshotSource } from '../../storage/open-storage.ts';

export interface RepositoryFacts {
  readonly place: PlaceSetting;
  readonly recoveryKey: Uint8Array;
  /** Another one at the same place is refused; null: any. */
  readonly repositoryId: string | null;
  /** Which data folder: see repository-lock.ts. */
  readonly holder: string;
}

/** Without what only the repository needs. */
export type Snapshot = Omit<SnapshotRecord, 'tree' | 'rootKey'>;

export interface BackupOrder extends RepositoryFacts {
  readonly kind: 'backup';
  readonly source: SnapshotSource;
  readonly reason: SnapshotReason;
  readonly version: string;
  readonly hostname: string;
  readonly retention: RetentionRules;
  /** null: as fast as it goes while it rests in between. */
  readonly mostOctetsPerSecond: number | null;
  /** Nobody else needs the machine. */
  readonly isAlone: boolean;
  /** Restores it on trial afterwards. */
  readonly isTried: boolean;
}

export interface VerifyOrder extends RepositoryFacts {
  readonly kind: 'verify';
  /** For the trial restore; null: none. */
  readonly trialFolder: string | null;
}

export interface StageOrder extends RepositoryFacts {
  readonly kind: 'stage';
  readonly snapshotId: string | null;
  readonly dataFolder: string;
}

/** Its database alone, into a folder that is a data folder then. */
export interface OpenOrder extends RepositoryFacts {
  readonly kind: 'open';
  readonly snapshotId: string;
  readonly dataFolder: string;
}

/** Files of its messages, into the same folder. */
export interface FetchOrder extends RepositoryFacts {
  readonly kind: 'fetch';
  readonly snapshotId: string;
  readonly folder: string;
  readonly paths: readonly string[];
}

export interface ListOrder extends RepositoryFacts {
  readonly kind: 'list';
}

/** Looks whether the place can be used, and makes a repository where there is none. */
export interface PrepareOrder extends RepositoryFacts {
  readonly kind: 'prepare';
}

export interface RemoveOrder extends RepositoryFacts {
  readonly kind: 'remove';
  readonly snapshotId: string;
}

export type BackupJob =
  BackupOrder | VerifyOrder | StageOrder | OpenOrder | FetchOrder | ListOrder | PrepareOrder | RemoveOrder;

export interface TrialReport {
  /** Sentences; empty: it is what was backed up, and whole. */
  readonly findings: readonly string[];
}

export interface JobAnswers {
  readonly backup: {
    readonly snapshot: Snapshot;
    /** null: it could not be tidied; the backup is there. */
    readonly sweep: SweepReport | null;
    readonly sweepProblem: string | null;
    /** null: not tried. */
    readonly trial: TrialReport | null;
  };
  readonly verify: VerifyReport & { readonly trial: TrialReport | null };
  readonly stage: {
    readonly snapshot: Snapshot;
    readonly rootKey: string | null;
    readonly lost: readonly LostFile[];
  };
  readonly open: { readonly snapshot: Snapshot; readonly rootKey: string | null; readonly folder: string };
  readonly fetch: { readonly lost: readonly LostFile[] };
  readonly list: { readonly snapshots: readonly Snapshot[]; readonly freeOctets: number | null };
  readonly prepare: { readonly repositoryId: string; readonly snapshots: number };
  readonly remove: SweepReport;
}

export type JobAnswer<Job extends BackupJob> = JobAnswers[Job['kind']];
