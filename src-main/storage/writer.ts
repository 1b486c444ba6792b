/** Writer: the typed way to the writing worker. A promise resolves after the commit is on disk. */
import type { Subscribe } from '../base/emitter.ts';
import type { LastingWorker } from './lasting-worker.ts';
import type { StoreChange } from './transaction.ts';
import type { WriteAnswer, WriteArguments, WriteName } from './writes.ts';

export class Writer {
  readonly #client: LastingWorker;

  constructor(client: LastingWorker) {
    this.#client = client;
  }

  run<Name extends WriteName>(name: Name, args: WriteArguments<Name>): Promise<WriteAnswer<Name>> {
    return this.#client.request(name, args) as Promise<WriteAnswer<Name>>;
  }

  /** Changes of a commit, right after its answers. */
  get onChanges(): Subscribe<readonly StoreChange[]> {
    return this.#client.onChanges;
  }
}
