/**
 * A data folder as it is after a cut, opened as the writer opens it (src-main/storage/begin-writing.ts) and read whole.
 *
 * Everything happens on this thread, without the service, so that ten thousand folders can be looked at in minutes. What the doctor and
 * SQLite's integrity_check find are problems of the snapshot.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { indexMessage } from '../../src-main/format/message-indexer.ts';
import type { Mailbox, MessageEntry } from '../../src-main/mail/mailstore/port.ts';
import { beginWriting } from '../../src-main/storage/begin-writing.ts';
import { Connection } from '../../src-main/storage/connection.ts';
import { examine } from '../../src-main/storage/doctor/examine.ts';
import { readEntries } from '../../src-main/storage/mail-store/message-reads.ts';
import { MAILBOX_COLUMNS, toMailbox, type MailboxRow } from '../../src-main/storage/mail-store/rows.ts';
import { keyFileIn } from '../../src-main/storage/open-storage.ts';
import { readOctets } from '../../src-main/storage/sealing/content-file.ts';
import { openRootKey } from '../../src-main/storage/sealing/root-key.ts';
import { readLetter } from './letters.ts';

export interface StoredLetter extends Pick<MessageEntry, 'uid' | 'flags' | 'modSeq'> {
  /** Its subject. */
  readonly id: string;
}

export interface StoredMailbox extends Pick<Mailbox, 'name' | 'uidValidity' | 'uidNext' | 'highestModSeq'> {
  readonly account: string;
  readonly letters: readonly StoredLetter[];
}

export interface Snapshot {
  readonly mailboxes: readonly StoredMailbox[];
  /** Recipients that still wait. */
  readonly queued: readonly { readonly id: string; readonly address: string }[];
  readonly scripts: readonly { readonly account: string; readonly name: string; readonly text: string }[];
  readonly activeScripts: ReadonlyMap<string, string>;
  /** What is wrong with the folder itself. */
  readonly problems: readonly string[];
}

const NOTHING: Snapshot = { mailboxes: [], queued: [], scripts: [], activeScripts: new Map(), problems: [] };

/** Recovers the folder, lets the doctor look, and reads it. A folder without a database is empty. */
export async function takeSnapshot(folder: string): Promise<Snapshot> {
  const databasePath = join(folder, 'postroom.db');
  if (!existsSync(databasePath)) return NOTHING;
  try {
    const { octets: rootKey, wrapped } = await openRootKey(databasePath, keyFileIn(folder));
    return readFolder(folder, { rootKey, wrapped });
  } catch (error) {
    return { ...NOTHING, problems: [`the folder cannot be opened: ${(error as Error).stack}`] };
  }
}

function readFolder(
  folder: string,
  { rootKey, wrapped }: { rootKey: Uint8Array; wrapped: Uint8Array | null },
): Snapshot {
  const databasePath = join(folder, 'postroom.db');
  const contentFolder = join(folder, 'content');
  const connection = new Connection(databasePath, { readonly: false });
  try {
    connection.keyring.useRoot(rootKey);
    const keys = { rootKey, newRootKey: wrapped, encryptsNew: true };
    const quick = beginWriting(connection, {
      databasePath,
      contentFolder,
      wasCut: true,
      isReplacement: false,
      ...keys,
    });
    const findings = examine({ folder, isRepairing: false, now: 0, makeIndex: indexMessage, rootKey });
    const reader = new FolderReader(connection, contentFolder);
    const found = [...quick, ...findings].map(({ check, text }) => `doctor: ${check}: ${text}`);
    return reader.read(found);
  } finally {
    connection.close();
  }
}

interface MessageContent {
  readonly uid: number;
  readonly content_id: number;
}

class FolderReader {
  readonly #connection: Connection;
  readonly #contentFolder: string;
  readonly #ids = new Map<number, string>();
  readonly #problems: string[] = [];

  constructor(connection: Connection, contentFolder: string) {
    this.#connection = connection;
    this.#contentFolder = contentFolder;
  }

  read(problems: readonly string[]): Snapshot {
    const mailboxes = this.#connection
      .all<MailboxRow & { address_key: string }>(
        `SELECT ${MAILBOX_COLUMNS}, account.address_key FROM mailbox JOIN account ON account.id = mailbox.account_id
          ORDER BY mailbox.id`,
      )
      .map((row) => this.#readMailbox(toMailbox(row), row.address_key));
    const queued = this.#readQueue();
    const scripts = this.#readScripts();
    const active = scripts.filter(({ use }) => use === 'active');
    return {
      mailboxes,
      queued,
      scripts,
      activeScripts: new Map(active.map(({ account, name }) => [account, name])),
      problems: [...problems, ...this.#problems],
    };
  }

  #readMailbox(mailbox: Mailbox, account: string): StoredMailbox {
    const contents = new Map(
      this.#connection
        .all<MessageContent>('SELECT uid, content_id FROM message WHERE mailbox_id = ?', mailbox.id)
        .map(({ uid, content_id }) => [uid, content_id]),
    );
    const entries = readEntries(this.#connection, mailbox.id, [{ first: 1, last: 2 ** 32 - 1 }]);
    const letters = entries.map(({ uid, flags, modSeq }) => ({
      ...{ uid, flags, modSeq },
      id: this.#idOf(contents.get(uid) ?? 0, `${account} ${mailbox.name} UID ${uid}`),
    }));
    const { name, uidValidity, uidNext, highestModSeq } = mailbox;
    return { account, name, uidValidity, uidNext, highestModSeq, letters };
  }

  #readQueue(): Snapshot['queued'] {
    const rows = this.#connection.all<{ address: string; content_id: number }>(
      `SELECT r.address, e.content_id FROM queue_recipient AS r JOIN queue_entry AS e ON e.id = r.entry_id`,
    );
    return rows.map(({ address, content_id }) => ({
      id: this.#idOf(content_id, `queued for ${address}`),
      address,
    }));
  }

  #readScripts() {
    return this.#connection.all<{ account: string; name: string; text: string; use: string | null }>(
      `SELECT account.address_key AS account, script.name, script.use,
              unseal(script.text, 'sieve', ifnull(account_id, 0)) AS text
         FROM sieve_script AS script JOIN account ON account.id = script.account_id ORDER BY script.name`,
    );
  }

  #readLetter(contentId: number): { id: string; isWhole: boolean } {
    const place = { connection: this.#connection, contentFolder: this.#contentFolder };
    try {
      return readLetter(readOctets(place, contentId) ?? new Uint8Array());
    } catch {
      // Its file is gone, or cannot be opened with its key.
      return { id: '', isWhole: false };
    }
  }

  /** Each content is read once, whole. */
  #idOf(contentId: number, where: string): string {
    const known = this.#ids.get(contentId);
    if (known !== undefined) return known;
    const { id, isWhole } = this.#readLetter(contentId);
    if (!isWhole)
      this.#problems.push(`${where}: ${id === '' ? 'a content that is gone' : `${id} is damaged`}`);
    this.#ids.set(contentId, id);
    return id;
  }
}
