/** Copy reader: the messages of a mailbox that a search opens, one after the other, each with its prefix. */
import {
  unpackEnvelope,
  type SearchableMessage,
  type SearchedEnvelope,
} from '../../mail/mailstore/search/searchable-message.ts';
import type { MailboxId } from '../../mail/mailstore/port.ts';
import type { StoredColumns } from '../mail-store/mailbox-columns.ts';
import { PREFIX } from '../mail-store/rows.ts';
import { openStored, type ContentPlace } from './stored-message.ts';

/** Prefixes that are read at a time. */
const PREFIXES_A_STEP = 256;

export class CopyReader {
  readonly #place: ContentPlace;
  readonly #mailboxId: MailboxId;
  readonly #columns: StoredColumns;
  #openedAt = -1;
  #opened: SearchableMessage | null = null;
  /** By UID; those of the messages around the one that was asked for last. */
  #prefixes: ReadonlyMap<number, string> = new Map();
  #prefixesFrom = 0;
  #prefixesTo = 0;

  constructor(place: ContentPlace, mailbox: { mailboxId: MailboxId; columns: StoredColumns }) {
    this.#place = place;
    this.#mailboxId = mailbox.mailboxId;
    this.#columns = mailbox.columns;
  }

  /** The same message each time until another is asked for; null where it is gone. */
  open(at: number): SearchableMessage | null {
    if (at !== this.#openedAt) {
      this.#openedAt = at;
      this.#opened = openStored(this.#place, this.#columns.contentIds[at] ?? 0, this.#onePrefix(at));
    }
    return this.#opened;
  }

  /** What is kept of its envelope; of what came just now it is read from the message. */
  openEnvelope(at: number): SearchedEnvelope | null {
    if (at === this.#openedAt) return this.#opened;
    const row = this.#place.connection.get<{ searched: string | null }>(
      "SELECT unseal(searched, 'summary searched', content_id) AS searched FROM content_facts WHERE content_id = ?",
      this.#columns.contentIds[at] ?? 0,
    );
    return typeof row?.searched === 'string' ? unpackEnvelope(row.searched) : this.open(at);
  }

  /** The header fields that this copy alone has, for whoever asks for all of them in turn. */
  prefixAt(at: number): string {
    if (!this.#hasPrefix(at)) this.#readPrefixes(at);
    return this.#prefixes.get(this.#columns.uids[at] ?? 0) ?? '';
  }

  #hasPrefix(at: number): boolean {
    return at >= this.#prefixesFrom && at < this.#prefixesTo;
  }

  #onePrefix(at: number): string {
    if (this.#hasPrefix(at)) return this.prefixAt(at);
    const row = this.#place.connection.get<{ prefix: string }>(
      `SELECT ${PREFIX} AS prefix FROM message WHERE mailbox_id = ? AND uid = ?`,
      this.#mailboxId,
      this.#columns.uids[at] ?? 0,
    );
    return row?.prefix ?? '';
  }

  #readPrefixes(at: number): void {
    const { uids } = this.#columns;
    const to = Math.min(uids.length, at + PREFIXES_A_STEP);
    const rows = this.#place.connection.rows<readonly [number, string]>(
      `SELECT uid, ${PREFIX} FROM message WHERE mailbox_id = ? AND uid BETWEEN ? AND ? AND prefix <> ''`,
      this.#mailboxId,
      uids[at] ?? 0,
      uids[to - 1] ?? 0,
    );
    this.#prefixes = new Map(rows);
    this.#prefixesFrom = at;
    this.#prefixesTo = to;
  }
}
