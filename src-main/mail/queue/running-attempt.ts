/**
 * RunningAttempt: one entry while a courier carries it: commits what the courier reports, piece by piece.
 *
 * Flow: queue runner → courier → record() → bounce → store. Invariants: reports are committed one after another, in the
 * order they came, each with its DSN or not at all; the event that ends a timeline goes with the commit that takes the last
 * recipient.
 */
import type {
  AttemptRecord,
  BounceStage,
  CourierReport,
  QueueEntry,
  QueueRecipient,
  QueueStore,
} from './port.ts';
import {
  changeOfRecipients,
  makeAttemptRecord,
  retriedUntil,
  settleOutcomes,
  stagedContents,
  type AttemptTerms,
} from './attempt-record.ts';

export interface RunningAttemptOptions {
  readonly store: Pick<QueueStore, 'recordAttempt'>;
  readonly bounces: BounceStage;
  /** As they are now, unless the next hop has its own. */
  readonly terms: () => AttemptTerms;
  readonly onCommitted: (record: AttemptRecord) => void;
}

export class RunningAttempt {
  readonly #entry: QueueEntry;
  readonly #options: RunningAttemptOptions;
  readonly #recorded = new Set<number>();
  #recipientsLeft: number;
  #lastCommit: Promise<void> = Promise.resolve();
  #hasStoreFailed = false;

  constructor(entry: QueueEntry, options: RunningAttemptOptions) {
    this.#entry = entry;
    this.#options = options;
    this.#recipientsLeft = entry.recipients.length;
  }

  /** Whether the last report could not be committed. */
  get hasStoreFailed(): boolean {
    return this.#hasStoreFailed;
  }

  readonly record = (report: CourierReport): Promise<void> => {
    this.#lastCommit = this.#lastCommit.catch(() => undefined).then(() => this.#commit(report));
    return this.#lastCommit;
  };

  /** Those without an outcome so far. */
  unrecorded(recipients: readonly QueueRecipient[]): readonly QueueRecipient[] {
    return recipients.filter(({ ordinal }) => !this.#recorded.has(ordinal));
  }

  async #commit(courier: CourierReport): Promise<void> {
    const entry = this.#entry;
    const usual = this.#options.terms();
    const terms = { ...usual, schedule: { ...usual.schedule, ...courier.retry } };
    const { at } = terms;
    const outcomes = settleOutcomes(entry, courier, terms);
    const until = retriedUntil(entry, terms.schedule);
    const told = await this.#options.bounces.report(entry, { outcomes, at, retriedUntil: until });
    const facts = { courier, outcomes, told, at, recipientsLeft: this.#recipientsLeft };
    const record = makeAttemptRecord(entry, facts);
    await this.#store(record);
    this.#recipientsLeft += changeOfRecipients(outcomes, courier);
    const { postponed = [], awaitModeration = [] } = courier;
    for (const { ordinal } of [...outcomes, ...postponed, ...awaitModeration]) this.#recorded.add(ordinal);
    this.#options.onCommitted(record);
  }

  async #store(record: AttemptRecord): Promise<void> {
    this.#hasStoreFailed = true;
    try {
      await this.#options.store.recordAttempt(record);
    } catch (error) {
      await this.#options.bounces.discard(stagedContents(record));
      throw error;
    }
    this.#hasStoreFailed = false;
  }
}
