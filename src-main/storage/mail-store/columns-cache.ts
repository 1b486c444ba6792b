/**
 * Columns cache: the mailboxes that were read last, in columns; one cache for each connection, shared by all sessions.
 *
 * Invariants: what leaves here is as the database is now (mailbox-columns.ts asks it each time); memory is bounded.
 */
import { setImmediate } from 'node:timers/promises';
import type { MailboxId } from '../../mail/mailstore/port.ts';
import type { Connection } from '../connection.ts';
import { MailboxColumns, type StoredColumns } from './mailbox-columns.ts';

/** About 1.3 million messages in mailboxes that are open or were lately. */
const MOST_OCTETS = 64 * 1024 * 1024;

export class ColumnsCache {
  readonly #connection: Connection;
  readonly #mostOctets: number;
  /** The one that was used last is last. */
  readonly #kept = new Map<MailboxId, MailboxColumns>();
  readonly #loading = new Map<MailboxId, Promise<MailboxColumns>>();

  constructor(connection: Connection, mostOctets = MOST_OCTETS) {
    this.#connection = connection;
    this.#mostOctets = mostOctets;
  }

  /** Null where the mailbox is gone. Other work has its turn while a large mailbox is read for the first time. */
  async read(id: MailboxId): Promise<StoredColumns | null> {
    for (;;) {
      const answer = this.#use(this.#kept.get(id) ?? (await this.#load(id)), id);
      if (answer !== 'outdated') return answer;
    }
  }

  /** The same at once, for a thread that has nothing else to do. */
  readAtOnce(id: MailboxId): StoredColumns | null {
    for (;;) {
      let columns = this.#kept.get(id);
      if (columns === undefined) {
        columns = new MailboxColumns(this.#connection, id);
        while (columns.loadStep());
      }
      const answer = this.#use(columns, id);
      if (answer !== 'outdated') return answer;
    }
  }

  #use(columns: MailboxColumns, id: MailboxId): StoredColumns | 'outdated' | null {
    const answer = columns.refresh();
    this.#kept.delete(id);
    if (answer === 'outdated') return answer;
    if (answer === 'gone') return null;
    this.#kept.set(id, columns);
    this.#dropOldest();
    return answer;
  }

  #load(id: MailboxId): Promise<MailboxColumns> {
    let loading = this.#loading.get(id);
    if (loading === undefined) {
      loading = this.#loadInSteps(id).finally(() => this.#loading.delete(id));
      this.#loading.set(id, loading);
    }
    return loading;
  }

  async #loadInSteps(id: MailboxId): Promise<MailboxColumns> {
    const columns = new MailboxColumns(this.#connection, id);
    while (columns.loadStep()) await setImmediate();
    return columns;
  }

  /** The newest stays, however large it is. */
  #dropOldest(): void {
    let octets = 0;
    for (const columns of this.#kept.values()) octets += columns.octets;
    for (const [id, columns] of this.#kept) {
      if (octets <= this.#mostOctets || this.#kept.size === 1) return;
      octets -= columns.octets;
      this.#kept.delete(id);
    }
  }
}
