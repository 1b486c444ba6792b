/**
 * Backups area: where they go and when, what is there, how far the one under way is; restoring all of it, or some mail.
 *
 * Invariants: a recovery key is told once, when it is made; secrets of a place go in and never come out.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { accountId, count, id, searchText, time } from './values.ts';

const hour = z.int().min(0).max(23);
const text = z.string().trim().min(1).max(LIMITS.urlLength);

/** `key`: empty keeps the one that is there. */
const s3Place = z.object({
  kind: z.literal('s3'),
  endpoint: z.url({ protocol: /^https?$/u }).max(LIMITS.urlLength),
  region: z.string().trim().min(1).max(LIMITS.nameLength),
  bucket: z.string().trim().min(1).max(LIMITS.nameLength),
  prefix: z.string().trim().max(LIMITS.urlLength),
  pathStyle: z.boolean(),
  accessKeyId: z.string().trim().min(1).max(LIMITS.nameLength),
  secretAccessKey: z.string().max(LIMITS.passwordLength),
});
const folderPlace = z.object({
  kind: z.literal('folder'),
  path: z.string().trim().min(1).max(LIMITS.pathLength),
});
export const backupPlace = z.discriminatedUnion('kind', [folderPlace, s3Place]);
export type BackupPlace = z.infer<typeof backupPlace>;

export const backupSchedule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hourly') }),
  z.object({ kind: z.literal('daily'), hour }),
  z.object({ kind: z.literal('weekly'), weekday: z.int().min(0).max(6), hour }),
]);

const keptCount = z.int().min(0).max(LIMITS.keepDays);

export const backupPlan = z.object({
  /** null: only when somebody asks. */
  schedule: backupSchedule.nullable(),
  retention: z.object({ last: keptCount, daily: keptCount, weekly: keptCount, monthly: keptCount }),
  /** Days between two trial restores; 0: after every backup, null: never. */
  trialEveryDays: z.int().min(0).max(LIMITS.keepDays).nullable(),
  /** null: no bound. */
  mostOctetsPerSecond: z.int().min(65_536).nullable(),
});
export type BackupPlan = z.infer<typeof backupPlan>;

export const backupTroubleCode = z.enum([
  'cancelled',
  'locked',
  'wrongKey',
  'noRepository',
  'foreign',
  'newer',
  'noSnapshot',
  'damaged',
  'noRoom',
  'trialFailed',
  'full',
  'gone',
  'refused',
  'missing',
  'other',
  'unexpected',
  'badKey',
  'underWay',
]);
/** `message`: what happened, with names, in English: for support. */
export const backupTrouble = z.object({ code: backupTroubleCode, message: z.string() });
export type BackupTroubleView = z.infer<typeof backupTrouble>;

const counts = z.object({ accounts: count, mailboxes: count, messages: count });

export const backupSnapshot = z.object({
  id,
  at: time,
  reason: z.enum(['manual', 'scheduled', 'upgrade', 'commandLine']),
  version: z.string(),
  hostname: z.string(),
  counts,
  octets: count,
  addedOctets: count,
  tookMs: count,
});
export type BackupSnapshot = z.infer<typeof backupSnapshot>;

export const backupJob = z.object({
  kind: z.enum(['backup', 'verify', 'restore', 'open', 'mail']),
  startedAt: time,
  isStopping: z.boolean(),
  progress: z.object({
    phase: z.enum(['starting', 'copying', 'storing', 'tidying', 'reading', 'checking', 'restoring']),
    doneOctets: count,
    totalOctets: count,
    doneFiles: count,
    totalFiles: count,
    movedOctets: count,
    /** Of mail that is restored: brought, and there already. */
    messages: count,
    skipped: count,
  }),
});
export type BackupJobView = z.infer<typeof backupJob>;

const run = z.object({
  kind: z.enum(['backup', 'verify', 'restore']),
  startedAt: time,
  endedAt: time,
  outcome: z.enum(['done', 'failed', 'cancelled']),
  trouble: backupTrouble.nullable(),
  /** What a trial restore found; null: none was made. */
  trialFindings: z.array(z.string()).readonly().nullable(),
  damaged: z.array(z.string()).readonly(),
  addedOctets: count.nullable(),
  about: z.string(),
});

export const backupsView = z.object({
  /** Without its secret; null: nobody has said yet. */
  place: backupPlace.nullable(),
  title: z.string(),
  /** Whether somebody has said that they keep the recovery key. */
  isKeyKept: z.boolean(),
  plan: backupPlan,
  nextAt: time.nullable(),
  lastBackupAt: time.nullable(),
  lastTrialAt: time.nullable(),
  job: backupJob.nullable(),
  /** null: they have not been read yet. */
  snapshots: z.array(backupSnapshot).readonly().nullable(),
  snapshotsTrouble: backupTrouble.nullable(),
  freeOctets: count.nullable(),
  runs: z.array(run).readonly(),
  /** The backup that is open to be looked through. */
  open: z.object({ snapshotId: id, at: time }).nullable(),
  /** Recipients that are held since a restore. */
  heldAfterRestore: count,
  /** A restore is ready and takes place when the server starts the next time. */
  isRestartDue: z.boolean(),
});
export type BackupsView = z.infer<typeof backupsView>;

const browsedMailbox = z.object({ id: z.int(), name: z.string(), messages: count });
const browsedAccount = z.object({
  id: accountId,
  address: z.string(),
  name: z.string(),
  /** Whether there is an account of this address now. */
  isHere: z.boolean(),
  mailboxes: z.array(browsedMailbox).readonly(),
});
export type BrowsedAccount = z.infer<typeof browsedAccount>;

const browsedMessage = z.object({
  uid: z.int(),
  subject: z.string(),
  from: z.string(),
  at: time,
  sizeBytes: count,
});
export type BrowsedMessage = z.infer<typeof browsedMessage>;

export const mailRestoreOrder = z.object({
  accountId,
  /** null: all of the account. */
  mailbox: z
    .object({ id: z.int(), /** null: all of it. */ uids: z.array(z.int()).max(LIMITS.tickedRows).nullable() })
    .nullable(),
  /** null: the account of the same address, which is made again where it is gone. */
  into: accountId.nullable(),
  /** Into mailboxes as they were, or below one of the name. */
  below: z.string().trim().max(LIMITS.mailboxNameLength).nullable(),
});
export type MailRestoreOrder = z.infer<typeof mailRestoreOrder>;

const outcome = z.object({ trouble: backupTrouble.nullable() });
/** `recoveryKey`: made now; it is not told again. */
const placed = z.object({
  trouble: backupTrouble.nullable(),
  recoveryKey: z.string().nullable(),
  snapshots: count,
});

export const backupsContract = {
  watch: callFor('settings.read').output(feedOf(backupsView, noChange)),
  /** Reads what is at the place anew. */
  look: callFor('settings.read').output(z.void()),
  /** `recoveryKey`: of backups that are there already; empty: ours, or a new one. */
  setPlace: callFor('backups.restore')
    .input(z.object({ place: backupPlace, recoveryKey: z.string().max(LIMITS.passwordLength) }))
    .output(placed),
  /** Somebody keeps the recovery key. */
  keepKey: callFor('backups.restore').output(z.void()),
  showKey: callFor('backups.restore').output(z.object({ recoveryKey: text })),
  setPlan: callFor('settings.change').input(backupPlan).output(z.void()),
  start: callFor('settings.change')
    .input(z.object({ kind: z.enum(['backup', 'verify']) }))
    .output(outcome),
  cancel: callFor('settings.change').output(z.void()),
  remove: callFor('backups.restore')
    .input(z.object({ snapshotId: id }))
    .output(outcome),
  restoreAll: callFor('backups.restore')
    .input(z.object({ snapshotId: id }))
    .output(outcome),
  /** Lets go of, or deletes, what a restore has held. */
  settleHeld: callFor('queue.change')
    .input(z.object({ action: z.enum(['release', 'delete']) }))
    .output(z.void()),
  open: callFor('content.read')
    .input(z.object({ snapshotId: id }))
    .output(outcome),
  close: callFor('content.read').output(z.void()),
  accounts: callFor('content.read').output(z.object({ accounts: z.array(browsedAccount).readonly() })),
  messages: callFor('content.read')
    .input(z.object({ mailboxId: z.int(), words: searchText, before: z.int().positive().nullable() }))
    .output(
      z.object({
        messages: z.array(browsedMessage).readonly(),
        /** Where to go on; null: that was all. */
        before: z.int().nullable(),
      }),
    ),
  restoreMail: callFor('content.read').input(mailRestoreOrder).output(outcome),
};
