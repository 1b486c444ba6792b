/** Reader: the typed way to the reading worker, for searches and reports. */
import type { ReadAnswer, ReadArguments, ReadName } from './reads.ts';
import type { RequestTarget } from './worker-on-demand.ts';

export class Reader {
  readonly #client: RequestTarget;

  constructor(client: RequestTarget) {
    this.#client = client;
  }

  run<Name extends ReadName>(name: Name, args: ReadArguments<Name>): Promise<ReadAnswer<Name>> {
    return this.#client.request(name, args) as Promise<ReadAnswer<Name>>;
  }
}
