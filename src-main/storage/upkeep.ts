/** Upkeep: forgets what a data folder need not keep for ever, in small commits. */
import { MOST_EXPUNGED_KEPT } from './mail-store/expunged-log.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

export class StorageUpkeep {
  readonly #writer: Writer;
  readonly #reader: Reader;

  constructor(writer: Writer, reader: Reader) {
    this.#writer = writer;
    this.#reader = reader;
  }

  /** Forgets what screening has no use for any more. */
  async pruneScreening(): Promise<void> {
    let hasMore = true;
    while (hasMore) hasMore = await this.#writer.run('pruneScreening', null);
  }

  /** Forgets the oldest expunged UIDs of mailboxes that have many. */
  async trimExpunged(mostKept = MOST_EXPUNGED_KEPT): Promise<void> {
    for (const log of await this.#reader.run('findLongLogs', mostKept)) {
      let hasMore = true;
      while (hasMore) hasMore = await this.#writer.run('trimExpunged', log);
    }
  }
}
