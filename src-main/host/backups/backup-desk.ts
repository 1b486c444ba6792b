/**
 * Backup desk: makes backups of the running server when somebody asks or the schedule says, looks at them, and prepares restores.
 *
 * Flow: console, schedule → here → backup thread → repository; what came of it → backup_run. Invariants: one job at a time (job-slot.ts); files that
 * a snapshot needs are held while it is taken; a whole restore changes nothing until the server starts the next time.
 */
import { hostname } from 'node:os';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import type { Logger } from '../../base/logger.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { placeTitle, type PlaceSetting } from '../../backup/places/open-place.ts';
import { BackupProblem } from '../../backup/port.ts';
import { parseRecoveryKey } from '../../backup/recovery-key.ts';
import type { SnapshotReason } from '../../backup/repository/snapshot-record.ts';
import type { TransferReport } from '../../mail/transfer/port.ts';
import type { Storage } from '../../storage/open-storage.ts';
import type { KeyPlace } from '../../storage/sealing/key-place.ts';
import { removeScratch } from './scratch.ts';
import { describeTrouble } from './describe-trouble.ts';
import { JobSlot, type SlotRun } from './job-slot.ts';
import type { JobAnswers, RepositoryFacts, Snapshot } from './jobs.ts';
import { holderOf, makeRecoveryKey } from './offline-backups.ts';
import {
  EMPTY_REPORT,
  type BackupRunKind,
  type BackupRunReport,
  type BackupRunRow,
  type BackupSettings,
  type BackupTrouble,
} from './port.ts';
import { stageRestore } from './restore-whole.ts';
import type { RunBackupJob } from './run-in-thread.ts';

export interface BackupDeskOptions {
  readonly storage: Pick<Storage, 'settings' | 'backupRuns' | 'snapshots'>;
  readonly dataFolder: string;
  readonly version: string;
  readonly keyPlace: KeyPlace | null;
  readonly runJob: RunBackupJob;
  /** Starts the server anew, so that a restore takes place; null: whoever runs it does that. */
  readonly restart: (() => void) | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What lies at the place, as far as it was read. */
export interface KnownSnapshots {
  readonly snapshots: readonly Snapshot[] | null;
  readonly trouble: BackupTrouble | null;
  readonly freeOctets: number | null;
}

const UNKNOWN: KnownSnapshots = { snapshots: null, trouble: null, freeOctets: null };

/** Where backups lie, and what they are read with. */
export interface BackupOrigin {
  readonly place: PlaceSetting;
  /** The recovery key as text. */
  readonly recoverySecret: string;
}

export interface FoundBackups {
  readonly trouble: BackupTrouble | null;
  readonly snapshots: readonly Snapshot[];
}

export interface PlacedBackups {
  readonly trouble: BackupTrouble | null;
  /** Made now. */
  readonly recoveryKey: string | null;
  /** Backups that are there already. */
  readonly snapshots: number;
}

export class BackupDesk {
  readonly slot: JobSlot;
  readonly #options: BackupDeskOptions;
  readonly #changed: Emitter<void>;
  #runs: readonly BackupRunRow[];
  #settings: BackupSettings;
  #known: KnownSnapshots = UNKNOWN;
  #isRestartDue = false;

  private constructor(
    options: BackupDeskOptions,
    kept: { settings: BackupSettings; runs: readonly BackupRunRow[] },
  ) {
    this.#options = options;
    const onError = (error: unknown): void => options.logger.error('a backup failed', { error });
    this.slot = new JobSlot(options.clock, onError);
    this.#changed = new Emitter(onError);
    this.#settings = kept.settings;
    this.#runs = kept.runs;
    this.slot.onChange(() => this.#changed.emit());
    options.storage.settings.onChange(({ backups }) => {
      this.#settings = backups;
      this.#changed.emit();
    });
  }

  static async open(options: BackupDeskOptions): Promise<BackupDesk> {
    // What a cut left; a backup that is open in the console belongs to the run of before.
    await removeScratch(options.dataFolder);
    const { backups: settings } = await options.storage.settings.read();
    return new BackupDesk(options, { settings, runs: await options.storage.backupRuns.list() });
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  get settings(): BackupSettings {
    return this.#settings;
  }

  /** Newest first. */
  get runs(): readonly BackupRunRow[] {
    return this.#runs;
  }

  get known(): KnownSnapshots {
    return this.#known;
  }

  get isRestartDue(): boolean {
    return this.#isRestartDue;
  }

  get title(): string {
    return this.#settings.place === null ? '' : placeTitle(this.#settings.place);
  }

  lastBackupAt(): number | null {
    return this.#runs.find(({ kind, outcome }) => kind === 'backup' && outcome === 'done')?.startedAt ?? null;
  }

  lastTrialAt(): number | null {
    return this.#runs.find(({ report: { trialFindings } }) => trialFindings !== null)?.endedAt ?? null;
  }

  /** Of a backup that nobody watched; null: it went well. */
  lastFailure(): BackupRunRow | null {
    const last = this.#runs.find(({ kind, outcome }) => kind !== 'restore' && outcome !== 'cancelled');
    if (last === undefined) return null;
    const hasFindings = (last.report.trialFindings ?? []).length > 0;
    return last.outcome === 'failed' || hasFindings ? last : null;
  }

  /** Looks whether the place can be used before it is kept. `recoverySecret`: of backups that are there; null: ours, or a new one. */
  async setPlace(wanted: PlaceSetting, recoverySecret: string | null): Promise<PlacedBackups> {
    const place = withOldSecret(wanted, this.#settings.place);
    const { recoverySecret: ours, place: placeBefore } = this.#settings;
    const secret = recoverySecret ?? ours ?? makeRecoveryKey();
    const isNew = recoverySecret === null && (ours === null || placeBefore === null);
    const facts = this.#factsOf({ place, recoverySecret: secret });
    if (!facts.ok) return refused(facts.error);
    // Before anything is sealed with it: after a cut between the two nothing would open what is at the place.
    if (recoverySecret === null && ours === null) await this.change({ recoverySecret: secret });
    let prepared: JobAnswers['prepare'] | null = null;
    const trouble = await this.slot.run('open', async (run) => {
      prepared = await this.#options.runJob({ ...facts.value, kind: 'prepare' }, run);
    });
    // Set by the work, which has ended.
    const { repositoryId, snapshots } = (prepared as JobAnswers['prepare'] | null) ?? {
      repositoryId: null,
      snapshots: 0,
    };
    if (trouble !== null) return refused(trouble);
    const isKeyKept = recoverySecret !== null || this.#settings.isKeyKept;
    await this.change({ place, recoverySecret: secret, repositoryId, isKeyKept });
    this.#known = UNKNOWN;
    await this.look();
    return { trouble: null, recoveryKey: isNew ? secret : null, snapshots };
  }

  async change(change: Partial<BackupSettings>): Promise<void> {
    await this.#options.storage.settings.change({ backups: { ...this.#settings, ...change } });
  }

  /** Reads what is at the place. */
  async look(): Promise<void> {
    const facts = this.facts();
    if (facts === null) return;
    const run = { signal: new AbortController().signal, onProgress: () => undefined };
    try {
      const { snapshots, freeOctets } = await this.#options.runJob({ ...facts, kind: 'list' }, run);
      this.#known = { snapshots, freeOctets, trouble: null };
    } catch (error) {
      this.#known = { ...this.#known, trouble: describeTrouble(error) };
    }
    this.#changed.emit();
  }

  /** Begins a backup; null: it is under way. */
  backUp(reason: SnapshotReason): BackupTrouble | null {
    const facts = this.facts();
    if (facts === null) return NO_PLACE;
    return this.slot.start('backup', (run) =>
      this.#record('backup', this.title, async () => {
        const answer = await this.#takeSnapshot({ facts, reason, run });
        const { snapshot, sweep, trial, sweepProblem } = answer;
        if (sweepProblem !== null)
          this.#options.logger.warn('old backups could not be tidied', { sweepProblem });
        const trialFindings = trial?.findings ?? null;
        return { snapshot, trialFindings, freedOctets: sweep?.freedOctets ?? 0 };
      }),
    );
  }

  async #takeSnapshot({
    facts,
    reason,
    run,
  }: {
    facts: RepositoryFacts;
    reason: SnapshotReason;
    run: SlotRun;
  }) {
    const { storage, version, runJob } = this.#options;
    const { retention, mostOctetsPerSecond } = this.#settings;
    const letGo = await storage.snapshots.holdFiles();
    try {
      return await runJob(
        {
          ...facts,
          ...{ kind: 'backup', reason, version, hostname: hostname(), retention, mostOctetsPerSecond },
          ...{ source: storage.snapshots.source, isAlone: false, isTried: this.#isTrialDue() },
        },
        run,
      );
    } finally {
      await letGo();
    }
  }

  #isTrialDue(): boolean {
    const { trialEveryDays } = this.#settings;
    if (trialEveryDays === null) return false;
    const last = this.lastTrialAt();
    return last === null || last + trialEveryDays * DAY_MS <= this.#options.clock.now();
  }

  /** Reads all of it, and restores the newest on trial. */
  verify(): BackupTrouble | null {
    const facts = this.facts();
    if (facts === null) return NO_PLACE;
    const { runJob, dataFolder } = this.#options;
    return this.slot.start('verify', (run) =>
      this.#record('verify', this.title, async () => {
        const report = await runJob({ ...facts, kind: 'verify', trialFolder: dataFolder }, run);
        const damaged = [...report.damagedPacks, ...report.damagedRecords];
        return { damaged, trialFindings: report.trial?.findings ?? null };
      }),
    );
  }

  async remove(snapshotId: string): Promise<BackupTrouble | null> {
    const facts = this.facts();
    if (facts === null) return NO_PLACE;
    const trouble = await this.slot.run('open', async (run) => {
      await this.#options.runJob({ ...facts, kind: 'remove', snapshotId }, run);
    });
    await this.look();
    return trouble;
  }

  /** What is at a place that is not ours: nothing is kept of it. */
  async findAt(origin: BackupOrigin): Promise<FoundBackups> {
    const facts = this.#factsOf(origin);
    if (!facts.ok) return { trouble: facts.error, snapshots: [] };
    const found: Snapshot[] = [];
    const trouble = await this.slot.run('open', async (run) => {
      found.push(...(await this.#options.runJob({ ...facts.value, kind: 'list' }, run)).snapshots);
    });
    return { trouble, snapshots: found };
  }

  /** Begins to read a backup of ours into the data folder; in the end the server starts anew with it. */
  restoreAll(snapshotId: string): BackupTrouble | null {
    const facts = this.facts();
    return facts === null ? NO_PLACE : this.#restore(facts, snapshotId);
  }

  /** The same with a backup that lies elsewhere. */
  restoreFrom(origin: BackupOrigin, snapshotId: string): BackupTrouble | null {
    const facts = this.#factsOf(origin);
    return facts.ok ? this.#restore(facts.value, snapshotId) : facts.error;
  }

  #factsOf({ place, recoverySecret }: BackupOrigin): Result<RepositoryFacts, BackupTrouble> {
    const key = parseRecoveryKey(recoverySecret);
    if (!key.ok) return err({ code: 'badKey', message: key.error });
    return ok({ place, recoveryKey: key.value, repositoryId: null, holder: this.#holder });
  }

  #restore(facts: RepositoryFacts, snapshotId: string): BackupTrouble | null {
    const { dataFolder, keyPlace, clock, runJob } = this.#options;
    return this.slot.start('restore', (run) =>
      this.#record('restore', snapshotId, async () => {
        const { snapshot, lost } = await stageRestore({
          order: { ...facts, kind: 'stage', snapshotId, dataFolder },
          ...{ keyPlace, now: clock.now(), stageFiles: (order) => runJob(order, run) },
        });
        this.#isRestartDue = true;
        return { snapshot, damaged: lost.map(({ path }) => path) };
      }).then(() => this.#restart()),
    );
  }

  /** Begins to bring mail back; `work` reports as imports do. */
  startRestore(about: string, work: (run: SlotRun) => Promise<TransferReport>): BackupTrouble | null {
    return this.slot.start('mail', (run) =>
      this.#record('restore', about, async () => {
        const { end, progress, problems } = await work(run);
        if (end.kind === 'cancelled') throw new BackupProblem('cancelled', 'it was cancelled');
        if (end.kind !== 'done')
          throw new Error(end.kind === 'overQuota' ? `${about} may keep no more` : end.reason);
        const { messages, skipped } = progress;
        const damaged = problems.map(({ where, reason }) => `${where}: ${reason}`);
        return { damaged, about: `${about}: ${messages} messages, ${skipped} were there` };
      }),
    );
  }

  #restart(): void {
    const { restart, logger } = this.#options;
    if (!this.#isRestartDue || restart === null) return;
    logger.warn('the server starts anew with what was restored');
    // The job is shown as ended first.
    setImmediate(restart);
  }

  /** What is asked of a repository; null: nobody has said where it is. */
  facts(): RepositoryFacts | null {
    const { place, recoverySecret, repositoryId } = this.#settings;
    if (place === null || recoverySecret === null) return null;
    const key = parseRecoveryKey(recoverySecret);
    return key.ok ? { place, recoveryKey: key.value, repositoryId, holder: this.#holder } : null;
  }

  async stop(): Promise<void> {
    await this.slot.stop();
  }

  get #holder(): string {
    return holderOf(this.#options.dataFolder);
  }

  /** Does it, and keeps what came of it. */
  async #record(
    kind: BackupRunKind,
    about: string,
    work: () => Promise<Partial<BackupRunReport>>,
  ): Promise<void> {
    const { clock, storage, logger } = this.#options;
    const startedAt = clock.now();
    const row = await work().then(
      (report): Pick<BackupRunRow, 'outcome' | 'report'> => ({
        outcome: 'done',
        report: { ...EMPTY_REPORT, about, ...report },
      }),
      (error: unknown): Pick<BackupRunRow, 'outcome' | 'report'> => {
        const trouble = describeTrouble(error);
        logger.error(`${kind} failed`, { ...trouble, ...(trouble.code === 'unexpected' && { error }) });
        const outcome = trouble.code === 'cancelled' ? 'cancelled' : 'failed';
        return { outcome, report: { ...EMPTY_REPORT, about, trouble } };
      },
    );
    await storage.backupRuns.add({ kind, startedAt, endedAt: clock.now(), ...row });
    this.#runs = await storage.backupRuns.list();
    if (kind !== 'restore') await this.look();
    logger.info(`${kind} ended`, { outcome: row.outcome, about });
  }
}

const DAY_MS = 24 * 60 * 60_000;
const NO_PLACE: BackupTrouble = { code: 'noRepository', message: 'nobody has said where backups go' };

function refused(trouble: BackupTrouble): PlacedBackups {
  return { trouble, recoveryKey: null, snapshots: 0 };
}

/** The page does not know the secret; the same place and access key keep theirs. */
function withOldSecret(wanted: PlaceSetting, before: PlaceSetting | null): PlaceSetting {
  if (wanted.kind !== 's3' || wanted.secretAccessKey !== '' || before?.kind !== 's3') return wanted;
  const isSame = wanted.endpoint === before.endpoint && wanted.accessKeyId === before.accessKeyId;
  return isSame ? { ...wanted, secretAccessKey: before.secretAccessKey } : wanted;
}
