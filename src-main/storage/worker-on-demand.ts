/**
 * WorkerOnDemand: a reading worker that is there while somebody asks: started by the first request, ended after a rest, so that
 * an idle server keeps no thread (17 MiB each) that nobody needs.
 *
 * Flow: Reader, the mail search → here → WorkerClient → storage worker.
 * Invariants: requests run in the order they were made; a worker that died is replaced at the next request; no worker is ended
 * while a request is under way.
 */
import { StorageUnavailableError, type WorkerClient } from './worker-client.ts';

/** A page that looks again every few seconds keeps its worker; starting one takes some 60 ms. */
const REST_MS = 30_000;

/** Whoever answers requests by name. */
export interface RequestTarget {
  request(name: string, args: unknown): Promise<unknown>;
}

type RunningWorker = Pick<WorkerClient, 'request' | 'close' | 'hasFailed'>;

export class WorkerOnDemand implements RequestTarget {
  readonly #start: () => Promise<RunningWorker>;
  readonly #restMs: number;
  #worker: Promise<RunningWorker> | null = null;
  #underWay = 0;
  #rest: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(start: () => Promise<RunningWorker>, restMs = REST_MS) {
    this.#start = start;
    this.#restMs = restMs;
  }

  async request(name: string, args: unknown): Promise<unknown> {
    if (this.#isClosed) throw new StorageUnavailableError('the storage is closed');
    clearTimeout(this.#rest);
    this.#underWay++;
    try {
      return await this.#ask(name, args);
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#planRest();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  async #ask(name: string, args: unknown): Promise<unknown> {
    this.#worker ??= this.#start();
    const own = this.#worker;
    try {
      const worker = await own;
      return await worker.request(name, args);
    } catch (error) {
      const hasFailed = await own.then((worker) => worker.hasFailed).catch(() => true);
      if (hasFailed && this.#worker === own) this.#worker = null;
      throw error;
    }
  }

  #planRest(): void {
    clearTimeout(this.#rest);
    if (this.#isClosed) return;
    this.#rest = setTimeout(() => void this.#end(), this.#restMs);
    this.#rest.unref();
  }

  /** What was asked is answered first (WorkerClient.close). */
  async #end(): Promise<void> {
    clearTimeout(this.#rest);
    const worker = this.#worker;
    this.#worker = null;
    await (await worker?.catch(() => undefined))?.close();
  }
}
