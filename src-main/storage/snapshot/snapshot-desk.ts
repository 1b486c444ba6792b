/** What a backup needs of a storage that is open: where things lie, and files that stay while it reads them. */
import type { SnapshotSource } from '../open-storage.ts';
import type { Writer } from '../writer.ts';

export class SnapshotDesk {
  readonly source: SnapshotSource;
  readonly #writer: Writer;

  constructor(writer: Writer, source: SnapshotSource) {
    this.#writer = writer;
    this.source = source;
  }

  /** Content files that are named now, or later, are not deleted until the answer is called. */
  async holdFiles(): Promise<() => Promise<void>> {
    await this.#writer.run('holdFiles', null);
    return () => this.#writer.run('letFilesGo', null);
  }
}
