/**
 * The one job about backups that is under way: how far it is, and a way to stop it.
 *
 * Invariants: one at a time: they share the scratch folder and the place's lock.
 */
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import type { BackupJobView } from '../../contract/backups.ts';
import { describeTrouble, UNDER_WAY } from './describe-trouble.ts';
import type { BackupTrouble } from './port.ts';

export type JobProgress = BackupJobView['progress'];

export interface SlotRun {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Partial<JobProgress>) => void;
}

const NOTHING_YET: JobProgress = {
  phase: 'starting',
  doneOctets: 0,
  totalOctets: 0,
  doneFiles: 0,
  totalFiles: 0,
  movedOctets: 0,
  messages: 0,
  skipped: 0,
};

interface Running {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

export class JobSlot {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #changed: Emitter<void>;
  #view: BackupJobView | null = null;
  #running: Running | null = null;

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
    this.#changed = new Emitter(onError);
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  get view(): BackupJobView | null {
    return this.#view;
  }

  /** Begins it; null: it is under way. `work` tells of its failure itself. */
  start(kind: BackupJobView['kind'], work: (run: SlotRun) => Promise<void>): BackupTrouble | null {
    if (this.#running !== null) return UNDER_WAY;
    this.#begin(kind, work);
    return null;
  }

  /** The same for work that somebody waits for; answers why it failed. */
  async run(
    kind: BackupJobView['kind'],
    work: (run: SlotRun) => Promise<void>,
  ): Promise<BackupTrouble | null> {
    if (this.#running !== null) return UNDER_WAY;
    let trouble: BackupTrouble | null = null;
    const { done } = this.#begin(kind, (run) =>
      work(run).catch((error: unknown) => void (trouble = describeTrouble(error))),
    );
    await done;
    return trouble;
  }

  cancel(): void {
    if (this.#view === null) return;
    this.#view = { ...this.#view, isStopping: true };
    this.#running?.stop.abort();
    this.#changed.emit();
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.done;
  }

  #begin(kind: BackupJobView['kind'], work: (run: SlotRun) => Promise<void>): Running {
    this.#view = { kind, startedAt: this.#clock.now(), isStopping: false, progress: NOTHING_YET };
    const stop = new AbortController();
    const onProgress = (progress: Partial<JobProgress>): void => {
      if (this.#view === null) return;
      this.#view = { ...this.#view, progress: { ...this.#view.progress, ...progress } };
      this.#changed.emit();
    };
    const done = work({ signal: stop.signal, onProgress })
      .catch(this.#onError)
      .finally(() => {
        this.#running = null;
        this.#view = null;
        this.#changed.emit();
      });
    this.#running = { stop, done };
    this.#changed.emit();
    return this.#running;
  }
}
