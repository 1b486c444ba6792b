/** Reader: the typed way to the reading worker, for searches and reports. */
import type { ReadAnswer, ReadArguments, ReadName } from './reads.ts';
import type { WorkerClient } from './worker-client.ts';

export class Reader {
  readonly #client: WorkerClient;

  constructor(client: WorkerClient) {
    this.#client = client;
  }

  run<Name extends ReadName>(name: Name, args: ReadArguments<Name>): Promise<ReadAnswer<Name>> {
    return this.#client.request(name, args) as Promise<ReadAnswer<Name>>;
  }
}
