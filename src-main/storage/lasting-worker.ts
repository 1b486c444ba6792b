/**
 * LastingWorker: the worker that writes, replaced when its thread has died (an error of the driver's, a lack of memory), so that mail
 * is accepted again without a start of the whole program.
 *
 * Flow: Writer → here → WorkerClient → storage worker. Invariants: what was under way when the thread died is rejected, whether or not it
 * was committed; nothing is asked twice. Whoever asks next starts the new one, which looks at the folder as after a crash.
 */
import { Emitter } from '../base/emitter.ts';
import type { StoreChange } from './transaction.ts';
import { StorageUnavailableError, type WorkerClient } from './worker-client.ts';

/** Between two starts, at least: a thread that dies at once would keep a processor busy with starting. */
const REST_MS = 1_000;

export interface LastingWorkerOptions {
  /** Starts one on a folder whose last writer was cut off. */
  readonly startAnew: () => Promise<WorkerClient>;
  readonly onError: (error: unknown) => void;
  /** Milliseconds, never going back. */
  readonly now: () => number;
}

export class LastingWorker {
  readonly #options: LastingWorkerOptions;
  readonly #changes: Emitter<readonly StoreChange[]>;
  #client: WorkerClient;
  #starting: Promise<void> | null = null;
  #startedAt = -Infinity;

  constructor(first: WorkerClient, options: LastingWorkerOptions) {
    this.#options = options;
    this.#changes = new Emitter(options.onError);
    this.#client = this.#watch(first);
  }

  get onChanges() {
    return this.#changes.subscribe;
  }

  request(name: string, args: unknown): Promise<unknown> {
    return this.#client.hasFailed ? this.#requestAnew(name, args) : this.#client.request(name, args);
  }

  /** Lets what was requested finish. */
  async close(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await this.#client.close();
  }

  async #requestAnew(name: string, args: unknown): Promise<unknown> {
    this.#starting ??= this.#start().finally(() => (this.#starting = null));
    await this.#starting;
    return this.#client.request(name, args);
  }

  async #start(): Promise<void> {
    const { startAnew, onError, now } = this.#options;
    if (now() - this.#startedAt < REST_MS) throw new StorageUnavailableError('the storage begins again');
    this.#startedAt = now();
    onError(new StorageUnavailableError('the thread that writes has ended: another one begins'));
    this.#client = this.#watch(await startAnew());
  }

  #watch(client: WorkerClient): WorkerClient {
    client.onChanges((changes) => this.#changes.emit(changes));
    return client;
  }
}
