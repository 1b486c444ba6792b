/** Backups, as the host keeps and shows them: settings, and what was done. */
import type { RetentionRules } from '../../backup/keep.ts';
import type { PlaceSetting } from '../../backup/places/open-place.ts';
import type { BackupProblemCode, PlaceTrouble } from '../../backup/port.ts';
import type { BackupSchedule } from '../../backup/schedule.ts';
import type { Snapshot } from './jobs.ts';

export interface BackupSettings {
  /** null: there are none yet. Credentials are in here. */
  readonly place: PlaceSetting | null;
  /** The recovery key as text (backup/recovery-key.ts): every backup needs it. */
  readonly recoverySecret: string | null;
  /** Whether somebody has said that they keep it elsewhere. */
  readonly isKeyKept: boolean;
  /** Of the repository at the place; another one there is another disk. */
  readonly repositoryId: string | null;
  /** null: only when somebody asks. */
  readonly schedule: BackupSchedule | null;
  readonly retention: RetentionRules;
  /** Days between two trial restores; 0: after every backup, null: never. */
  readonly trialEveryDays: number | null;
  /** null: no bound. */
  readonly mostOctetsPerSecond: number | null;
}

export const DEFAULT_BACKUPS: BackupSettings = {
  place: null,
  recoverySecret: null,
  isKeyKept: false,
  repositoryId: null,
  // At night.
  schedule: { kind: 'daily', hour: 3 },
  retention: { last: 3, daily: 14, weekly: 8, monthly: 12 },
  trialEveryDays: 7,
  mostOctetsPerSecond: null,
};

export type BackupRunKind = 'backup' | 'verify' | 'restore';
export type BackupRunOutcome = 'done' | 'failed' | 'cancelled';

/** Why it could not be done, or what is wrong with what was found. */
export interface BackupTrouble {
  readonly code: BackupProblemCode | PlaceTrouble | 'unexpected' | 'badKey' | 'underWay';
  readonly message: string;
}

export interface BackupRunReport {
  readonly trouble: BackupTrouble | null;
  readonly snapshot: Snapshot | null;
  /** Sentences of a trial restore; null: none was made. */
  readonly trialFindings: readonly string[] | null;
  readonly freedOctets: number;
  /** Of a look at the repository, or a restore: what is damaged, by name. */
  readonly damaged: readonly string[];
  /** For people: where, or what was restored. */
  readonly about: string;
}

export interface BackupRunRow {
  readonly kind: BackupRunKind;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: BackupRunOutcome;
  readonly report: BackupRunReport;
}

export interface BackupRunStore {
  add(row: BackupRunRow): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly BackupRunRow[]>;
}

export const EMPTY_REPORT: BackupRunReport = {
  trouble: null,
  snapshot: null,
  trialFindings: null,
  freedOctets: 0,
  damaged: [],
  about: '',
};
