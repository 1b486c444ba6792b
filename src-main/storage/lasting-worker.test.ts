import { expect, it } from 'vitest';
import { Emitter } from '../base/emitter.ts';
import { LastingWorker } from './lasting-worker.ts';
import type { StoreChange } from './transaction.ts';
import { StorageUnavailableError, type WorkerClient } from './worker-client.ts';

/** A worker that answers with its number, until it dies. */
class FakeWorker {
  readonly #changes = new Emitter<readonly StoreChange[]>();
  readonly #number: number;
  hasFailed = false;

  constructor(number: number) {
    this.#number = number;
  }

  get onChanges() {
    return this.#changes.subscribe;
  }

  tell(changes: readonly StoreChange[]): void {
    this.#changes.emit(changes);
  }

  request(name: string): Promise<unknown> {
    return this.hasFailed
      ? Promise.reject(new StorageUnavailableError('gone'))
      : Promise.resolve(`${name} ${this.#number}`);
  }
}

function openWorker() {
  const clock = { now: 5_000 };
  const workers = [new FakeWorker(1)];
  const errors: unknown[] = [];
  const startAnew = () => {
    const next = new FakeWorker(workers.length + 1);
    workers.push(next);
    return Promise.resolve(next as unknown as WorkerClient);
  };
  const options = { startAnew, onError: (error: unknown) => errors.push(error), now: () => clock.now };
  const lasting = new LastingWorker(workers[0] as unknown as WorkerClient, options);
  return { lasting, workers, errors, clock };
}

it('a thread that has died is replaced by whoever asks next, once, and that is told', async () => {
  const { lasting, workers, errors } = openWorker();
  expect(await lasting.request('enqueue', null)).toBe('enqueue 1');
  for (const worker of workers) worker.hasFailed = true;
  expect(await Promise.all([lasting.request('a', null), lasting.request('b', null)])).toEqual(['a 2', 'b 2']);
  expect(workers).toHaveLength(2);
  expect(errors).toHaveLength(1);
});

it('a thread that dies at once is not started again and again', async () => {
  const { lasting, workers, clock } = openWorker();
  const kill = () => workers.forEach((worker) => (worker.hasFailed = true));
  kill();
  await lasting.request('a', null);
  kill();
  await expect(lasting.request('b', null)).rejects.toThrow(StorageUnavailableError);
  clock.now += 1_000;
  expect(await lasting.request('c', null)).toBe('c 3');
});

it('whoever listens for changes hears those of the next thread', async () => {
  const { lasting, workers } = openWorker();
  const heard: number[] = [];
  lasting.onChanges((changes) => heard.push(changes.length));
  workers[0]?.tell([]);
  workers.forEach((worker) => (worker.hasFailed = true));
  await lasting.request('a', null);
  workers[1]?.tell([]);
  expect(heard).toEqual([0, 0]);
});
