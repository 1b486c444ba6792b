/**
 * WorkerClient: the calling side of a storage worker: groups requests, matches answers.
 *
 * Flow: stores → here → storage worker → here (answers, then change notices) → stores.
 * Invariants: requests run in the order they were made. While groups are under way, new requests gather for the next
 * one: the busier the disk, the larger the groups. When the worker dies every open request is rejected.
 */
import { Worker } from 'node:worker_threads';
import { Emitter } from '../base/emitter.ts';
import { STORAGE_UNAVAILABLE } from '../base/storage-trouble.ts';
import type { DoctorFinding } from './doctor/findings.ts';
import { NewerDatabaseError } from './migrations/index.ts';
import type { StoreChange } from './transaction.ts';
import {
  errorOf,
  type FromWorker,
  type ToWorker,
  type WorkerAnswer,
  type WorkerRequest,
  type WorkerSetup,
} from './worker-messages.ts';

/** One group at work and one waiting in the worker's port, so that it never idles between commits. */
const MOST_GROUPS_UNDER_WAY = 2;
/** Enough to share a sync, few enough that nobody waits long for the others' work. */
const MOST_REQUESTS_A_GROUP = 256;

interface OpenRequest {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The storage is closed or its thread has died; the caller answers "temporary failure". */
export class StorageUnavailableError extends Error {
  override name = 'StorageUnavailableError' as const;
  readonly code = STORAGE_UNAVAILABLE;
}

export class WorkerClient {
  readonly #worker: Worker;
  readonly #open = new Map<number, OpenRequest>();
  readonly #changes: Emitter<readonly StoreChange[]>;
  readonly #exited: Promise<void>;
  #gathered: WorkerRequest[] = [];
  #groupsUnderWay = 0;
  #isFlushPlanned = false;
  #nextId = 1;
  #failure: Error | undefined;

  private constructor(worker: Worker, onError: (error: unknown) => void) {
    this.#worker = worker;
    this.#changes = new Emitter(onError);
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new StorageUnavailableError('the storage is closed')));
  }

  /** Starts the worker; resolves when it has opened (and, for writing, migrated) the database. */
  static async start(setup: WorkerSetup, onError: (error: unknown) => void) {
    const worker = new Worker(workerUrl(), { workerData: setup, name: `storage-${setup.mode}` });
    const findings = await new Promise<readonly DoctorFinding[]>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: FromWorker) => {
        if (message.kind === 'failed') reject(errorOf(message.failure));
        else if (message.kind === 'newerDatabase')
          reject(new NewerDatabaseError(message.found, message.known));
        else resolve(message.kind === 'ready' ? message.findings : []);
      });
    });
    return { client: new WorkerClient(worker, onError), findings };
  }

  get onChanges() {
    return this.#changes.subscribe;
  }

  /** Whether it will answer no more. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  request(name: string, args: unknown): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#open.set(id, { resolve, reject });
      this.#gathered.push({ id, name, args });
      this.#planFlush();
    });
  }

  /** Lets what was requested finish, then closes the connection. */
  async close(): Promise<void> {
    while (this.#open.size > 0) await new Promise((resolve) => setImmediate(resolve));
    this.#worker.postMessage({ kind: 'close' } satisfies ToWorker);
    await this.#exited;
  }

  /** After this turn of the event loop, so that requests of many sessions' sockets share a group. */
  #planFlush(): void {
    if (this.#isFlushPlanned || this.#groupsUnderWay >= MOST_GROUPS_UNDER_WAY) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#gathered.length === 0 || this.#failure !== undefined) return;
    const requests = this.#gathered.splice(0, MOST_REQUESTS_A_GROUP);
    this.#groupsUnderWay++;
    this.#worker.postMessage({ kind: 'requests', requests } satisfies ToWorker);
    if (this.#gathered.length > 0) this.#planFlush();
  }

  #receive(message: FromWorker): void {
    if (message.kind !== 'answers') return;
    this.#groupsUnderWay--;
    for (const answer of message.answers) this.#settle(answer);
    if (message.changes.length > 0) this.#changes.emit(message.changes);
    if (this.#gathered.length > 0) this.#planFlush();
  }

  #settle({ id, outcome }: WorkerAnswer): void {
    const request = this.#open.get(id);
    this.#open.delete(id);
    if (outcome.ok) request?.resolve(outcome.value);
    else request?.reject(errorOf(outcome.failure));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const request of this.#open.values()) request.reject(this.#failure);
    this.#open.clear();
    this.#gathered = [];
  }
}

/** The same file from source (Node strips the types) and bundled (electron-vite builds it as an entry of its own). */
function workerUrl(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? './storage-worker.ts' : './storage-worker.js', import.meta.url);
}
