/** What a backup needs of a storage that is open: where things lie, and files that stay while it reads them. */
import type { Connection } from '../connection.ts';
import type { SnapshotSource } from '../open-storage.ts';
import type { Writer } from '../writer.ts';

export class SnapshotDesk {
  readonly source: SnapshotSource;
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(source: SnapshotSource, { writer, connection }: { writer: Writer; connection: Connection }) {
    this.source = source;
    this.#writer = writer;
    this.#connection = connection;
  }

  /** Content files that are named now, or later, are not deleted until the answer is called. */
  async holdFiles(): Promise<() => Promise<void>> {
    await this.#writer.run('holdFiles', null);
    return () => this.#writer.run('letFilesGo', null);
  }

  /** The content file of each message of a mailbox that has one, by UID. */
  contentFilesOf(mailboxId: number): ReadonlyMap<number, string> {
    const rows = this.#connection.rows<readonly [number, string]>(
      `SELECT message.uid, content.file_name FROM message JOIN content ON content.id = message.content_id
        WHERE message.mailbox_id = ? AND content.file_name IS NOT NULL`,
      mailboxId,
    );
    return new Map(rows);
  }

  /** How many recipients are held since a restore. */
  countHeld(heldBy: string): number {
    const sql = "SELECT count(*) AS held FROM queue_recipient WHERE state = 'held' AND held_by = ?";
    return this.#connection.get<{ held: number }>(sql, heldBy)?.held ?? 0;
  }
}
