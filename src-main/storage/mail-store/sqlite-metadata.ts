/** Annotations on SQLite: short indexed reads here, changes through the writer; as in mail/mailstore/metadata/port.ts. */
import { Emitter } from '../../base/emitter.ts';
import type { Result } from '../../base/result.ts';
import type {
  MetadataChanged,
  MetadataEntry,
  MetadataError,
  MetadataPlace,
  MetadataStore,
  MetadataWrite,
} from '../../mail/mailstore/metadata/port.ts';
import type { AccountId } from '../../mail/mailstore/port.ts';
import type { Connection } from '../connection.ts';
import type { Writer } from '../writer.ts';
import { placeId, SHARED } from './metadata-writes.ts';

export class SqliteMetadata implements MetadataStore {
  readonly #writer: Writer;
  readonly #connection: Connection;
  readonly #changed: Emitter<MetadataChanged>;

  constructor(options: { writer: Writer; connection: Connection; onError: (error: unknown) => void }) {
    this.#writer = options.writer;
    this.#connection = options.connection;
    this.#changed = new Emitter(options.onError);
    this.#writer.onChanges((changes) => {
      for (const change of changes) if (change.kind === 'metadata') this.#changed.emit(change);
    });
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  list(place: MetadataPlace, reader: AccountId): Promise<readonly MetadataEntry[]> {
    const rows = this.#connection.all<MetadataEntry>(
      `SELECT name, unseal(value, 'metadata', name) AS value FROM metadata
        WHERE mailbox_id = ? AND account_id IN (?, ?) ORDER BY name`,
      placeId(place),
      SHARED,
      reader,
    );
    return Promise.resolve(rows);
  }

  set(place: MetadataPlace, write: MetadataWrite): Promise<Result<void, MetadataError>> {
    return this.#writer.run('setMetadata', { place, write });
  }
}
